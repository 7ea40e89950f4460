"""Documentation is a product: settings, errors, endpoints and verbs are in it, links work."""

import re
from pathlib import Path

import pytest
import typer

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
PAGES = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md"), *(ROOT / "benchmarks").glob("*.md")])


def headings(path):
    return re.findall(r"^#+ (.+)$", path.read_text("utf-8"), re.MULTILINE)


def test_every_setting_has_a_heading():
    from service.settings import Settings

    expected = {f"YANGGUANG_{name.upper()}" for name in Settings.model_fields}
    assert expected == {h for h in headings(DOCS / "settings.md") if h.startswith("YANGGUANG_")}


def test_every_endpoint_has_a_heading():
    from service.api.app import create_app
    from service.settings import Settings

    paths = create_app(Settings()).openapi()["paths"]
    expected = {f"{method.upper()} {path}" for path, item in paths.items() for method in item}
    assert expected <= set(headings(DOCS / "api.md"))


def test_every_error_code_is_listed():
    import models.errors
    import service.api.app  # noqa: F401  (imports every module that defines an error)

    def codes(kind):
        return {kind.code}.union(*(codes(k) for k in kind.__subclasses__()))

    listed = set(re.findall(r"^\| `(\w+)`", (DOCS / "errors.md").read_text("utf-8"), re.MULTILINE))
    assert codes(models.errors.YangguangError) - {"error"} <= listed


def test_every_training_verb_has_a_heading():
    from training.cli import app

    assert set(typer.main.get_command(app).commands) <= set(headings(DOCS / "training.md"))


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_links_lead_somewhere(page):
    text = re.sub(r"```.*?```", "", page.read_text("utf-8"), flags=re.DOTALL)
    for target in re.findall(r"\]\(([^)#]+)", text):
        if not re.match(r"[a-z]+:", target):
            assert (page.parent / target).exists(), f"{page.name} → {target}"


def test_readme_commands_exist():
    from service.cli.main import app

    text = (ROOT / "README.md").read_text("utf-8")
    command = typer.main.get_command(app)
    used = set(re.findall(r"yangguang (\w+)", text)) - {"English"}
    context = typer.Context(command)
    assert all(command.get_command(context, name) is not None for name in used)
    makefile = (ROOT / "Makefile").read_text("utf-8")
    assert all(f"\n{verb}:" in makefile for verb in re.findall(r"^make (\w+)", text, re.MULTILINE))


def test_decisions_are_numbered_and_titled():
    pages = sorted((DOCS / "decisions").glob("*.md"))
    assert pages
    for page in pages:
        assert re.match(r"\d{4}-[a-z0-9-]+$", page.stem)
        assert headings(page)
    numbers = [page.stem[:4] for page in pages]
    assert len(numbers) == len(set(numbers))
