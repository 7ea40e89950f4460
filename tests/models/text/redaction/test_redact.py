import datetime as dt
import random
from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from stdnum import luhn
from stdnum.cn import uscc
from stdnum.iso7064 import mod_11_2

from models.text.redaction import Confidence, find_hits, redact, replace, token

RELAXED = settings(max_examples=80, deadline=None)


def shown(text):
    return redact(text)[0]


@st.composite
def identities(draw):
    region = draw(st.sampled_from(["110105", "210102", "500103", "820001", "654325"]))
    birthday = draw(st.dates(dt.date(1900, 1, 1), dt.date(2024, 12, 31)))
    body = region + birthday.strftime("%Y%m%d") + f"{draw(st.integers(0, 999)):03}"
    number = body + mod_11_2.calc_check_digit(body)
    style = draw(st.sampled_from(["plain", "lower", "wide", "grouped", "dashed"]))
    if style == "lower":
        return number.lower()
    if style == "wide":
        return "".join(chr(ord(c) + 0xFEE0) for c in number)
    if style == "grouped":
        return f"{number[:6]} {number[6:14]} {number[14:]}"
    if style == "dashed":
        return f"{number[:6]}-{number[6:14]}-{number[14:]}"
    return number


HAN = st.text("的一是申请人公开土地房屋沈阳市和区路号村民电话，。：；（）\n 0-1", max_size=25)


@RELAXED
@given(HAN, identities(), HAN)
def test_every_valid_identity_number_is_masked(before, number, after):
    text = before.rstrip("0123456789-. ") + number + after.lstrip("0123456789-. ")
    hits = redact(text)[1]
    start = text.index(number)
    found = [hit for hit in hits if hit.start <= start and hit.end >= start + len(number)]
    assert len(found) == 1
    assert found[0].kind == "identity"
    assert found[0].confidence is Confidence.HIGH


@st.composite
def protected_numbers(draw):
    n = lambda low, high: draw(st.integers(low, high))  # noqa: E731
    kind = draw(st.integers(0, 7))
    if kind == 0:
        return f"沈自然资发〔{n(2000, 2029)}〕{n(1, 999)}号"
    if kind == 1:
        return f"索引号：11210100MB{n(1000000, 9999999)}X/{n(2010, 2029)}-{n(1, 99999):05}"
    if kind == 2:
        alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
        body = draw(st.sampled_from(["91", "11", "12", "51", "93"])) + f"{n(110000, 659999)}"
        body += "".join(draw(st.lists(st.sampled_from(alphabet), min_size=8, max_size=8)))
        body += draw(st.sampled_from(alphabet[10:]))
        return "统一社会信用代码" + body + uscc.calc_check_digit(body)
    if kind == 3:
        return f"{n(0, 10**12)}.{n(0, 99):02}元"
    if kind == 4:
        return f"{n(1950, 2029)}年{n(1, 12)}月{n(1, 28)}日"
    if kind == 5:
        return f"共{n(0, 10**9 - 1)}" + draw(st.sampled_from(["件", "条", "平方米", "公顷"]))
    if kind == 6:
        return f"建字第{n(10**14, 10**15 - 1)}号"
    return f"{n(100000, 659999)}{n(10**5, 10**6 - 1)}GB{n(0, 99999):05}F{n(0, 10**8 - 1):08}"


@RELAXED
@given(st.lists(st.tuples(HAN, protected_numbers()), min_size=1, max_size=3), HAN)
@example([("", "13000000000.00元")], "")  # a full-width comma before it is folded to a comma
def test_a_protected_number_is_never_altered(parts, tail):
    text = "".join(f"{words}，{number}，" for words, number in parts) + tail
    out = shown(text)
    for _, number in parts:
        assert number in out


WORDS = ["申请人", "姓名：", "张伟", "欧阳建国", "李四", "、", "，", "。", "本局", "电话", "身份证"]
WORDS += [
    "银行卡号",
    "和平区",
    "文化路",
    "12号",
    "3单元501室",
    "住",
    "小区",
    "12-3-501",
    "微信",
    "QQ",
]
WORDS += ["abc_123", "护照", "E12345678", "东经", "123.456789", ",41.123456", "辽A12345", "a@b.cn"]
WORDS += [
    "【姓名】",
    "【住址】",
    "〔2020〕12号",
    "字第",
    "索引号",
    "92",
    "不动产权第",
    "号",
    "元",
    "编号",
]
WORDS += [
    "2020-05-15",
    "024-87654321",
    "13912345678",
    "00",
    "局长",
    "\n",
    "统一社会信用代码",
    "住址：",
]

PIECES = st.lists(
    st.one_of(
        st.sampled_from(WORDS),
        st.text("0123456789Xx -()", max_size=20),
        st.text(max_size=6),
        identities(),
    ),
    max_size=14,
).map("".join)


@settings(max_examples=200, deadline=None)
@given(PIECES)
@example("申请人：张伟、【姓名】李四")
@example("数字 123456789012345678901")
def test_redaction_is_idempotent_and_accepts_any_text(text):
    once, hits = redact(text)
    assert shown(once) == once
    assert all(a.end <= b.start for a, b in pairwise(hits))
    assert replace(text, hits) == once


@RELAXED
@given(st.lists(PIECES, max_size=5))
def test_texts_together_give_what_they_give_apart(texts):
    assert find_hits(texts) == [redact(text)[1] for text in texts]


@RELAXED
@given(st.integers(10**14, 10**18 - 1))
def test_a_card_with_its_check_digit_is_masked(body):
    number = str(body)[:15] + "7"
    number = number + luhn.calc_check_digit(number)
    out = shown(f"卡号{number}。")
    assert number not in out


CASES = [
    ("申请人：张伟，要求公开", "申请人：【姓名】，要求公开"),
    ("户主欧阳建国、张三、李四", "户主【姓名】、【姓名】、【姓名】"),
    ("我叫李小红，李小红的房子", "我叫【姓名】，【姓名】的房子"),
    ("联系人：阿依古丽·买买提 电话", "联系人：【姓名】 电话"),
    ("手机+86 139-1234-5678", "手机【手机号】"),
    ("电话024-87654321", "电话【电话号码】"),
    ("本人座机87654321", "本人座机【电话号码】"),
    ("住沈阳市和平区文化路12号3单元501室", "住沈阳市和平区【住址】"),
    ("阳光小区12-3-501漏水", "阳光小区【住址】漏水"),
    ("辽（2020）沈阳市不动产权第0012345号", "辽（2020）沈阳市不动产权第【不动产权证号】号"),
    ("沈国用（2005）第0123号", "沈国用（2005）第【不动产权证号】号"),
    ("护照号：E12345678", "护照号：【证件号】"),
    ("身份证：11010519491231002", "身份证：【长数字】"),
    ("车牌辽A12345和辽AD12345", "车牌【车牌号】和【车牌号】"),
    ("微信号：abc_123", "微信号：【社交账号】"),
    ("邮箱zhang.wei@example.com。", "邮箱【邮箱】。"),
    ("位置123.456789,41.123456", "位置【坐标】"),
    ("流水20位 12345678901234567890", "流水20位 【长数字】"),
    ("老身份证210102491231002", "老身份证【身份证号】"),
    ("证件号110105194912310021", "证件号【身份证号】"),
]


@pytest.mark.parametrize(("text", "expected"), CASES)
def test_what_is_masked(text, expected):
    assert shown(text) == expected


KEPT = [
    "承办人王强，局长李明，法定代表人赵刚",
    "张某、李**、王×× 等人",
    "申请人要求公开某村2019年征地批复和勘测定界图。",
    "联系电话：本局024-12345678，热线12345",
    "被申请人沈阳市自然资源局",
    "申请人：沈阳市某某房地产开发公司",
    "文化路12号地块规划条件",
    "沈阳市大南街206号为办公地点",
    "我是一名村民，本人于2020年购房，父亲去世",
    "申请人王先生、联系人李科长",
    "400-123-4567",
    "面积1234567.8912平方米，增长12.3456倍",
    "统一社会信用代码91350100M000100Y43",
    "项目代码：2020-210102-70-03-012345",
    "2020-05-15 12:30，20200515",
    "每平方米13912345678元",
]


@pytest.mark.parametrize("text", KEPT)
def test_what_is_kept(text):
    assert redact(text) == (text, [])


def test_a_sole_trader_is_reported_with_low_confidence():
    (hit,) = redact("代码92210102MA0P4XXX1Y")[1]
    assert (hit.kind, hit.confidence) == ("sole_trader", Confidence.LOW)


def test_tokens_name_their_type():
    assert token("identity") == "【身份证号】"
    assert token("name", 3) == "【姓名3】"


def test_a_numbered_token_is_left_alone():
    assert redact("【姓名3】和【身份证号12】") == ("【姓名3】和【身份证号12】", [])


def test_the_reports_own_numbers_stay():
    rng = random.Random(5)
    text = "".join(
        f"办理{rng.randint(0, 10**6)}件，同比增长{rng.random() * 100:.1f}%；" for _ in range(99)
    )
    assert redact(text) == (text, [])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("此致\n敬礼！\n张伟国\n2024年3月1日", "此致\n敬礼！\n【姓名】\n2024年3月1日"),
        ("盼复。谢谢！\n\n  欧阳小红", "盼复。谢谢！\n\n  【姓名】"),
        ("此致敬礼！ 李建华 2024.3.1", "此致敬礼！ 【姓名】 2024.3.1"),
        ("一切属实。\n王秀兰\n2024-03-01\n", "一切属实。\n【姓名】\n2024-03-01\n"),
        ("王秀兰来过。望复\n王秀兰", "【姓名】来过。望复\n【姓名】"),
    ],
)  # fmt: skip
def test_a_signature_alone_on_its_line_is_masked(text, expected):
    assert shown(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "此致\n市自然资源局\n2024年3月1日",
        "敬礼！\n全体村民\n2024年3月1日",
        "敬礼！\n高坎村\n2024年3月1日",
        "谢谢\n江南公司\n2024年3月1日",
        "谢谢\n于洪区政府",
        "感谢党中央\n方便\n2024年3月1日",
        "谢谢王局长\n平安小区\n2024年3月1日",
        "敬礼\n张某某\n2024年3月1日",
        "附件\n2024年3月1日",
        "规划局\n2024年3月1日",
        "谢谢\n林业站\n2024.3.1",
        "谢谢解答",
        "谢谢！\n期待解决",
    ],
)
def test_what_stands_there_and_is_no_person_stays(text):
    assert "姓名" not in shown(text)


def test_a_signature_is_looked_for_across_paragraphs_of_one_text_and_never_across_cells():
    pieces = ["此致", "敬礼！", "张伟国", "2024年3月1日"]
    assert [len(hits) for hits in find_hits(pieces, is_one=True)] == [0, 0, 1, 0]
    assert [len(hits) for hits in find_hits(pieces)] == [0, 0, 0, 0]
