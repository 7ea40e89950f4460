"""The guard of generated texts: what it cannot explain by the source does not stand."""
