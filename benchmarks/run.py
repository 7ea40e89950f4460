"""All benchmarks one after another, each in a process of its own; `make bench`."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent


def main() -> None:
    """Run every benchmark beside this file and print what it prints."""
    for script in sorted(HERE.glob("*.py")):
        if script.name in ("run.py", "texts.py", "load_client.py", "service_store.py"):
            continue
        print(f"== {script.name}", flush=True)
        subprocess.run([sys.executable, str(script)], check=True)


if __name__ == "__main__":
    main()
