"""Where the office's records lie: SQLite in a file, or PostgreSQL by changing one setting."""
