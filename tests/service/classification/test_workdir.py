import os

import pytest

from models.errors import InputError
from service.classification.workdir import WorkDirectory, run_key


@pytest.fixture
def output(tmp_path):
    return tmp_path / "结果.csv"


def test_work_is_found_again_under_the_same_key(output):
    with WorkDirectory(output, "k") as work:
        assert work.state is None
        work.save({"n_chunks": 3})
    with WorkDirectory(output, "k") as work:
        assert work.state["n_chunks"] == 3


def test_work_under_another_key_is_thrown_away(output):
    with WorkDirectory(output, "k") as work:
        work.save({"n_chunks": 3})
        (work.path / "result").write_text("x")
    with WorkDirectory(output, "other") as work:
        assert work.state is None
        assert {p.name for p in work.path.iterdir()} == {"lock"}


def test_a_damaged_state_is_no_state(output):
    with WorkDirectory(output, "k") as work:
        work.save({"n_chunks": 3})
        (work.path / "state.json").write_text('{"key": "k", ')
    with WorkDirectory(output, "k") as work:
        assert work.state is None


def test_one_run_at_a_time(output):
    with (
        WorkDirectory(output, "k"),
        pytest.raises(InputError, match=r"另一个程序正在写 结果\.csv"),
    ):
        WorkDirectory(output, "k")
    WorkDirectory(output, "k").remove()
    assert list(output.parent.iterdir()) == []


def test_a_folder_that_does_not_exist(tmp_path):
    with pytest.raises(InputError, match="不存在，无法写出结果"):
        WorkDirectory(tmp_path / "none" / "a.csv", "k")


def test_a_place_that_cannot_be_written(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match=r"无法在 .* 中写文件"):
        WorkDirectory(tmp_path / "file" / "a.csv", "k")


def test_the_key_covers_bytes_time_and_options(tmp_path):
    path = tmp_path / "a.csv"

    def key(content, time=1_700_000_000, **options):
        path.write_bytes(content)
        os.utime(path, (time, time))
        return run_key(path, options)

    large = bytes(10_000_000)
    changed_at_end = large[:-1] + b"1"
    keys = [
        key(b"a"),
        key(b"b"),
        key(b"a", time=1_700_000_001),
        key(b"a", sheet="来信"),
        key(large),
        key(changed_at_end),
        key(b"1" + large[1:]),
    ]
    assert len(set(keys)) == len(keys)
    assert key(b"a") == keys[0]
