"""Files of an office's own become cases: columns are mapped once, each row is stored once."""
