"""What all tests share."""

import os
import tempfile

from hypothesis import settings

# Promises, not speed: timings live in benchmarks, and a busy machine must not fail a test.
settings.register_profile("yangguang", deadline=None)
settings.load_profile("yangguang")

# No test writes into the folder it was started in.
_folder = tempfile.TemporaryDirectory(prefix="yangguang-tests-")
os.environ["YANGGUANG_DATA_DIR"] = _folder.name
