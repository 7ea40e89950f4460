"""Saying briefly what people wrote, in their own words: headlines and the matters raised most."""
