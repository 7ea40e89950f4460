"""Which cases a person looks at next, what they decide, and what the model learns from it."""
