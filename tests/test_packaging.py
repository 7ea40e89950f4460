"""What is handed to people who run the machine fits the program."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
import typer

ROOT = Path(__file__).parent.parent
UNIT = ROOT / "packaging" / "yangguang.service"
CONTAINER = ROOT / "packaging" / "Containerfile"


@pytest.mark.parametrize("path", [UNIT, CONTAINER, ROOT / "docs" / "operations.md"], ids=str)
def test_settings_and_verbs_that_are_named_exist(path):
    from service.cli.main import app
    from service.settings import Settings

    text = path.read_text("utf-8")
    known = {f"YANGGUANG_{name.upper()}" for name in Settings.model_fields}
    assert set(re.findall(r"YANGGUANG_[A-Z_]*[A-Z]", text)) <= known
    command = typer.main.get_command(app)
    verbs = set(
        re.findall(r"bin/yangguang ([a-z]+)|^(?:.* )?yangguang ([a-z]+)", text, re.MULTILINE)
    )
    for verb in {first or second for first, second in verbs} - {"yangguang"}:
        assert command.get_command(typer.Context(command), verb) is not None, verb


def test_time_to_stop_covers_requests_and_jobs():
    from service.cli.serve import GRACE_SECONDS

    granted = int(re.search(r"^TimeoutStopSec=(\d+)$", UNIT.read_text(), re.MULTILINE)[1])
    assert granted > GRACE_SECONDS + 15


def test_the_unit_is_sound(tmp_path):
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd is not installed")
    fitted = UNIT.read_text().replace("/opt/yangguang/.venv/bin/yangguang", "/bin/true")
    path = tmp_path / "yangguang.service"
    path.write_text(fitted.replace("User=yangguang\nGroup=yangguang\n", ""))
    found = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(path)],
        capture_output=True,
        text=True,
        check=False,
    )
    if "Failed to" in found.stderr and "yangguang" not in found.stderr:
        pytest.skip("systemd-analyze cannot run here")
    assert "yangguang.service" not in found.stderr, found.stderr
