"""What the shipped corpus promises."""

import pytest

from models.errors import InputError, LabelError
from models.labels import intents, topics
from training.audit import audit
from training.corpus import read_corpus, shipped_corpus


@pytest.fixture(scope="module", params=["train", "evaluation"])
def part(request):
    return shipped_corpus(request.param)


def test_shipped_corpus_passes_its_own_audit():
    result = audit(shipped_corpus(), ["topic", "subtopic", "intent"], shipped_corpus("evaluation"))
    assert result.problems == ()
    assert result.exact_duplicates == 0
    assert result.leaks == ()


def test_shipped_labels_belong_to_the_label_sets(part):
    for topic, subtopic, intent in zip(
        part.values("topic"), part.values("subtopic"), part.values("intent"), strict=True
    ):
        assert topics()[subtopic].parent == topics()[topic].code
        assert intents()[intent]


def test_ids_are_unique():
    ids = shipped_corpus().values("id") + shipped_corpus("evaluation").values("id")
    assert len(ids) == len(set(ids))


def test_every_second_level_is_taught_and_tested():
    assert set(shipped_corpus().values("subtopic")) == {la.code for la in topics().leaves}
    assert len(set(shipped_corpus("evaluation").values("subtopic"))) > 90


def test_audit_finds_planted_faults(tmp_path):
    letter = "我们村去年修路占了十二亩水田，村里说补偿款下来了但一直没发到各家手里，请帮忙查账。"
    train, held = tmp_path / "a.csv", tmp_path / "b.csv"
    others = "\n".join(
        f"第{i}号路灯在{'东西南北'[i % 4]}街第{i * 7}根杆上坏了{i}天,x" for i in range(20)
    )
    train.write_text(f"text,label\n{letter},x\n{letter},y\n{others}\n", encoding="utf-8")
    held.write_text(f"text,label\n{letter[:-3]}吧,x\n", encoding="utf-8")
    result = audit(read_corpus(train), ["label"], read_corpus(held))
    assert result.exact_duplicates == 1
    assert len(result.leaks) == 2
    assert len(result.problems) == 3


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.txt", "x", "应为"),
        ("a.csv", "a,b\n1,2\n", "没有文本列"),
        ("a.jsonl", "not json", "读不出来"),
        ("a.csv", "text,label\n", "空的"),
    ],
)
def test_unusable_corpus_is_named(tmp_path, name, content, message):
    path = tmp_path / name
    path.write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match=message):
        read_corpus(path)


def test_missing_corpus_is_named(tmp_path):
    with pytest.raises(InputError, match="找不到"):
        read_corpus(tmp_path / "none.jsonl")


def test_unknown_code_stops_training(tmp_path):
    from training.config import read_config
    from training.fit import read_targets

    path = tmp_path / "a.jsonl"
    path.write_text(
        '{"text":"甲","topic":"land","subtopic":"201","intent":"help"}\n'
        '{"text":"乙","topic":"moon","subtopic":"201","intent":"other"}\n',
        encoding="utf-8",
    )
    with pytest.raises(LabelError, match="moon"):
        read_targets(read_corpus(path), read_config())
