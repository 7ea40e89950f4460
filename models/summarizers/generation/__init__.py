"""Local models and servers of the office that word a text; nothing they write stands unguarded."""
