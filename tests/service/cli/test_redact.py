import json
from pathlib import Path


def test_summary_and_exit_codes(yangguang, tmp_path):
    source, target = tmp_path / "a.txt", tmp_path / "b.txt"
    source.write_text("申请人：张伟，手机13912345678", encoding="utf-8")
    code, out, err = yangguang("redact", source, target)
    assert (code, err) == (0, "")
    assert "替换 2 处（姓名 1，手机号 1）" in out
    assert target.read_text(encoding="utf-8") == "申请人：【姓名】，手机【手机号】"
    assert out.rstrip().endswith("发布前请人工通读全文。")
    assert "没有“申请人”“我叫”一类提示、也不是落款的姓名可能还在" in out


def test_doubtful_hits_are_exit_code_1(yangguang, tmp_path):
    source = tmp_path / "a.txt"
    source.write_text("号码是12345678901234567", encoding="utf-8")
    code, out, _ = yangguang("redact", source, tmp_path / "b.txt", "--json")
    assert code == 1
    answer = json.loads(out)
    assert answer["n_doubtful"] == 1
    assert answer["map"] is None


def test_a_map_only_on_request(yangguang, tmp_path):
    source = tmp_path / "a.txt"
    source.write_text("我叫李小红，请公开。", encoding="utf-8")
    code, out, _ = yangguang("redact", source, tmp_path / "b.txt", "--map", tmp_path / "m.json")
    assert code == 0
    assert "不得外传" in out
    assert json.loads((tmp_path / "m.json").read_text(encoding="utf-8")) == {"【姓名1】": "李小红"}


def test_bad_input_is_one_line(yangguang, tmp_path):
    code, out, err = yangguang("redact", tmp_path / "a.pdf", tmp_path / "b.pdf")
    assert (code, out) == (2, "")
    assert err.count("\n") == 1
    assert yangguang("redact", tmp_path / "a.pdf")[2] == "错误：缺少 OUTPUT。用 --help 看用法。\n"


def test_the_manual_has_the_help_screen(yangguang):
    manual = Path(__file__).parents[3] / "docs" / "redaction.md"
    assert yangguang("redact", "--help")[1].rstrip() in manual.read_text(encoding="utf-8")
