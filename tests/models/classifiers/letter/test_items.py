"""Item by item: numbers of every style, several at once, lists in lists, the request's own."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.classifiers.letter.numbering import key_of, numbers_in
from models.classifiers.letter.numerals import chinese_numeral
from models.classifiers.letter.reading import read_letter
from models.classifiers.letter.requested import find_mentions, listed_items, requested_items
from models.replies import load_reader

GRANTED, PROCESS, NOT_HELD = "granted", "refused.process", "unavailable.not_held"
SAID = {
    GRANTED: "可以公开，现向您提供复印件。",
    PROCESS: "属于过程性信息，不予公开。",
    NOT_HELD: "经检索，本机关未制作、未保存，该信息不存在。",
}
STYLES = {
    "一、": lambda k: f"{chinese_numeral(k)}、",
    "（一）": lambda k: f"（{chinese_numeral(k)}）",
    "1.": lambda k: f"{k}.",
    "1、": lambda k: f"{k}、",
    "（1）": lambda k: f"（{k}）",
    "1）": lambda k: f"{k}）",
    "①": lambda k: "①②③④⑤⑥"[k - 1],
    "第1项": lambda k: f"第{k}项，",
    "关于第一项": lambda k: f"关于第{chinese_numeral(k)}项。",
    "A、": lambda k: "ABCDEF"[k - 1] + "、",
    "甲、": lambda k: "甲乙丙丁戊己"[k - 1] + "、",
    "项一：": lambda k: f"项{chinese_numeral(k)}：",
    "┃1┃": lambda k: f"┃{k}┃",
}


def outcomes_of(reply, request=""):
    return [item.best for item in read_letter(reply, request).items]


@given(
    st.sampled_from(sorted(STYLES)),
    st.lists(st.sampled_from(sorted(SAID)), min_size=2, max_size=5),
    st.sampled_from(["\n", ""]),
)
def test_items_of_every_style_are_told_apart(style, said, separator):
    if style == "┃1┃":
        separator = "\n"
    reply = "现答复如下：" + separator
    reply += separator.join(
        f"{STYLES[style](k)}批复{SAID[code]}" for k, code in enumerate(said, start=1)
    )
    assert outcomes_of(reply) == said


@given(st.integers(2, 6), st.sampled_from(["不予公开，属于过程性信息", "经检索不存在"]))
def test_n_items_answered_at_once_are_n_items(n, said):
    number = "零一两三四五六"[n]
    found = outcomes_of(f"经审查，上述{number}项信息均{said}。")
    assert len(found) == n
    assert len(set(found)) == 1


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("1", (1,)),
        ("1、2和4", (1, 2, 4)),
        ("1至3", (1, 2, 3)),
        ("一、三", (1, 3)),
        ("(二)(三)", (2, 3)),
        ("a、b", (1, 2)),
        ("1-4", (1, 2, 3, 4)),
        ("99", ()),
    ],
)
def test_numbers_of_several_items(text, keys):
    assert numbers_in(text) == keys


@given(st.integers(1, 40))
def test_keys_of_numbers(value):
    assert key_of(str(value)) == key_of(chinese_numeral(value)) == value


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        # several at once
        ("第1至3项予以公开，附件后附。第4项属于过程性信息，不予公开。", [GRANTED] * 3 + [PROCESS]),
        ("①②经检索不存在。③现提供复印件一份。", [NOT_HELD, NOT_HELD, GRANTED]),
        (
            "A项由我局核发，现予公开。B项由住建局制作，C项由水务局制作，均不属于本机关负责公开。",
            [GRANTED, NOT_HELD, NOT_HELD],
        ),
        (
            "第一项征地告知书、第二项听证告知书：均存档，现复印给你。第三项会审表：本机关未获取。",
            [GRANTED, GRANTED, NOT_HELD],
        ),
        # what is said of all
        (
            "1.汇报稿\n2.商洽函\n以上两项均属于过程性信息，不予公开。",
            [PROCESS, PROCESS],
        ),
        (
            "一、书面材料，属于过程性信息，不予公开。\n二、电子材料，同上。",
            [PROCESS, PROCESS],
        ),
        # sections, enclosures and articles are no items
        (
            "一、申请情况：你申请两项信息。\n二、答复意见\n（一）批复：现予提供。\n"
            "（二）会议记录：属于过程性信息，不予公开。\n三、救济途径\n可依法申请复议。\n"
            "附件：1.批复\n2.附图",
            [GRANTED, PROCESS],
        ),
        (
            "一、予以公开的信息\n第1项批复、第2项附图，现提供复印件。\n"
            "二、不予公开的信息\n第3项会议纪要，属于过程性信息，不予公开。",
            [GRANTED, GRANTED, PROCESS],
        ),
        (
            "一、批复公开，复印件附上。\n二、分析表需要加工，不予提供。\n"
            "适用条款分别是《条例》第三十六条第（二）项、第三十八条。",
            [GRANTED, "unavailable.needs_creation"],
        ),
        # the name of a document is no title of the letter
        (
            "一、处罚决定书：已公开，另附复印件。\n二、询问笔录：属执法案卷，不予公开。",
            [GRANTED, "refused.enforcement_file"],
        ),
        # a year after the number
        ("1.2020年公报，现予提供。\n2.2021年公报，经检索不存在。", [GRANTED, NOT_HELD]),
    ],
)
def test_letters_of_several_items(reply, expected):
    assert outcomes_of(reply) == expected


@pytest.mark.parametrize(
    "reply",
    [
        "一、申请人上月提出204件。\n二、本局已要求说明理由。\n三、理由不合理，依据《条例》第三十五条，不予处理。",
        "经审查：1.该计划未公开；2.第三方采取了保密措施；3.无法区分。\n决定：属商业秘密，第三方不同意公开，不予公开。",
        "现提供征地批复一份。\n附件：1.批复\n2.附图\n3.说明",
    ],
)
def test_reasons_and_enclosures_are_no_items(reply):
    assert len(outcomes_of(reply)) == 1


@pytest.mark.parametrize(
    ("request_text", "names"),
    [
        ("申请公开：1.征地批复；2.勘测定界图。", ("征地批复", "勘测定界图")),
        ("①批复②附图③说明", ("批复", "附图", "说明")),
        ("一、批复；二、附图", ("批复", "附图")),
        ("A.批复 B.附图", ("批复", "附图")),
        ("（1）批复复印件（2）附图", ("批复", "附图")),
        ("申请公开征地批复", ()),
        ("依据《条例》第三十六条第（一）项申请公开批复", ()),
        ("", ()),
    ],
)
def test_items_of_a_request(request_text, names):
    assert requested_items(request_text) == names


def test_names_strung_together():
    assert listed_items("申请公开征地批复、补偿方案和听证笔录") == (
        "征地批复",
        "补偿方案",
        "听证笔录",
    )
    assert listed_items("申请公开征地批复") == ()


def test_a_letter_in_running_text_follows_the_requests_numbers():
    request = "申请公开：（1）划拨决定书；（2）六户的评估报告；（3）文物勘探报告；（4）评估价对比"
    reply = (
        "评估价对比没有人做过，需要重新加工，不予提供。划拨决定书复印一份给你。"
        "评估报告涉及他人隐私，第三方不同意公开，不予公开。文物勘探报告本机关未获取，请向文物局申请。"
    )
    assert outcomes_of(reply, request) == [
        GRANTED,
        "refused.third_party",
        NOT_HELD,
        "unavailable.needs_creation",
    ]


def test_one_answer_to_all_numbers_of_the_request_is_one_each():
    request = "1.批复；2.附图；3.说明"
    assert outcomes_of("经检索，你申请的信息不存在。", request) == [NOT_HELD] * 3
    declined = "你的申请实为投诉举报，不作为政府信息公开申请处理，可通过信访渠道反映。"
    assert outcomes_of(declined, request) == ["declined.petition"]


@given(st.text(max_size=60), st.text(max_size=60))
def test_any_request_and_reply_are_read(reply, request_text):
    reading = read_letter(reply, request_text)
    assert reading.items
    for item in reading.items:
        assert 0 <= item.start <= item.end <= len(reading.letter.text)


@given(st.text(alphabet="批复图表①②一二、；1.第项", max_size=30))
def test_mentions_lie_in_the_letter(decision):
    for mention in find_mentions(decision, ("征地批复", "定界图")):
        assert 0 <= mention.start < mention.end <= len(decision)


def test_what_is_said_of_one_number_is_not_said_of_the_others():
    request = "1.方案；2.批准文件；3.选址论证报告"
    assert outcomes_of("告知第（1）项信息因涉密不予公开。", request) == ["refused.state_secret"]


SPLIT_BY_WORDS = (
    "经检索，本局没有制作过您要的搬迁决定，该信息不存在。随函附送海域示意图一张，是当年的宣传材料。\n"
    "青林县自然资源局"
)


def test_the_head_reads_as_one_what_the_rules_split_by_words_and_a_person_looks():
    assert read_letter(SPLIT_BY_WORDS).is_split_by_words
    (answer,) = load_reader().read([SPLIT_BY_WORDS])
    assert answer.outcome == NOT_HELD
    assert len(answer.items) == 1
    assert answer.decision == "review"
    assert any("读作一项" in notice for notice in answer.notices)


def test_the_numbers_of_the_request_outweigh_the_head():
    request = "申请公开：1.搬迁决定；2.海域示意图。"
    assert not read_letter(SPLIT_BY_WORDS, request).is_split_by_words
