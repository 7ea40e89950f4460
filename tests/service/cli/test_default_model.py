"""The commands with the model that comes with the program."""

import csv
import json

import pytest

import models
from models.labels import intents, topics

LETTER = "我家门口有人占用基本农田挖沙，举报好几次都没人管，请尽快查处。"


@pytest.fixture
def yangguang(yangguang, monkeypatch):
    from models.artifact import load_pipeline

    monkeypatch.setattr(models, "load", load_pipeline)
    return yangguang


def test_one_letter(yangguang):
    code, out, _ = yangguang("classify", LETTER, "--json")
    assert code == 0
    found = json.loads(out)
    assert found["topic"]["label"] == "land"
    assert found["intent"]["label"] == "complaint"
    for head in ("topic", "subtopic", "intent"):
        assert found[head]["evidence"]
        for span in found[head]["evidence"]:
            assert LETTER[span["start"] : span["end"]] == span["text"]


def test_a_file_and_its_letters_one_by_one_agree(yangguang, tmp_path):
    letters = [LETTER, "请问房产证丢了怎么补办？", "建议在公园多种些树。", "谢谢。", "123", "😀"]
    path, output = tmp_path / "来信.csv", tmp_path / "结果.csv"
    path.write_text("内容\n" + "\n".join(letters) + "\n", encoding="utf-8")
    assert yangguang("label", path, output, "--evidence")[0] == 0
    with output.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["内容"] for row in rows] == letters
    for letter, row in zip(letters, rows, strict=True):
        one = json.loads(yangguang("classify", letter, "--json")[1])
        for head in ("topic", "subtopic", "intent"):
            assert row[head] == one[head]["label"]
            assert row[f"{head}_decision"] == one[head]["decision"]
            assert float(row[f"{head}_probability"]) == pytest.approx(
                one[head]["probability"], abs=2e-4
            )
        assert row["topic"] in topics()
        assert row["subtopic"] in topics()
        assert row["intent"] in intents()
    assert {row["topic_decision"] for row in rows[-2:]} == {"review"}


@pytest.mark.parametrize(
    "text", ["hello world", "12345678", "asdf qwer", "ok 好", "Добрый день", "？？？", "こんにちは"]
)
def test_what_is_hardly_chinese_is_never_accepted_and_is_said(yangguang, text):
    out = yangguang("classify", text)[1]
    assert out.startswith("注意：正文几乎不含中文")
    assert "概率不作数，请人工处理" in out
    assert "【采纳】" not in out


def test_a_letter_that_is_mostly_foreign_is_said(yangguang):
    assert "正文大部分不是中文（汉字 4 个）" in yangguang(
        "classify", "Compensation for the land of our village (征地补偿) was never paid"
    )[1]  # fmt: skip
    assert "注意" not in yangguang("classify", LETTER + " WIFI CAD")[1]
