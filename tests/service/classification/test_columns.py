import pytest

from models.errors import InputError
from service.classification.columns import plan_columns


def plan(existing, classifier, for_people=False, with_evidence=False):
    return plan_columns(
        existing, classifier.heads, for_people=for_people, with_evidence=with_evidence
    )


def test_machines_get_codes_and_names(classifier):
    columns, notices = plan(["内容"], classifier)
    assert columns.names[:5] == (
        "topic",
        "topic_name",
        "topic_probability",
        "topic_decision",
        "subtopic",
    )
    assert len(columns.names) == 12
    assert notices == ()
    frame = columns.frame(classifier.predict_texts(["请问", "投诉土地"]))
    assert tuple(frame.columns) == columns.names
    assert set(frame["topic"]) <= {"land", "planning"}
    assert set(frame["topic_decision"]) <= {"accept", "review"}
    assert all(p == round(p, 4) for p in frame["topic_probability"])


def test_people_get_chinese(classifier):
    columns, _ = plan(["内容"], classifier, for_people=True)
    assert columns.names == (
        *("主题", "主题概率", "主题判定"),
        *("二级主题", "二级主题概率", "二级主题判定"),
        *("诉求类型", "诉求类型概率", "诉求类型判定"),
    )
    frame = columns.frame(classifier.predict_texts(["请问", "投诉土地"]))
    assert set(frame["主题"]) <= {"土地资源", "规划管理"}
    assert set(frame["主题判定"]) <= {"采纳", "复核"}


def test_answers_are_those_of_the_batch(classifier):
    batch = classifier.predict_texts([f"第{i}封" for i in range(50)])
    frame = plan([], classifier)[0].frame(batch)
    for row, answers in zip(frame.iter_rows(named=True), batch.rows(), strict=True):
        for head, answer in answers.items():
            assert row[head] == answer.label
            assert row[f"{head}_name"] == answer.name
            assert row[f"{head}_decision"] == answer.decision
            assert row[f"{head}_probability"] == pytest.approx(answer.probability, abs=5e-5)


def test_evidence_is_one_more_column_a_head(classifier):
    columns, _ = plan([], classifier, with_evidence=True)
    frame = columns.frame(
        classifier.predict_texts(["请问"]), {head: ["请问"] for head in classifier.heads}
    )
    assert frame["topic_evidence"].to_list() == ["请问"]


def test_names_already_taken_are_kept_and_ours_prefixed_with_a_notice(classifier):
    columns, notices = plan(["主题", "内容"], classifier, for_people=True)
    assert all(name.startswith("阳光_") for name in columns.names)
    assert "主题" in notices[0]
    assert "阳光_" in notices[0]


def test_a_table_labelled_twice_is_an_error(classifier):
    with pytest.raises(InputError, match="已经标注过"):
        plan(["topic", "yangguang_topic"], classifier)
