"""Figures of a year: counted from cases, entered by people, read from last year, or computed."""
