"""A folder in, a folder out: each file by itself, one bad file stops none of the others."""

import pytest

from models.errors import InputError
from service.classification.folder import FolderSummary, label_here, pair_files, skipped_names
from service.classification.label import LabelOptions
from tests.service.conftest import DummyClassifier


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "in"
    made.mkdir()
    (made / "一月.csv").write_text("编号,内容\n1,宅基地怎么批\n2,办证要多久\n", "utf-8")
    (made / "二月.csv").write_bytes("编号,内容\n3,耕地被占\n".encode("gb18030"))
    (made / "~$一月.xlsx").write_bytes(b"lock")
    (made / "说明.docx").write_bytes(b"PK")
    return made


def test_each_file_gets_a_result_of_its_own(folder, tmp_path):
    pairs = pair_files(folder, tmp_path / "out")
    found = list(label_here(pairs, DummyClassifier(), LabelOptions()))
    assert [f.n_labelled for f in found] == [2, 1] or [f.n_labelled for f in found] == [1, 2]
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == ["一月.csv", "二月.csv"]


def test_a_file_that_cannot_be_used_is_told_and_stops_no_other(folder, tmp_path):
    (folder / "空.csv").write_text("编号,内容\n", "utf-8")
    found = tuple(
        label_here(pair_files(folder, tmp_path / "out"), DummyClassifier(), LabelOptions())
    )
    summary = FolderSummary(found, 1.0)
    assert not summary.is_whole
    assert summary.to_json()["n_unusable"] == 1
    assert summary.to_json()["n_labelled"] == 3
    assert "空.csv：没有标注" in summary.to_text()


def test_results_never_overwrite_the_inputs(folder):
    with pytest.raises(InputError, match="覆盖"):
        pair_files(folder, folder)


def test_a_folder_without_a_usable_file_is_refused(tmp_path):
    (tmp_path / "in").mkdir()
    with pytest.raises(InputError, match="没有可以标注的文件"):
        pair_files(tmp_path / "in", tmp_path / "out")


def test_two_files_never_share_a_result(folder, tmp_path):
    (folder / "一月.txt").write_text("x", "utf-8")
    with pytest.raises(InputError, match="请改其中一个的名字"):
        pair_files(folder, tmp_path / "out")


def test_what_is_not_read_is_named(folder, tmp_path):
    (folder / "更早").mkdir()
    (folder / "更早" / "一月.csv").write_text("编号,内容\n1,办证\n", "utf-8")
    (folder / "来信.pdf").write_bytes(b"%PDF")
    (folder / ".DS_Store").write_bytes(b"")
    (folder / "Thumbs.db").write_bytes(b"")
    (folder / "out").mkdir()
    skipped = skipped_names(folder, folder / "out")
    assert set(skipped) == {"更早/", "来信.pdf", "说明.docx"}
    text = FolderSummary((), 1.0, skipped).to_text()
    assert "没有读的有 3 个" in text
    assert all(name in text for name in skipped)
    assert FolderSummary((), 1.0, skipped).to_json()["skipped"] == list(skipped)
    assert "没有读" not in FolderSummary((), 1.0).to_text()


def test_the_command_names_what_it_did_not_read(folder, tmp_path, capsys):
    from typer.testing import CliRunner

    from service.cli.main import app

    done = CliRunner().invoke(app, ["label", str(folder), str(tmp_path / "out")])
    assert done.exit_code == 0
    assert "说明.docx" in done.output
