"""Predict one text, label many: files in, the same rows out with answers beside them."""
