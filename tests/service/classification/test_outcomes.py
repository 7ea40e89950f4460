"""Outcomes in tables: a column of reply letters in, columns about outcomes out."""

import csv
import json

import openpyxl
import polars as pl
import pytest

from models.errors import InputError
from models.replies import rules_alone
from service.classification.label import LabelOptions, label_file
from service.classification.outcome_columns import OutcomeColumns
from service.classification.outcomes import outcome_json, outcomes_json, suspicion_json

GRANTED = "经查属于可公开范围，依据《条例》第三十六条第（二）项，现向你公开，复印件附后。"
ABSENT = "经检索，我局未制作、未获取，该信息不存在，依据第三十六条第（四）项告知。"
CORRECTION = "补正告知书：请你于十日内补充文件名称，逾期不补正的，视为放弃申请。"


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "申请.csv"
    rows = [("1", "申请公开批复", GRANTED), ("2", "申请公开笔录", ABSENT), ("3", "申请公开图", "")]
    rows += [("4", "申请公开合同", CORRECTION), ("5", "", GRANTED)]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["编号", "内容", "答复"])
        writer.writerows(rows)
    return path


def label(table, out, classifier, **options):
    return label_file(
        table, out, classifier, LabelOptions(reply_column="答复", **options), reader=rules_alone()
    )


def test_codes_names_and_decisions(table, tmp_path, classifier):
    summary = label(table, tmp_path / "a.csv", classifier)
    frame = pl.read_csv(tmp_path / "a.csv", infer_schema_length=0)
    assert frame["outcome"].to_list() == ["granted", "unavailable.not_held", None, None]
    assert frame["outcome_name"][1] == "本机关不掌握相关政府信息"
    assert frame["outcome_procedural"].to_list() == [None, None, None, "correction"]
    assert frame["outcome_decision"].to_list() == ["review", "review", None, "review"]
    assert "不是办理结果" in frame["outcome_note"][3]
    assert summary.tally.outcomes == {
        "granted": 1,
        "unavailable.not_held": 1,
        "no_reply": 1,
        "procedural.correction": 1,
    }
    assert summary.n_rows == 5
    assert "办理结果（读自答复）：予以公开 1" in summary.to_text()
    assert json.dumps(summary.to_json())


def test_people_get_official_words(table, tmp_path, classifier):
    label(table, tmp_path / "a.xlsx", classifier, with_evidence=True)
    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx").active
    head = [cell.value for cell in sheet[1]]
    first = dict(zip(head, [cell.value for cell in sheet[2]], strict=True))
    assert first["办理结果"] == "予以公开"
    assert first["办理结果判定"] == "复核"
    assert "第三十六条第（二）项" in first["办理结果依据"]


@pytest.mark.parametrize("ending", ["tsv", "jsonl", "parquet"])
def test_other_formats(table, tmp_path, classifier, ending):
    summary = label(table, tmp_path / f"a.{ending}", classifier)
    assert (tmp_path / f"a.{ending}").stat().st_size
    assert "outcome" in summary.added_columns


def test_without_a_reply_column_nothing_is_added(table, tmp_path, classifier):
    summary = label_file(table, tmp_path / "a.csv", classifier)
    assert not [name for name in summary.added_columns if name.startswith("outcome")]


def test_an_unknown_reply_column(table, tmp_path, classifier):
    with pytest.raises(InputError, match="没有名为“回函”的列"):
        label_file(table, tmp_path / "a.csv", classifier, LabelOptions(reply_column="回函"))


def test_colliding_names_get_a_prefix(tmp_path, classifier):
    path = tmp_path / "申请.csv"
    path.write_text(f"内容,答复,outcome\n申请公开批复,{GRANTED},旧\n", encoding="utf-8")
    summary = label(path, tmp_path / "a.csv", classifier)
    frame = pl.read_csv(tmp_path / "a.csv")
    assert frame["outcome"].to_list() == ["旧"]
    assert frame["yangguang_outcome"].to_list() == ["granted"]
    assert summary.notices


def test_no_letters_give_an_empty_frame():
    columns = OutcomeColumns(for_people=False, with_evidence=False)
    assert columns.frame([]).columns == list(columns.names)
    assert columns.frame([None]).height == 1


def test_a_request_alone_decides_nothing():
    (found,) = outcomes_json(["申请公开会议纪要"], [None], [{}], rules_alone())
    assert found["basis"] == "request"
    assert found["label"] is None
    assert found["probability"] is None
    assert found["decision"] == "review"
    assert found["to_verify"][0]["label"] == "refused.process"


def test_both_forms_have_the_same_keys():
    from models.candidates import read_request

    answer = outcome_json(rules_alone().read([GRANTED])[0])
    assert answer.keys() == suspicion_json(read_request("甲")).keys()
