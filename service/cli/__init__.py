"""Commands: one file a verb, one function that parses and one that works."""
