import json
from pathlib import Path

import pytest

BASE = ["deadline", "--today", "2025-10-10", "--received"]


def test_a_terminal_shows_the_derivation(yangguang):
    code, out, err = yangguang(*BASE, "2025-09-25")
    assert (code, err) == (0, "")
    assert "答复期限：2025-10-29（周三）" in out
    assert "2025-09-28（周日）  第2日  调休上班（国庆节）" in out
    assert "还剩 14 个工作日" in out


def test_json_has_every_day(yangguang):
    options = ["--channel", "online", "--confirmed", "2025年9月26日", "--json"]
    answer = json.loads(yangguang(*BASE, "2025/9/25", *options)[1])
    assert answer["received_on"] == "2025-09-26"
    assert answer["receipt_article"] == "第三十一条第（三）项"
    assert [d["number"] for d in answer["derivation"] if d["number"]] == list(range(1, 21))


def test_all_options_together(yangguang):
    options = "--correction-notified 2025-09-01 --correction-due 2025-09-12 "
    options += "--correction-received 2025-09-10 --extended 2025-09-20 --extension-days 10 "
    options += "--third-party 2025-09-11,2025-09-12,2025-09-15 --agency 2025-09-12 "
    options += "--fee-notice 2025-09-15 --replied 2025-10-09 --count-start-day --json"
    code, out, _ = yangguang(*BASE, "2025-08-28", *options.split())
    answer = json.loads(out)
    assert code == 0
    assert answer["status"] == "replied_in_time"
    assert {m["code"] for m in answer["milestones"]} == {
        "correction_notice",
        "opinion_third_party",
        "opinion_agency",
        "payment",
        "reply",
        "extended_reply",
    }


def test_something_to_look_at_is_exit_code_1(yangguang):
    code, out, _ = yangguang(*BASE, "2025-08-01")
    assert code == 1
    assert "请核对" in out


def test_a_waiting_case_has_no_reply_date(yangguang):
    code, out, _ = yangguang(*BASE, "2025-09-25", "--correction-notified", "2025-09-26")
    assert code == 0
    assert "等待申请人补正" in out
    assert "答复期限：" not in out


BAD = [
    (["2025-10-11"], "收到日期 2025-10-11 在今天（2025-10-10）之后"),
    (["昨天"], "--received 的“昨天”不是日期"),
    (["2025-02-30"], "不是日期"),
    (["1999-01-04"], "没有1999年的工作日历"),
    (["2025-09-25", "--channel", "鸽子"], "不认识渠道“鸽子”"),
    (["2025-09-25", "--channel", "fax"], "--confirmed"),
    (["2025-09-25", "--calendar", "nowhere"], "没有文件夹 nowhere"),
    (["2025-09-25", "--correction-due", "2025-10-01"], "--correction-notified"),
    (["2025-09-25", "--third-party", "2025-09-26,,,"], "三个日期"),
    (
        ["2025-09-25", *(["--correction-notified", "2025-09-26"] * 2)],
        "一次性告知",
    ),
]


@pytest.mark.parametrize(("options", "message"), BAD)
def test_bad_input_is_one_chinese_line(yangguang, options, message):
    code, out, err = yangguang(*BASE, *options)
    assert (code, out) == (2, "")
    assert message in err
    assert err.count("\n") == 1


def test_the_manual_has_the_help_screen(yangguang):
    manual = Path(__file__).parents[3] / "docs" / "deadline.md"
    assert yangguang("deadline", "--help")[1].rstrip() in manual.read_text(encoding="utf-8")


def test_the_office_sets_whether_the_first_day_counts(yangguang, monkeypatch):
    monkeypatch.setenv("YANGGUANG_COUNT_START_DAY", "true")
    assert "第1日" in yangguang(*BASE, "2025-09-25")[1].splitlines()[9]
    out = yangguang(*BASE, "2025-09-25", "--skip-start-day")[1]
    assert "答复期限：2025-10-29（周三）" in out
