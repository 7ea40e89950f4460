"""Results on their way to the disk: appended to chunk by chunk, moved into place when whole."""
