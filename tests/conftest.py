"""What all tests share."""

from hypothesis import settings

# Promises, not speed: timings live in benchmarks, and a busy machine must not fail a test.
settings.register_profile("yangguang", deadline=None)
settings.load_profile("yangguang")
