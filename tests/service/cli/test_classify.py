import json


def test_a_card(yangguang):
    code, out, err = yangguang("classify", "请问小区旁边的土地规划")
    assert (code, err) == (0, "")
    for word in ("主题：", "二级主题：", "诉求类型：", "其他可能：", "依据：“请问”", "dummy@1"):
        assert word in out
    assert "【采纳】" in out or "【复核】" in out


def test_json(yangguang):
    _, out, _ = yangguang("classify", "请问", "--json")
    assert json.loads(out)["topic"]["decision"] in ("accept", "review")


def test_a_file_in_any_encoding(yangguang, tmp_path):
    (tmp_path / "信.txt").write_bytes("请问小区旁边的土地规划用途".encode("gbk"))
    _, from_file, _ = yangguang("classify", "--file", tmp_path / "信.txt")
    _, from_argument, _ = yangguang("classify", "请问小区旁边的土地规划用途")
    assert from_file == from_argument


def test_standard_input(yangguang):
    assert yangguang("classify", stdin="请问")[1] == yangguang("classify", "请问")[1]


def test_nothing_to_classify(yangguang):
    assert yangguang("classify", " ") == (2, "", "错误：没有可以分类的文字：正文是空的。\n")
    assert yangguang("classify", stdin="")[0] == 2


def test_standard_input_that_is_no_text(yangguang):
    code, out, err = yangguang("classify", stdin=b"\xff\xfe\xe5")
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert "不是 UTF-8" in err


def test_text_and_file(yangguang, tmp_path):
    code, _, err = yangguang("classify", "请问", "--file", tmp_path / "a.txt")
    assert code == 2
    assert "只能给一个" in err


def test_a_missing_file(yangguang, tmp_path):
    code, _, err = yangguang("classify", "--file", tmp_path / "a.txt")
    assert code == 2
    assert "找不到文件" in err
