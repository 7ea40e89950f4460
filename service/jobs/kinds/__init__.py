"""Works on files that people upload; nothing of them is stored among the cases."""
