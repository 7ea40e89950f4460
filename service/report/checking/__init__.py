"""Rules over a report as read, and what they find."""
