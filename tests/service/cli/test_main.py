import subprocess
import sys
from pathlib import Path

import pytest

from models import __version__
from models.errors import ArtifactError

ROOT = Path(__file__).parents[3]
HEAVY = ("numpy", "polars", "fastapi", "sklearn", "scipy", "rich", "python_calamine", "rjieba")


def test_help_is_fast_and_imports_nothing_heavy():
    script = (
        "import sys, time; sys.argv = ['yangguang', '--help']\n"
        "from service.cli.main import run\n"
        "try: run()\n"
        "except SystemExit: pass\n"
        f"heavy = [name for name in {HEAVY!r} if name in sys.modules]\n"
        "print(*heavy, time.process_time())"
    )
    found = subprocess.run(
        [sys.executable, "-X", "utf8", "-c", script],
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    *heavy, seconds = found.stdout.splitlines()[-1].split()
    assert heavy == []
    assert float(seconds) < 0.5  # of the processor's time: others may be using it as well


def test_classifying_one_text_imports_nothing_that_it_does_not_need():
    needless = ("pydantic", "polars", "fastapi", "sqlalchemy", "rich", "numba", "cryptography")
    script = (
        "import sys; sys.argv = ['yangguang', 'classify', '请问征地补偿标准在哪里看']\n"
        "from service.cli.main import run\n"
        "try: run()\n"
        "except SystemExit as end: print(end.code)\n"
        f"print([name for name in {needless!r} if name in sys.modules])"
    )
    found = subprocess.run(
        [sys.executable, "-X", "utf8", "-c", script],
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    assert "主题：土地资源" in found.stdout
    assert found.stdout.splitlines()[-2:] == ["0", "[]"]


def test_help_is_chinese(yangguang):
    code, out, _ = yangguang("--help")
    assert code == 0
    assert out.startswith("用法：yangguang [选项] 命令 …")
    for word in ("classify", "label", "report", "显示这份说明。"):
        assert word in out
    for word in ("Usage", "Options", "Commands", "Show this message"):
        assert word not in out


def test_no_command_shows_the_help(yangguang):
    assert yangguang()[1].startswith("用法：")


def test_version(yangguang):
    assert yangguang("--version")[:2] == (0, f"yangguang {__version__}\n")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nope"], "错误：没有命令 nope。用 --help 看有哪些命令。"),
        (["lable"], "错误：没有命令 lable，是不是 label。用 --help 看有哪些命令。"),
        (["label"], "错误：缺少 INPUT。用 --help 看用法。"),
        (["label", "a.csv"], "错误：缺少 OUTPUT。用 --help 看用法。"),
        (["label", "a.csv", "b.csv", "--nope"], "错误：没有选项 --nope。用 --help 看用法。"),
        (
            ["label", "a.csv", "b.csv", "--workers", "0"],
            "错误：--workers 的值不对。用 --help 看用法。",
        ),
        (
            ["label", "a.csv", "b.csv", "--workers"],
            "错误：选项 --workers 的用法不对。用 --help 看用法。",
        ),
        (
            ["classify", "a", "b"],
            "错误：参数太多。正文中有空格时请用引号括起来；用 --help 看用法。",
        ),
    ],
)
def test_wrong_calls_are_one_chinese_line(yangguang, arguments, message):
    code, out, err = yangguang(*arguments)
    assert (code, out, err) == (2, "", message + "\n")


def test_our_own_errors_are_one_line_and_exit_2(yangguang, monkeypatch):
    def fail(path=None):
        raise ArtifactError("模型文件夹\n已损坏。")

    monkeypatch.setattr("models.load", fail)
    assert yangguang("classify", "请问") == (2, "", "错误：模型文件夹 已损坏。\n")


def test_a_fault_of_ours_shows_no_traceback_and_no_text(yangguang, monkeypatch):
    def fail(path=None):
        raise RuntimeError("张三的身份证号")

    monkeypatch.setattr("models.load", fail)
    code, out, err = yangguang("classify", "请问")
    assert (code, out) == (3, "")
    assert err == "错误：程序内部出错（RuntimeError），请把这一行和所用命令告诉维护人员。\n"


def test_developers_may_see_the_traceback(yangguang, monkeypatch):
    def fail(path=None):
        raise RuntimeError("why")

    monkeypatch.setattr("models.load", fail)
    monkeypatch.setenv("YANGGUANG_DEBUG", "1")
    with pytest.raises(RuntimeError, match="why"):
        yangguang("classify", "请问")


def test_interruption(yangguang, monkeypatch):
    def interrupt(path=None):
        raise KeyboardInterrupt

    monkeypatch.setattr("models.load", interrupt)
    assert yangguang("classify", "请问") == (130, "", "已中断。\n")


def test_a_reader_that_leaves_early_causes_no_noise():
    script = (
        "import sys, models; sys.path.insert(0, 'tests/service')\n"
        "from conftest import DummyClassifier\n"
        "models.load = lambda path=None: DummyClassifier()\n"
        "from service.cli.main import run\n"
        "sys.argv = ['yangguang', 'classify', '请问', '--json']\n"
        "import time; time.sleep(0.3); run()"
    )
    with subprocess.Popen(
        [sys.executable, "-X", "utf8", "-c", script],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        process.stdout.close()
        err = process.stderr.read()
    assert err == b""
