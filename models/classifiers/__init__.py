"""Classifiers: weighted rows or text to raw scores."""
