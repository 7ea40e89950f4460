"""Files in: bytes of any office's making → columns of rows, with every unusable row returned."""
