"""Commands over the office's database: backup, restore, settings, key, import, export."""

import json
import shutil
import sqlite3

import openpyxl
import polars as pl
import pytest

from service.database.encryption import TextCipher, use_cipher
from service.database.engine import open_database

ROWS = """受理编号,来信日期,诉求人,联系电话,诉求内容
甲1,2026-03-02,张建国,13812345678,我叫张建国，电话13812345678，征地补偿款什么时候发？
甲2,,李某,,没有日期
"""


@pytest.fixture
def office(tmp_path, monkeypatch, sqlite_template):
    """A data folder with an empty database, and a file to import."""
    monkeypatch.setenv("YANGGUANG_DATA_DIR", str(tmp_path / "data"))
    (tmp_path / "data").mkdir()
    shutil.copy(sqlite_template, tmp_path / "data" / "yangguang.db")
    (tmp_path / "来信.csv").write_text(ROWS, encoding="utf-8")
    yield tmp_path
    use_cipher(TextCipher())


def texts(path):
    with sqlite3.connect(path) as connection:
        found = [row[0] for row in connection.execute("SELECT text FROM cases ORDER BY id")]
    connection.close()
    return found


def test_import_tells_what_came_of_each_row(yangguang, office):
    code, out, _ = yangguang("cases", "import", office / "来信.csv")
    assert code == 1
    assert "正文←诉求内容" in out
    assert "共 2 行：登记 1 件，退回 1 行" in out
    rejects = (office / "来信.csv.rejects.csv").read_text("utf-8-sig")
    assert rejects.splitlines()[1].startswith("3,否,没有收到日期。")
    assert "不分类。下一步" in out
    assert "没有重复登记" in yangguang("cases", "import", office / "来信.csv")[1]
    assert len(texts(office / "data" / "yangguang.db")) == 1


def test_columns_can_be_said(yangguang, office):
    path = office / "乙.csv"
    path.write_text("号,说了什么\n1,林地占用怎么办\n", encoding="utf-8")
    code, out, _ = yangguang(
        "cases", "import", path, "--column", "正文=说了什么", "--column", "编号=号",
        "--received", "2026-03-02", "--kind", "message",
    )  # fmt: skip
    assert (code, "登记 1 件" in out) == (0, True)


@pytest.mark.parametrize("said", ["正文", "颜色=号", "=号"])
def test_columns_said_wrong_are_explained(yangguang, office, said):
    code, _, err = yangguang("cases", "import", office / "来信.csv", "--column", said)
    assert (code, "项=列名" in err) == (2, True)


def _workbook(path):
    titles, *rows = openpyxl.load_workbook(path).active.iter_rows(values_only=True)
    cells = [["" if cell is None else str(cell) for cell in row] for row in rows]
    return pl.DataFrame(cells, schema=list(titles), orient="row")


@pytest.mark.parametrize("ending", ["xlsx", "csv", "jsonl"])
def test_export_is_redacted_unless_asked_otherwise(yangguang, office, ending):
    yangguang("cases", "import", office / "来信.csv")
    out = office / f"案件.{ending}"
    read = {"xlsx": _workbook, "csv": pl.read_csv, "jsonl": pl.read_ndjson}[ending]
    assert yangguang("cases", "export", out)[0] == 0
    row = read(out).row(0, named=True)
    assert "13812345678" not in json.dumps(row, ensure_ascii=False, default=str)
    assert not row["申请人"]
    assert "征地补偿款什么时候发" in row["内容"]
    assert yangguang("cases", "export", out, "--plain")[0] == 0
    row = read(out).row(0, named=True)
    assert (row["申请人"], str(row["联系方式"])) == ("张建国", "13812345678")
    assert "张建国" in row["内容"]


def test_exported_file_can_be_imported_again(yangguang, office, tmp_path, monkeypatch):
    yangguang("cases", "import", office / "来信.csv")
    yangguang("cases", "export", office / "案件.xlsx", "--plain")
    monkeypatch.setenv("YANGGUANG_DATA_DIR", str(tmp_path / "other"))
    code, out, err = yangguang("cases", "import", office / "案件.xlsx")
    assert (code, "登记 1 件" in out) == (0, True), (out, err)


def test_export_of_an_unknown_kind_is_refused(yangguang, office):
    code, _, err = yangguang("cases", "export", office / "案件.pdf")
    assert (code, ".xlsx" in err) == (2, True)


def test_backup_and_restore_bring_everything_back(yangguang, office):
    yangguang("cases", "import", office / "来信.csv")
    code, out, _ = yangguang("backup", office / "usb")
    [copy] = (office / "usb").iterdir()
    assert (code, "已验证" in out) == (0, True)
    database = office / "data" / "yangguang.db"
    with sqlite3.connect(database) as connection:
        connection.execute("UPDATE cases SET text = 'x'")
    connection.close()
    code, out, _ = yangguang("restore", copy)
    assert code == 0
    assert "征地补偿款" in texts(database)[0]
    [aside] = list(database.parent.glob("*恢复前*.db"))
    assert texts(aside) == ["x"]


def test_damaged_database_is_replaced_by_its_backup(yangguang, office):
    yangguang("cases", "import", office / "来信.csv")
    yangguang("backup", office / "usb")
    [copy] = (office / "usb").iterdir()
    database = office / "data" / "yangguang.db"
    database.write_bytes(b"\x00" * 5000)
    code, _, err = yangguang("cases", "export", office / "案件.csv")
    assert (code, "yangguang restore" in err) == (2, True)
    assert yangguang("restore", copy)[0] == 0
    assert len(texts(database)) == 1


@pytest.mark.parametrize("content", [b"", b"no database", b"SQLite format 3\x00" + b"\x01" * 4096])
def test_damaged_backup_changes_nothing(yangguang, office, content):
    before = (office / "data" / "yangguang.db").read_bytes()
    (office / "坏.db").write_bytes(content)
    code, _, err = yangguang("restore", office / "坏.db")
    assert (code, err.startswith("错误：坏.db")) == (2, True)
    assert (office / "data" / "yangguang.db").read_bytes() == before


def test_cut_off_backup_is_refused(yangguang, office):
    yangguang("cases", "import", office / "来信.csv")
    yangguang("backup", office / "usb")
    [copy] = (office / "usb").iterdir()
    whole = copy.read_bytes()
    copy.write_bytes(whole[: len(whole) // 2])
    assert yangguang("restore", copy)[0] == 2


def test_restore_under_a_running_service_is_refused(yangguang, office):
    yangguang("backup", office / "usb")
    [copy] = (office / "usb").iterdir()
    opened = open_database(f"sqlite:///{office / 'data' / 'yangguang.db'}")
    with opened.reading() as session:
        session.connection().exec_driver_sql("SELECT * FROM cases").all()
        code, _, err = yangguang("restore", copy)
    opened.close()
    assert (code, "正在使用" in err) == (2, True)


def test_settings_are_listed_and_secrets_are_not(yangguang, monkeypatch):
    monkeypatch.setenv("YANGGUANG_PORT", "9000")
    monkeypatch.setenv("YANGGUANG_TEXT_KEYS", "geheim")
    monkeypatch.setenv("YANGGUANG_DATABASE_URL", "postgresql+psycopg://u:geheim@db/y")
    code, out, err = yangguang("config")
    assert code == 0
    assert "YANGGUANG_PORT = 9000（环境变量）" in out
    assert "YANGGUANG_HOST = 127.0.0.1（默认）" in out
    assert "postgresql+psycopg://u:***@db/y" in out
    assert "geheim" not in out + err
    from service.settings import Settings

    rows = json.loads(yangguang("config", "--json")[1])
    assert [row["name"] for row in rows] == [
        f"YANGGUANG_{n.upper()}" for n in Settings.model_fields
    ]
    assert all(row["description"] for row in rows)


def test_key_seals_what_is_written_and_opens_it_again(yangguang, office, monkeypatch):
    _, out, err = yangguang("key")
    assert "另存一份" in err
    monkeypatch.setenv("YANGGUANG_TEXT_KEYS", out.strip())
    yangguang("cases", "import", office / "来信.csv")
    raw = (office / "data" / "yangguang.db").read_bytes()
    assert texts(office / "data" / "yangguang.db")[0].startswith("enc1:")
    assert "张建国".encode() not in raw
    newer = yangguang("key")[1].strip()
    monkeypatch.setenv("YANGGUANG_TEXT_KEYS", f"{newer},{out.strip()}")
    yangguang("cases", "export", office / "案件.csv", "--plain")
    assert "征地补偿款" in (office / "案件.csv").read_text("utf-8-sig")
    monkeypatch.setenv("YANGGUANG_TEXT_KEYS", newer)
    code, _, err = yangguang("cases", "export", office / "案件.csv", "--plain")
    assert (code, "旧密钥" in err) == (2, True)
