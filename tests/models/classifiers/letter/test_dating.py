"""The date under a letter, and what a future one does to the answer."""

from datetime import date

import pytest

from models.classifiers.letter.dating import date_of_letter
from models.replies import load_reader, rules_alone

BODY = "经检索，你申请的批复不存在，依据《条例》第三十六条第（四）项告知。\n"


@pytest.mark.parametrize(
    ("signature", "expected"),
    [
        ("青林县自然资源局\n2024年3月5日", date(2024, 3, 5)),
        ("青林县自然资源局 2024年3月5日（印章）", date(2024, 3, 5)),
        ("二〇二四年十一月二十日", date(2024, 11, 20)),
        ("２０２４ 年 ３ 月 ５ 日", date(2024, 3, 5)),
        ("2024-03-05", date(2024, 3, 5)),
        ("2024年2月30日", None),
        ("请于2030年1月1日前补正。", None),
        ("青林县自然资源局", None),
    ],
)
def test_the_date_is_the_one_signed_with(signature, expected):
    assert date_of_letter(BODY + signature) == expected


def test_a_term_in_a_sentence_below_is_not_the_date():
    text = BODY + "2024年3月5日\n不服的，可在2030年1月1日以前申请复议。"
    assert date_of_letter(text) == date(2024, 3, 5)


@pytest.mark.parametrize("reader", [rules_alone(), load_reader()], ids=["rules", "shipped"])
def test_a_letter_dated_in_the_future_is_said_and_reviewed(reader):
    letter = BODY + "青林县自然资源局\n2024年3月5日"
    (early,) = reader.read([letter], today=date(2024, 3, 4))
    (late,) = reader.read([letter], today=date(2024, 3, 5))
    assert early.outcome == late.outcome == "unavailable.not_held"
    assert early.decision == "review"
    assert "2024年3月5日在今天之后" in early.notices[0]
    assert not any("在今天之后" in notice for notice in late.notices)
    if reader.pipeline is not None:
        assert late.decision == "accept"
