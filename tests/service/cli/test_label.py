import json

import pytest

CONTENT = "编号,内容\n1,请问小区旁边的土地规划\n2,投诉占用耕地\n"


@pytest.fixture
def letters(tmp_path):
    path = tmp_path / "来信.csv"
    path.write_text(CONTENT, encoding="utf-8")
    return path


def test_a_file_is_labelled_and_summed_up(yangguang, letters, tmp_path):
    code, out, err = yangguang("label", letters, tmp_path / "a.csv")
    assert (code, err) == (0, "")
    assert "共 2 行：已标注 2 行，未能标注 0 行" in out
    assert (tmp_path / "a.csv").read_text(encoding="utf-8").startswith("编号,内容,topic,")


def test_json(yangguang, letters, tmp_path):
    _, out, _ = yangguang("label", letters, tmp_path / "a.csv", "--json")
    found = json.loads(out)
    assert found["n_rows"] == 2
    assert found["model_id"] == "dummy@1"


def test_rejects_are_exit_1(yangguang, letters, tmp_path):
    letters.write_text(CONTENT + "3,\n", encoding="utf-8")
    code, out, _ = yangguang("label", letters, tmp_path / "a.csv")
    assert code == 1
    assert "a.csv.rejects.csv" in out
    assert "退出码为 1：只表示有行放在一边" in out


def test_options_reach_the_work(yangguang, letters, tmp_path):
    letters.write_bytes("编号,内容,备注\n1,請問,規劃\n".encode("big5", "replace"))
    letters.write_bytes("no,body,note\n1,請問,規劃\n".encode("big5"))
    arguments = ["-c", "note", "--encoding", "big5", "--evidence", "--workers", "1"]
    code, out, _ = yangguang("label", letters, tmp_path / "a.csv", *arguments, "--engine", "local")
    assert code == 0
    assert "正文列：note" in out
    assert "topic_evidence" in (tmp_path / "a.csv").read_text(encoding="utf-8-sig")


def test_unusable_files_are_one_line_and_exit_2(yangguang, letters, tmp_path):
    code, out, err = yangguang("label", tmp_path / "none.csv", tmp_path / "a.csv")
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert "找不到文件" in err
    code, _, err = yangguang("label", letters, letters)
    assert code == 2
    assert "同一个文件" in err


def test_where_a_result_cannot_be(yangguang, letters, tmp_path, monkeypatch):
    (tmp_path / "结果").mkdir()
    code, _, err = yangguang("label", letters, tmp_path / "结果")
    assert code == 2
    assert "是文件夹" in err

    def refuse(error):
        def mkdir(*_, **__):
            raise error

        monkeypatch.setattr("service.classification.workdir.Path.mkdir", mkdir)
        return yangguang("label", letters, tmp_path / "a.csv")

    for error in (FileNotFoundError(2, "x"), PermissionError(13, "x")):
        code, _, err = refuse(error)
        assert code == 2
        assert "不存在" not in err
        assert str(tmp_path) in err


def test_errors_hold_no_text_of_a_citizen(yangguang, tmp_path):
    path = tmp_path / "a.csv"
    path.write_text(
        "甲,乙\n我叫张三住在某小区投诉邻居,我叫张三住在某小区投诉邻居\n", encoding="utf-8"
    )
    code, out, err = yangguang("label", path, tmp_path / "b.csv")
    assert code == 2
    assert "张三" not in out + err


def test_interruption_says_how_to_go_on(yangguang, letters, tmp_path, monkeypatch):
    def interrupt(*_, **__):
        raise KeyboardInterrupt

    def interrupt_later(*_, **__):
        folder = tmp_path / ".a.csv.unfinished"
        folder.mkdir()
        (folder / "state.json").write_text('{"n_chunks": 1}', encoding="utf-8")
        raise KeyboardInterrupt

    monkeypatch.setattr("service.classification.label.label_file", interrupt)
    code, _, err = yangguang("label", letters, tmp_path / "a.csv")
    assert code == 130
    assert err == "还没有做完的部分可以保留，再运行同一命令会从头做。\n已中断。\n"
    monkeypatch.setattr("service.classification.label.label_file", interrupt_later)
    code, _, err = yangguang("label", letters, tmp_path / "a.csv")
    assert code == 130
    assert err == "已完成的部分保留着，再运行同一命令即可接着做。\n已中断。\n"


def test_a_row_that_sums_the_list_up_gets_no_topic(yangguang, letters, tmp_path):
    letters.write_text(CONTENT + "合计,2\n", encoding="utf-8")
    code, out, _ = yangguang("label", letters, tmp_path / "a.csv")
    assert code == 1
    assert "这是汇总行（合计、总计等），不是来信：1 行" in out
    assert "4,这是汇总行" in (tmp_path / "a.csv.rejects.csv").read_text("utf-8-sig")
