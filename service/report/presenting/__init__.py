"""Findings for people: terminal, web page, plain data."""
