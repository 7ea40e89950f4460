"""Redaction of files: tables, texts and Word documents in, the same with type tokens out."""
