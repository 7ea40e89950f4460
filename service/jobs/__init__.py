"""Long work that survives a crash: progress, cancel, resume. Knows nothing of cases or reports."""
