import json

REPLY = (
    "一、征地批复已主动公开，请登录门户网站查询。\n"
    "二、会议纪要属于过程性信息，依据《条例》第十六条第二款不予公开。"
)


def test_a_reply_alone(yangguang):
    code, out, err = yangguang("classify", "--reply", REPLY)
    assert (code, err) == (0, "")
    for words in (
        "办理结果：部分公开",
        "第一项：予以公开",
        "第二项：属于四类过程性信息",
        "人工确认",
    ):
        assert words in out


def test_text_and_reply_as_json(yangguang):
    _, out, _ = yangguang("classify", "申请公开批复", "--reply", REPLY, "--json")
    answer = json.loads(out)
    assert answer["outcome"]["label"] == "partial"
    assert [item["label"] for item in answer["outcome"]["items"]] == ["granted", "refused.process"]
    assert answer["topic"]["label"]
    for evidence in answer["outcome"]["evidence"]:
        assert REPLY[evidence["start"] : evidence["end"]] == evidence["text"]


def test_a_request_alone_as_json(yangguang):
    _, out, _ = yangguang("classify", "申请公开专题会议纪要", "--json")
    outcome = json.loads(out)["outcome"]
    assert (outcome["basis"], outcome["label"]) == ("request", None)


def test_a_reply_from_a_file_in_any_encoding(yangguang, tmp_path):
    (tmp_path / "答复.txt").write_bytes(REPLY.encode("gbk"))
    _, from_file, _ = yangguang("classify", "--reply-file", tmp_path / "答复.txt")
    assert "部分公开" in from_file


def test_blank_and_doubled_replies(yangguang, tmp_path):
    code, _, err = yangguang("classify", "--reply", " ")
    assert code == 2
    assert "答复书" in err
    code, _, err = yangguang("classify", "--reply", "甲", "--reply-file", tmp_path / "a.txt")
    assert code == 2
    assert "只能给一个" in err


def test_label_with_a_reply_column(yangguang, tmp_path):
    path = tmp_path / "来件.csv"
    path.write_text("内容,答复\n申请公开批复,经检索该信息不存在。\n", encoding="utf-8")
    code, out, _ = yangguang("label", path, tmp_path / "a.csv", "--reply-column", "答复")
    assert code == 0
    assert "本机关不掌握相关政府信息 1" in out
