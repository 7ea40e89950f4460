"""One module a step, numbered; released ones never change."""
