"""What the clerk has open all day: pages in Chinese over the same services as the API."""
