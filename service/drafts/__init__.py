"""A year's figures as people entered them, and the versions of its report."""
