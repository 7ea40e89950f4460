"""Whatever is fed in, the reader and the checks answer; they never crash and never repair."""

import string

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from service.report import check_report, read_report_bytes
from service.report.checking.arithmetic import parse_formula
from service.report.errors import ReportError
from service.report.formats import FORMAT_IDS, load_format
from service.report.narrative.numbers import find_numbers
from service.report.reading.glyphs import compact, fold, squash
from service.report.reading.values import parse_value

VOCABULARY = r"""
    政府信息公开 工作年度报告 2024年 云水市自然资源局 一、总体情况
    二、主动公开政府信息情况 三、收到和处理政府信息公开申请情况
    四、政府信息公开行政复议、行政诉讼情况 五、存在的主要问题及改进情况
    六、其他需要报告的事项
    收到申请 其中 件 条 (
    ) （ ） ， 。
    ； 、 ： 占 %
    同比增长 上年 结转下年度 均已办结 规章
    行政许可 行政规范性文件 一、本年新收政府信息公开申请数量 （一）予以公开 1.属于国家秘密
    （七）总计 四、结转下年度继续办理 结果维持 尚未审结 总计
    自然人 0 1 12 345
    9999 / - 3.7 １２
    两件 近 余 万 未发生行政复议
    均获维持 | --- 《 》
    第 号 20 统计期限自2024年1月1日起至2024年12月31日止
"""
WORDS = st.sampled_from([*VOCABULARY.split(), "\n", "\n", " ", "\t"])
SOUP = st.lists(st.one_of(WORDS, st.text(max_size=6)), max_size=120).map("".join)
HEAD = "云水市自然资源局2024年政府信息公开工作年度报告\n一、总体情况\n"
LIMITS = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)


def use(data, name):
    try:
        report = read_report_bytes(data, name)
    except ReportError:
        return
    result = check_report(report)
    result.to_json()
    for finding in result.findings:
        for place in finding.where:
            if place.start is not None and place.end is not None:
                assert 0 <= place.start <= place.end <= len(report.text)


@LIMITS
@given(SOUP)
@example("(" * 300)
@example("其中" * 50 + "1件")
def test_any_words_after_a_title(text):
    use((HEAD + text).encode("utf-8", "replace"), "a.txt")


@LIMITS
@given(SOUP)
def test_any_web_page(text):
    use(f"<html><body><p>{HEAD}</p><table><tr><td>{text}".encode("utf-8", "replace"), "a.html")


@LIMITS
@given(st.binary(max_size=400))
def test_any_bytes(data):
    use(data, "a.txt")
    use(b"%PDF-1.4\n" + data, "a.pdf")
    use(b"PK\x03\x04" + data, "a.docx")


@given(st.text())
def test_folding_keeps_length_and_is_idempotent(text):
    folded = fold(text)
    assert len(folded) == len(text)
    assert fold(folded) == folded
    assert squash(squash(text)) == squash(text)


@given(st.text())
def test_compact_leads_back(text):
    flow, offsets = compact(text, 7)
    assert len(flow) == len(offsets)
    assert list(offsets) == sorted(offsets)
    for character, offset in zip(flow, offsets, strict=True):
        assert character in (fold(text)[offset - 7], " ")


@given(st.integers(min_value=0, max_value=10**12), st.sampled_from(["", "件", "万元", "（说明）"]))
def test_a_number_reads_as_itself(number, unit):
    for text in (str(number), f"{number:,}", f" {number}\n"):
        value = parse_value(f"{text}{unit}")
        assert value.number == number
    wide = str(number).translate(str.maketrans(string.digits, "０１２３４５６７８９"))
    assert parse_value(wide).number == number


@given(st.text(alphabet="0123456789Oo l.,/-—（）()件 \n", max_size=12))
def test_reading_a_cell_never_invents_digits(text):
    value = parse_value(text)
    if value.number is not None:
        digits = "".join(c for c in text.split("（")[0].split("(")[0] if c.isdigit() or c == ".")
        assert float(abs(value.number)) == float(digits.rstrip("."))


@given(st.text(alphabet="收到公开12345件条，。、（）其中年第0", max_size=60))
def test_numbers_stay_inside_the_text(text):
    flow, _ = compact(text)
    for number in find_numbers(flow):
        assert flow[number.start : number.end] == number.raw
        assert number.value >= 0


def test_formulas_name_rows_and_columns_that_exist():
    for form in map(load_format, FORMAT_IDS):
        rows = {r.code for r in form.table3_rows}
        for rule in ("T3-BAL", "T3-SUM"):
            left, right = parse_formula(form.formulas[rule])
            assert {*left, *right} <= rows
        leaves = {r.code for r in form.table3_rows if r.code.startswith("3.")} - {"3.7"}
        assert set(parse_formula(form.formulas["T3-SUM"])[0]) == leaves
        assert len(leaves) == {"2019": 19, "2021": 21}[form.id]
