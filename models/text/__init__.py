"""Text as the models see it: code points, normal form, words, sentences."""
