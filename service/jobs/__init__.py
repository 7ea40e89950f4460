"""Long work that survives a crash: progress, cancel, resume.

The queue and its workers know nothing of what is done; `kinds` are the works on files.
"""
