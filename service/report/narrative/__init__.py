"""Figures and claims in the prose of a report."""
