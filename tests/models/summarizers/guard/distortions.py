# ruff: noqa: E501
"""Ways to make a true sentence false, applied one at a time."""

import itertools
import random
import re
from collections.abc import Iterator

from models.summarizers.places import find_places
from models.text.segment import default_segmenter

NAMES = ["赵建平", "钱玉兰", "孙国庆", "周某", "吴先生"]
PLACES = ["青山镇", "白马村", "和顺小区", "东湖街道", "新城管委会"]
CLAIMS = [
    "，相关责任人已被处分",
    "，群众对处理结果表示满意",
    "，问题已经解决",
    "，均已整改到位",
    "，并已移送公安机关",
]
NUMERALS = "一二三四五六七八九"
OPPOSITES = [
    ("增长", "下降"), ("增加", "减少"), ("上升", "下降"), ("提高", "降低"), ("高于", "低于"), ("多于", "少于"),
    ("以上", "以下"), ("以内", "以外"), ("超过", "不足"), ("至少", "至多"), ("不少于", "不超过"), ("之前", "之后"), ("以前", "以后"),
    ("合法", "违法"), ("同意", "拒绝"), ("批准", "驳回"), ("维持", "撤销"), ("有效", "无效"), ("按时", "逾期"), ("公开", "保密"),
    ("准予", "不准"), ("允许", "禁止"), ("受理", "不受理"), ("知情", "隐瞒"), ("已经", "即将"), ("已", "将"), ("被", "把"), ("增设", "拆除"),
]  # fmt: skip
QUANTIFIERS = [
    ("均", "大部分"), ("全部", "大部分"), ("都", "大多"), ("所有", "部分"), ("部分", "全部"), ("个别", "多数"), ("一些", "所有"),
    ("只", "都"), ("仅", "均"), ("每", "有的"), ("至今", "曾经"), ("或", "和"), ("多次", "一次"), ("有的", "全部"),
]  # fmt: skip
UNITS = [
    ("万元", "元"), ("亿元", "万元"), ("元", "万元"), ("亩", "平方米"), ("平方米", "亩"), ("公里", "米"), ("米", "公里"), ("%", "个百分点"),
    ("年", "个月"), ("个月", "年"), ("天", "年"), ("户", "人"), ("件", "批"), ("万", ""), ("公顷", "亩"), ("次", "年"), ("层", "栋"),
]  # fmt: skip


def distortions(text: str, dice: random.Random) -> Iterator[tuple[str, str]]:
    """Pairs of the kind of distortion and the distorted text, each different from the text."""
    for kind, make in (
        ("digit", _digit), ("numeral", _numeral), ("swapped numbers", _swapped_numbers), ("merged numbers", _merged_numbers),
        ("unit", _unit), ("approximate", _approximate), ("date", _date), ("article", _article), ("name", _name), ("place", _place),
        ("dropped negation", _dropped_negation), ("added negation", _added_negation), ("opposite", _opposite),
        ("quantifier", _quantifier), ("certainty", _certainty), ("question", _question), ("claim", _claim),
        ("dropped clause", _dropped_clause), ("exchanged subjects", _exchanged_subjects), ("exchanged roles", _exchanged_roles),
    ):  # fmt: skip
        for made in make(text, dice):
            if made != text:
                yield kind, made


def _digit(text, dice):
    places = [m.start() for m in re.finditer(r"\d", text)]
    if places:
        at = dice.choice(places)
        yield text[:at] + dice.choice([d for d in "123456789" if d != text[at]]) + text[at + 1 :]


def _numeral(text, dice):
    found = list(
        re.finditer(rf"[{NUMERALS}](?=[个件户亩名人次条项处套间栋层年天元米十百千万])", text)
    )
    if found:
        match = dice.choice(found)
        other = dice.choice([n for n in NUMERALS if n != match[0]])
        yield text[: match.start()] + other + text[match.end() :]


def _swapped_numbers(text, dice):
    found = list(re.finditer(r"\d+(?:\.\d+)?", text))
    pairs = [(a, b) for a, b in itertools.pairwise(found) if a[0] != b[0]]
    if pairs:
        a, b = dice.choice(pairs)
        yield text[: a.start()] + b[0] + text[a.end() : b.start()] + a[0] + text[b.end() :]


def _merged_numbers(text, dice):
    found = re.search(r"(\d+)(件|户|亩|人|元|万元|个)[^。]*?(\d+)(?:件|户|亩|人|元|万元|个)", text)
    if found:
        total = int(found[1]) + int(found[3])
        yield text[: found.start()] + f"{total}{found[2]}" + text[found.end() :]


def _unit(text, dice):
    for unit, other in UNITS:
        found = re.search(rf"(?<=[\d余多十百千{NUMERALS}]){unit}", text)
        if found:
            yield text[: found.start()] + other + text[found.end() :]
            return


def _approximate(text, dice):
    found = re.search(r"(?<=\d)[余多]|约(?=\d)|近(?=\d)", text)
    if found:
        yield text[: found.start()] + text[found.end() :]
    found = re.search(r"(?<=\d)(?=[个件户亩名人次])", text)
    if found:
        yield text[: found.start()] + "余" + text[found.start() :]


def _date(text, dice):
    found = list(re.finditer(r"(?<!\d)(?:19|20)(\d\d)(?=年)", text))
    if found:
        match = dice.choice(found)
        year = int(match[0]) + dice.choice([-1, 1, 2])
        yield text[: match.start()] + str(year) + text[match.end() :]
    found = list(re.finditer(r"(\d{1,2})(?=月)", text))
    if found:
        match = dice.choice(found)
        yield text[: match.start()] + str(int(match[0]) % 12 + 1) + text[match.end() :]


def _article(text, dice):
    found = re.search(rf"第[（(]?([{NUMERALS}]|\d+)[）)]?(?:[项条款届期号批])", text)
    if found:
        number = found[1]
        other = str(int(number) + 1) if number.isdecimal() else NUMERALS[NUMERALS.index(number) - 1]
        yield text[: found.start(1)] + other + text[found.end(1) :]


def _name(text, dice):
    people = [w for w, tag in default_segmenter().tag(text) if tag == "nr" and len(w) > 1]
    people += re.findall(r"[一-龥]某|[一-龥]先生|[一-龥]女士", text)
    if people:
        yield text.replace(dice.choice(people), dice.choice(NAMES), 1)


def _place(text, dice):
    places = [p.text for p in find_places(text)]
    places += [w for w, tag in default_segmenter().tag(text) if tag in ("ns", "nt") and len(w) > 1]
    if places:
        yield text.replace(dice.choice(places), dice.choice(PLACES), 1)


def _dropped_negation(text, dice):
    found = list(
        re.finditer(
            r"没有|尚未|未曾|不予|不得|未|没(?![收入])|不(?!动产|同|过|仅|但)|无(?![锡人])", text
        )
    )
    if found:
        match = dice.choice(found)
        yield text[: match.start()] + text[match.end() :]


def _added_negation(text, dice):
    words = default_segmenter().tag(text)
    verbs = [i for i, (w, tag) in enumerate(words) if tag == "v" and len(w) > 1]
    if verbs:
        at = dice.choice(verbs)
        pieces = [w for w, _ in words]
        yield "".join([*pieces[:at], dice.choice(["不", "未", "没有", "拒不"]), *pieces[at:]])


def _exchange(text, table):
    for one, other in table:
        for a, b in ((one, other), (other, one)):
            if a in text:
                yield text.replace(a, b, 1)
                return


def _opposite(text, dice):
    yield from _exchange(text, dice.sample(OPPOSITES, len(OPPOSITES)))


def _quantifier(text, dice):
    yield from _exchange(text, dice.sample(QUANTIFIERS, len(QUANTIFIERS)))


def _certainty(text, dice):
    found = re.search(
        r"疑似|涉嫌|可能|据说|听说|如果|拟(?!定)|将(?=[重进继按会])|计划|部分|个别|基本", text
    )
    if found:
        yield text[: found.start()] + text[found.end() :]


def _question(text, dice):
    found = re.search(r"是否|能否|是不是|有没有|可否|能不能", text)
    if found:
        yes = {
            "是否": "",
            "能否": "能",
            "是不是": "是",
            "有没有": "有",
            "可否": "可以",
            "能不能": "能",
        }
        yield (text[: found.start()] + yes[found[0]] + text[found.end() :]).replace("？", "。")


def _claim(text, dice):
    yield text.rstrip("。！？；") + dice.choice(CLAIMS) + "。"


def _dropped_clause(text, dice):
    clauses = text.split("，")
    if len(clauses) > 2:
        at = dice.randrange(1, len(clauses))
        yield "，".join([*clauses[:at], *clauses[at + 1 :]])


def _exchanged_subjects(text, dice):
    clauses = [default_segmenter().tag(c) for c in text.split("，")]
    starts = [i for i, c in enumerate(clauses) if len(c) > 1 and c[0][1].startswith("n")]
    pairs = [(a, b) for a in starts for b in starts if a < b and clauses[a][0] != clauses[b][0]]
    if pairs:
        a, b = dice.choice(pairs)
        clauses[a][0], clauses[b][0] = clauses[b][0], clauses[a][0]
        yield "，".join("".join(w for w, _ in clause) for clause in clauses)


def _exchanged_roles(text, dice):
    words = default_segmenter().tag(text)
    found = [
        i for i in range(1, len(words) - 1)
        if words[i][1] in ("v", "p") and len(words[i][0]) > 1
        and words[i - 1][1].startswith("n") and words[i + 1][1].startswith("n") and words[i - 1] != words[i + 1]
    ]  # fmt: skip
    if found:
        at = dice.choice(found)
        pieces = [w for w, _ in words]
        pieces[at - 1], pieces[at + 1] = pieces[at + 1], pieces[at - 1]
        yield "".join(pieces)
