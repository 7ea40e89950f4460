"""Encoders: normal-form text to sparse matrices."""
