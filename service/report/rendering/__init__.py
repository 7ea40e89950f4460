"""A draft as DOCX, HTML and Markdown."""
