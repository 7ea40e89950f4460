import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.classifiers.letter.articles import Law, parse_articles
from models.classifiers.letter.numerals import chinese_numeral, parse_numeral
from models.classifiers.letter.text import prepare

FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")
CHINESE_DIGITS = str.maketrans("0123456789", "〇一二三四五六七八九")
NAMES = (
    "《条例》",
    "《中华人民共和国政府信息公开条例》",
    "《政府信息公开条例》",
    "条例",
    "该条例",
    "",
)
OTHERS = ("《行政许可法》", "《土地管理法》", "档案法", "《不动产登记暂行条例》", "城乡规划法")
ARTICLE = ("第{}条", "第 {} 条", "第{}條", "笫{}条")
ITEM = (
    "第（{}）项",
    "第({})项",
    "第{}项",
    "（{}）项",
    "第〔{}〕项",
    "第（{}）目",
    "（{}）",
    "第【{}】项",
    "第（{}）項",
)


def parse(text):
    return parse_articles(prepare(text).text)


def styles(value):
    """Every way in which offices write a number."""
    digit_by_digit = str(value).translate(CHINESE_DIGITS)  # 三六条
    ways = [str(value), str(value).translate(FULL_WIDTH), chinese_numeral(value), digit_by_digit]
    return st.sampled_from(ways)


@st.composite
def citations(draw):
    article, item = draw(st.integers(1, 56)), draw(st.integers(1, 15))
    first = draw(st.sampled_from(ARTICLE)).format(draw(styles(article)))
    second = draw(st.sampled_from(ITEM)).format(draw(styles(item)))
    return article, item, first + second


@given(citations(), st.sampled_from(NAMES), st.sampled_from(["根据", "依照", "按", "依据"]))
def test_every_style_gives_article_and_item(citation, name, verb):
    article, item, written = citation
    (found,) = parse(f"{verb}{name}{written}的规定，告知如下。")
    assert (found.article, found.item) == (article, item)
    assert found.is_ordinance


@given(citations(), st.sampled_from(OTHERS))
def test_other_laws_articles_are_theirs(citation, name):
    article, item, written = citation
    (found,) = parse(f"根据{name}{written}的规定")
    assert found.law is Law.OTHER
    assert found.name in name
    assert (found.article, found.item) == (article, item)


@given(citations(), citations(), st.sampled_from(OTHERS), st.booleans())
def test_two_laws_side_by_side_keep_their_articles(one, two, other, other_first):
    ours, theirs = f"《条例》{one[2]}", f"{other}{two[2]}"
    text = f"根据{theirs}、{ours}规定" if other_first else f"根据{ours}、{theirs}规定"
    found = {c.law is Law.OTHER: (c.article, c.item) for c in parse(text)}
    assert found == {False: one[:2], True: two[:2]}


@given(st.integers(1, 999))
def test_numerals_read_back(value):
    assert parse_numeral(chinese_numeral(value)) == value
    assert parse_numeral(str(value)) == value


@given(st.text("零〇一二三四五六七八九十百两廿卅0123456789", max_size=8))
def test_any_numeral_is_in_range_or_none(text):
    value = parse_numeral(text)
    assert value is None or 0 <= value <= 999


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("卅六", 36),
        ("廿一", 21),
        ("三六", 36),
        ("十", 10),
        ("一百零三", 103),
        ("百百", None),
        ("", None),
        ("十十", None),
    ],
)
def test_rarer_numerals(text, value):
    assert parse_numeral(text) == value


@pytest.mark.parametrize("value", [0, 1000])
def test_numerals_out_of_range(value):
    with pytest.raises(ValueError, match=r"1\.\.999"):
        chinese_numeral(value)


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("第三十六条第（一）项、第（五）项", [(36, 0, 1), (36, 0, 5)]),
        ("第三十六条第（四）、（五）项规定", [(36, 0, 4), (36, 0, 5)]),
        ("第三十六条第四款第（一）项", [(36, 4, 1)]),
        ("第十六条第二款", [(16, 2, 0)]),
        ("三十六条四项", [(36, 0, 4)]),
        ("第三十六条第㈣项", [(36, 0, 4)]),
        ("第三十七条、第三十八条", [(37, 0, 0), (38, 0, 0)]),
        ("共查到36条信息，均已提供", []),
        ("依据36条4项", [(36, 0, 4)]),
        ("三天内查收文件3份", []),
    ],
)
def test_ways_of_citing(text, keys):
    assert [c.key for c in parse(text)] == keys


def test_this_ordinance_is_the_one_named_before():
    found = parse("根据《不动产登记暂行条例》，依该条例第二十七条办理")
    assert found[0].law is Law.OTHER
    found = parse("根据《政府信息公开条例》，依该条例第二十七条办理")
    assert found[0].law is Law.ORDINANCE


def test_a_new_sentence_forgets_the_other_law():
    found = parse("经查《土地管理法》有规定。依据第三十六条第（四）项告知。")
    assert found[0].law is Law.PRESUMED


def test_a_licence_is_no_law():
    found = parse("你申请的《建设用地规划许可证》依据第三十六条第（二）项提供")
    assert found[0].is_ordinance


@given(st.text(max_size=200))
def test_any_text_is_parsed(text):
    prepared = prepare(text)
    for citation in parse_articles(prepared.text):
        assert 0 <= citation.start < citation.end <= len(prepared.text)
