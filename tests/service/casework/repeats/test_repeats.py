import datetime as dt
import random

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.casework.errors import RegisterError
from service.casework.repeats import (
    NewRequest,
    Register,
    RepeatIndex,
    monthly_counts,
    read_register,
)
from service.casework.repeats.plain_text import plain_texts
from service.casework.repeats.sketch import band_keys

PLACES = ["和平区", "沈河区", "大东区", "铁西区", "皇姑区", "浑南区", "于洪区", "苏家屯区"]
THINGS = [
    "征地批复",
    "勘测定界图",
    "规划许可证",
    "补偿登记表",
    "用地预审意见",
    "控规图则",
    "采伐许可证",
]
OPENING = "根据《中华人民共和国政府信息公开条例》的规定，向贵局申请公开以下信息："


def register(n=2000, seed=1):
    rng = random.Random(seed)
    rows = []
    for i in range(n):
        text = (
            f"{OPENING}{rng.choice(PLACES)}{rng.randint(1, 999)}号地块{rng.randint(2005, 2025)}年的"
            f"{rng.choice(THINGS)}及{rng.choice(THINGS)}，附{rng.randint(1, 99)}页附件。"
        )
        day = dt.date(2024, 1, 1) + dt.timedelta(rng.randint(0, 365))
        rows.append((f"2024-{i:05}", f"申请人{rng.randint(1, n // 3)}", "", text, day, None))
    names = ["case_id", "applicant", "identity", "text", "received_on", "replied_on"]
    return pl.DataFrame(rows, schema=names, orient="row", infer_schema_length=None)


@pytest.fixture(scope="module")
def frame():
    return register()


@pytest.fixture(scope="module")
def index(frame):
    return RepeatIndex(Register.from_frame(frame))


def test_every_request_finds_itself(index, frame):
    for row in range(0, len(frame), 97):
        case = frame.row(row, named=True)
        evidence = index.query(NewRequest(case["text"], case["applicant"]))
        assert evidence.same_applicant[0].similarity == 1.0
        assert case["case_id"] in {match.case_id for match in evidence.same_applicant}
        assert row in {match.row for match in evidence.similar}


def test_a_near_identical_object_is_shown_with_its_differences(index, frame):
    case = frame.row(11, named=True)
    text = case["text"].replace(OPENING, "申请公开").replace("的", "之")
    evidence = index.query(NewRequest(text, case["applicant"]))
    match = next(m for m in evidence.same_applicant if m.row == 11)
    assert match.similarity > 0.9
    assert match.differences == (("的", "之"),)
    assert not match.numbers_differ
    assert "第三十六条第（六）项" in evidence.to_verify[0]
    assert "尚未答复的，不是重复申请" in evidence.to_verify[1]


def test_another_year_is_pointed_out(index, frame):
    case = frame.row(12, named=True)
    text = case["text"].replace("年的", "1年的")
    match = next(m for m in index.query(NewRequest(text, case["applicant"])).similar if m.row == 12)
    assert match.numbers_differ


def test_strangers_find_the_text_but_no_applicant(index, frame):
    evidence = index.query(NewRequest(frame["text"][5], "从未来过的人"))
    assert evidence.same_applicant == ()
    assert evidence.n_similar >= 1
    unrelated = index.query(NewRequest("请问食堂几点开门，能不能带孩子一起去吃饭？", "某人"))
    assert unrelated.n_similar == 0
    assert unrelated.to_verify == ()


def test_many_people_with_one_text():
    text = "申请公开某某小区变电站选址的批准文件和环境影响说明"
    rows = [{"applicant": f"居民{i}", "text": text + "。" * (i % 3)} for i in range(300)]
    rows += [{"applicant": "", "text": text}] * 5
    index = RepeatIndex(Register.from_frame(pl.DataFrame(rows)))
    evidence = index.query(NewRequest(text, "居民300"))
    assert (evidence.n_similar, evidence.n_similar_applicants) == (305, 300)
    assert len(evidence.similar) == 20
    assert any("第四十四条" in sentence for sentence in evidence.to_verify)
    assert evidence.notices[0].startswith("5 行没有申请人")


def test_identity_tells_namesakes_apart():
    rows = [("王伟", "A1"), ("王伟", "B2"), ("王伟", "")]
    table = [{"applicant": a, "identity": i, "text": "申请公开某村征地批复文件"} for a, i in rows]
    index = RepeatIndex(Register.from_frame(pl.DataFrame(table)))
    found = index.query(NewRequest("申请公开某村征地批复文件", "王 伟", "a1"))
    assert {match.row for match in found.same_applicant} == {0, 2}
    assert "请核对是否同一人" in found.notices[0]
    found = index.query(NewRequest("申请公开某村征地批复文件", "王伟"))
    assert len(found.same_applicant) == 3
    assert "仅姓名相同" in found.same_applicant[0].basis


def test_counts_by_month_with_fee_bands():
    rows = [("甲", dt.date(2024, 3, 1 + i % 28)) for i in range(31)]
    rows += [("乙", dt.date(2024, 3, 5)), ("甲", dt.date(2024, 4, 1)), ("", dt.date(2024, 3, 1))]
    rows.append(("甲", None))
    table = pl.DataFrame(
        [
            {"applicant": a, "received_on": d, "text": f"申请公开第{i}号文件内容"}
            for i, (a, d) in enumerate(rows)
        ]
    )
    counts = monthly_counts(Register.from_frame(table))
    assert counts.row(0) == ("甲", "", dt.date(2024, 3, 1), 31, 2200)
    assert counts["n_requests"].sum() == 33
    evidence = RepeatIndex(Register.from_frame(table)).query(
        NewRequest("别的东西一二三四", "甲", received_on=dt.date(2024, 3, 30))
    )
    assert (evidence.n_in_month, evidence.fee_by_items) == (32, 2400)
    assert any("第三十五条" in sentence for sentence in evidence.to_verify)


def jaccard(a, b):
    grams = [{t[i : i + 3] for i in range(len(t) - 2)} for t in (a, b)]
    return len(grams[0] & grams[1]) / len(grams[0] | grams[1])


def test_bands_meet_as_often_as_the_theory_says():
    rng = random.Random(3)
    alphabet = [chr(0x4E00 + i) for i in range(3000)]
    met = {0.9: [], 0.8: [], 0.3: []}
    pairs = []
    for _ in range(400):
        a = rng.choices(alphabet, k=80)
        for n_edits in (1, 2, 14):
            b = list(a)
            for place in rng.sample(range(80), n_edits):
                b[place] = rng.choice(alphabet)
            pairs.append(("".join(a), "".join(b)))
    keys = band_keys([text for pair in pairs for text in pair])
    for number, pair in enumerate(pairs):
        similar = jaccard(*pair)
        level = 0.9 if similar > 0.88 else 0.8 if similar > 0.8 else 0.3
        met[level].append(bool((keys[:, 2 * number] == keys[:, 2 * number + 1]).any()))
    assert all(met[0.9])
    assert sum(met[0.8]) >= 0.99 * len(met[0.8])
    assert sum(met[0.3]) < 0.35 * len(met[0.3])


@settings(max_examples=40, deadline=None)
@given(st.lists(st.text(max_size=12), min_size=1, max_size=8))
def test_sketches_do_not_depend_on_the_neighbours(texts):
    plain = plain_texts(pl.Series(texts, dtype=pl.String))
    together = band_keys(plain)
    for i, text in enumerate(plain):
        assert (together[:, i] == band_keys([text])[:, 0]).all()


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.text(max_size=8), st.text(max_size=20)), min_size=1, max_size=6))
def test_any_register_can_be_indexed_and_asked(rows):
    table = pl.DataFrame([{"applicant": "甲" + a, "text": t} for a, t in rows])
    index = RepeatIndex(Register.from_frame(table))
    for a, t in rows:
        if plain_texts(pl.Series([t]))[0]:
            found = index.query(NewRequest(t, "甲" + a))
            assert found.same_applicant[0].similarity == 1.0
            found.to_json()
        else:
            with pytest.raises(RegisterError, match="申请内容是空的"):
                index.query(NewRequest(t, "甲" + a))


def test_a_register_is_read_from_a_file(tmp_path):
    path = tmp_path / "登记簿.csv"
    path.write_text(
        "编号,申请人,收到日期,所需政府信息,答复日期\n"
        "1,张三,2024年3月1日,某村征地批复的复印件,2024/3/20\n"
        "2,,不详,某村征地批复的复印件一份,\n",
        encoding="utf-8",
    )
    found = read_register(path)
    assert found.frame["received_on"].to_list() == [dt.date(2024, 3, 1), None]
    assert found.frame["replied_on"].to_list() == [dt.date(2024, 3, 20), None]
    assert found.notices == (
        "1 行没有申请人：只能按内容比较，不计入任何人的件数。",
        "1 行没有收到日期：不计入按月的件数。",
    )


def test_registers_that_cannot_be_used(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("编号,内容\n1,申请公开某村征地批复\n", encoding="utf-8")
    with pytest.raises(RegisterError, match=r"没有“申请人”一列.*编号、内容"):
        read_register(path)
    blank = pl.DataFrame({"applicant": ["", None, "无"], "text": ["甲", "乙", "丙"]})
    with pytest.raises(RegisterError, match="各行都没有申请人"):
        Register.from_frame(blank)
    with pytest.raises(RegisterError, match="是空的"):
        Register.from_frame(blank.clear())
    with pytest.raises(RegisterError, match="没有申请内容"):
        Register.from_frame(blank.drop("text"))
