"""The people's side: files, commands and HTTP over the library in `models`."""
