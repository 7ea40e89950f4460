import datetime as dt
import json

import polars as pl
import pytest

from models.clock import beijing_day

NAMES = ["编号", "申请人", "证件号码", "申请内容", "收到日期", "答复日期"]
ROWS = [
    ("1", "张三", "", "申请公开三组2019年征地批复", "2024-03-01", "2024-03-20"),
    ("2", "张三", "", "请公开三组2019年的征地批复。", "2024-04-01", ""),
    ("3", "李四", "", "申请公开三组2019年征地批复！", "2024-04-02", "2024-04-20"),
    ("4", "", "", "申请公开三组2019年征地批复", "2024-04-03", ""),
    ("5", "张三", "", "申请公开河东小学规划许可证及附图", "2024-05-01", "2024-05-09"),
    ("6", "王五", "", "", "2024-05-02", ""),
]


def table(rows=ROWS, names=NAMES):
    return pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String), orient="row")


@pytest.fixture
def register(tmp_path):
    path = tmp_path / "登记簿.csv"
    path.write_bytes(table().write_csv().encode("gbk"))
    return path


def test_one_new_request(yangguang, register):
    new = ["--text", "公开三组2019年征地批复", "--applicant", "张 三", "--received", "2024-04-25"]
    code, out, err = yangguang("repeats", register, *new)
    assert (code, err) == (1, "")
    assert "同一申请人的相近申请：2 件" in out
    assert "1　2024-03-01 收到，2024-03-20 答复" in out
    assert "当月连同本件共 2 件" in out
    assert "1 行没有申请人" in out
    assert "1 行没有申请内容" in out
    assert "由人依法决定" in out


def test_json_is_the_pack(yangguang, register):
    code, out, _ = yangguang("repeats", register, "--text", "公开三组2019年征地批复", "--json")
    answer = json.loads(out)
    assert code == 1
    assert answer["n_register"] == 6
    (pack,) = answer["requests"]
    assert {match["case_id"] for match in pack["similar"]} == {"1", "2", "3", "4"}
    assert pack["n_similar_applicants"] == 2
    assert "申请人是空的，只按内容比较。" in pack["notices"]


def test_nothing_alike_is_exit_code_0(yangguang, register):
    code, out, _ = yangguang("repeats", register, "--text", "采伐限额分配方案")
    assert code == 0
    assert "内容相同或相近的申请（不论何人）：0 件" in out


def test_a_file_of_new_requests_does_not_find_itself(yangguang, register, tmp_path):
    new = tmp_path / "新收.xlsx"
    table(ROWS[1:2] + ROWS[5:] + ROWS[4:5]).write_excel(new)
    code, out, err = yangguang("repeats", register, "--new", new, "--json")
    first, second = json.loads(out)["requests"]
    assert code == 1
    assert first["case_id"] == "2"
    assert [match["case_id"] for match in first["same_applicant"]] == ["1"]
    assert first["n_in_month"] == 1
    assert second["n_similar"] == 0
    assert "第 2 件没有申请内容，跳过" in err


def test_a_register_at_a_glance(yangguang, tmp_path):
    rows = [
        (f"n{i}", "赵六", "", f"申请公开第{i}号宗地出让合同", "2024-09-02", "") for i in range(14)
    ]
    path = tmp_path / "登记簿.xlsx"
    table([*ROWS, *rows]).write_excel(path)
    code, out, _ = yangguang("repeats", path, "--most", "1")
    assert code == 1
    assert "登记簿共 20 件，申请人 4 个" in out
    assert "同一申请人提过两次以上的相近内容：1 组" in out  # 第1号 and 第2号 are two parcels
    assert "张三（仅姓名相同）：2 件" in out
    assert "2 个申请人，3 件" in out
    assert "赵六　2024年09月　14 件　按件计收的档次 400 元" in out
    seen = json.loads(yangguang("repeats", path, "--json")[1])
    assert seen["months"] == [
        {"applicant": "赵六", "month": "2024-09-01", "n_requests": 14, "fee_by_items": 400}
    ]
    assert [case["case_id"] for case in seen["asked_again"][0]["cases"]] == ["1", "2"]


FUTURE = str(beijing_day() + dt.timedelta(days=2))
BAD = [
    (["--text", " "], "--text 是空的"),
    (["--text", "批复", "--new", "x.csv"], "只能给一个"),
    (["--applicant", "张三"], "要同时用 --text"),
    (["--text", "批复", "--received", "昨天"], "不是日期"),
    (["--text", "批复", "--received", FUTURE], "在今天之后"),
    (["--new", "没有.csv"], "找不到文件"),
    (["--text", "，。"], "新申请：申请内容是空的"),
    (["--text-column", "正文"], "没有名为“正文”的列"),
    (["--sheet", "一月"], "不是 Excel 工作簿"),
]


@pytest.mark.parametrize(("options", "message"), BAD)
def test_what_cannot_be_used_is_one_line(yangguang, register, options, message):
    code, out, err = yangguang("repeats", register, *options)
    assert (code, out) == (2, "")
    assert message in err
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    ("rows", "names", "message"),
    [
        ([("申请公开征地批复全文",)], ["申请内容"], "没有“申请人”一列"),
        ([("", "申请公开征地批复全文")], ["申请人", "申请内容"], "各行都没有申请人"),
        ([("张三", "")], ["申请人", "申请内容"], "各行都没有申请内容"),
    ],
)
def test_registers_that_cannot_be_compared(yangguang, tmp_path, rows, names, message):
    path = tmp_path / "登记簿.csv"
    table(rows, names).write_csv(path)
    code, _, err = yangguang("repeats", path)
    assert code == 2
    assert message in err


def test_a_register_that_is_not_there(yangguang, tmp_path):
    code, _, err = yangguang("repeats", tmp_path / "无.csv")
    assert code == 2
    assert "找不到登记簿" in err


def test_a_row_that_sums_the_register_up_is_left_out_and_said(yangguang, tmp_path):
    path = tmp_path / "登记簿.csv"
    table([*ROWS, ("合计", "", "", "", "", "6")]).write_csv(path)
    _, out, _ = yangguang("repeats", path)
    assert "登记簿共 6 件" in out
    assert "第 8 行是汇总行（合计、总计等），没有计入。" in out
