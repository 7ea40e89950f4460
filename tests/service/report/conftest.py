"""Made-up reports with consistent figures, written down in the ways offices publish them."""

import io
import random
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from service.cli import main
from service.report.formats import load_format
from service.report.reading import read_report, read_report_bytes

SHARED = Path(__file__).resolve().parents[4] / "shared" / "reports"
COLUMNS = ("natural", "commercial", "research", "social", "legal", "other", "total")


@dataclass
class Figures:
    """A consistent set of figures for tables 2-4 of one form."""

    format_id: str
    table2: dict[tuple[str, str], str]
    table3: dict[str, list[int]]
    table4: dict[str, list[int]]
    year: int = 2024
    agency: str = "云水市自然资源局"
    prose: list[str] = field(default_factory=list)

    @property
    def form(self):
        return load_format(self.format_id)

    def total(self, code):
        return sum(self.table3[c][6] for c in self.form.leaves(code))


def make_figures(seed: int, format_id: str = "2021", largest: int = 400) -> Figures:
    dice = random.Random(seed)
    form = load_format(format_id)
    table3: dict[str, list[int]] = {}
    leaves = [r.code for r in form.table3_rows if r.code.startswith("3.") and r.code != "3.7"]
    for code in leaves:
        row = [dice.randint(0, largest) if dice.random() < 0.5 else 0 for _ in range(6)]
        table3[code] = [*row, sum(row)]
    table3["3.7"] = [sum(table3[c][i] for c in leaves) for i in range(7)]
    out = [dice.randint(0, 20) for _ in range(6)]
    table3["4"] = [*out, sum(out)]
    old = [dice.randint(0, min(table3["3.7"][i] + out[i], 15)) for i in range(6)]
    table3["2"] = [*old, sum(old)]
    new = [table3["3.7"][i] + out[i] - old[i] for i in range(6)]
    table3["1"] = [*new, sum(new)]
    table4 = {}
    for group in ("review", "direct", "after_review"):
        row = [dice.randint(0, 30) for _ in range(4)]
        table4[group] = [*row, sum(row)]
    table2 = {}
    for block in form.table2:
        for row in block.rows:
            for column in block.columns:
                if column.code == "amount":
                    text = f"{dice.randint(0, 99999)}.{dice.randint(0, 9999):04}"
                elif row.code == "regulation":
                    text = "0"
                elif column.code == "change":
                    text = str(dice.choice([-2, 0, 1, 3]))
                else:
                    text = str(dice.randint(0, 999999))
                table2[row.code, column.code] = text
            if ("normative", "total") in table2 and row.code == "normative":
                table2["normative", "opened"] = "1"
                table2["normative", "total"] = "9"
    year = 2024 if format_id == "2021" else 2020
    ordered = {r.code: table3[r.code] for r in form.table3_rows}
    return Figures(format_id, table2, ordered, table4, year)


def sections(figures: Figures) -> dict[int, list[str]]:
    """Prose that agrees with the tables."""
    year = figures.year
    t3 = figures.table3
    review = figures.table4["review"][4]
    suits = figures.table4["direct"][4] + figures.table4["after_review"][4]
    return {
        0: [
            f"{figures.agency}{year}年政府信息公开工作年度报告",
            f"本报告所列数据的统计期限自{year}年1月1日起至{year}年12月31日止。",
        ],
        1: [
            f"（一）主动公开情况。{year}年，我局通过门户网站公开信息120条，其中规划公示70条、"
            "征地公告30条、其他信息20条。",
            f"（二）依申请公开情况。{year}年共收到政府信息公开申请{t3['1'][6]}件，"
            f"上年结转{t3['2'][6]}件，办结{t3['3.7'][6]}件，结转下年度办理{t3['4'][6]}件，"
            "均在法定期限内办理。",
            f"（三）监督保障情况。因政府信息公开引发行政复议{review}件、行政诉讼{suits}件。",
        ],
        5: ["存在公开内容不够全面的问题。下一步，我局将加强培训。"],
        6: ["本年度未收取信息处理费。"],
    }


TITLES = {
    1: "一、总体情况",
    2: "二、主动公开政府信息情况",
    3: "三、收到和处理政府信息公开申请情况",
    4: "四、政府信息公开行政复议、行政诉讼情况",
    5: "五、存在的主要问题及改进情况",
    6: "六、其他需要报告的事项",
}


def shown(value, style):
    """A figure the way a bureau writes it: `full` width, zero as blank, slash or dash."""
    text = str(value)
    if style == "blank" and text == "0":
        return ""
    if style == "slash" and text == "0":
        return "/"
    if style == "dash" and text == "0":
        return "-"
    if style == "full":
        return text.translate(str.maketrans("0123456789.", "０１２３４５６７８９．"))
    return text


# ---- grids: rows of (text, rows, columns), the same for Word and web page --------------------
def grid2(figures, style=""):
    lines = []
    for block in figures.form.table2:
        width = len(block.columns)
        lines.append([(block.article, 1, 4)])
        last = {1: 3, 2: 2, 3: 1}[width]
        head = [(c.label, 1, last if i == width - 1 else 1) for i, c in enumerate(block.columns)]
        lines.append([("信息内容", 1, 1), *head])
        for row in block.rows:
            cells = [
                (shown(figures.table2[row.code, c.code], style), 1, last if i == width - 1 else 1)
                for i, c in enumerate(block.columns)
            ]
            lines.append([(row.label, 1, 1), *cells])
    return lines


def grid3(figures, style="", *, total_first=False):
    form = figures.form
    lines = [[(c.text, c.rows, c.columns) for c in line] for line in form.table3_head]
    groups = {g.code: g for g in form.table3_groups}
    open_groups = set()
    for row in form.table3_rows:
        line = []
        chain, code = [], row.group
        while code:
            chain.insert(0, code)
            code = groups[code].group
        for code in chain:
            if code not in open_groups:
                open_groups.add(code)
                n = sum(r.group == code or r.group.startswith(code + ".") for r in form.table3_rows)
                line.append((groups[code].label, n, 1))
        line.append((row.label, 1, 3 - len(chain)))
        values = figures.table3[row.code]
        values = [values[6], *values[:6]] if total_first else values
        line += [(shown(v, style), 1, 1) for v in values]
        lines.append(line)
    if total_first:
        lines[1].insert(0, lines[1].pop())
    return lines


def grid4(figures, style=""):
    lines = [[(c.text, c.rows, c.columns) for c in line] for line in figures.form.table4_head]
    values = [v for g in ("review", "direct", "after_review") for v in figures.table4[g]]
    lines.append([(shown(v, style), 1, 1) for v in values])
    return lines


GRIDS = {2: grid2, 3: grid3, 4: grid4}


def to_html(figures, style="", wrap="{}", *, total_first=False):
    def table(lines):
        rows = "".join(
            "<tr>"
            + "".join(
                f'<td rowspan="{r}" colspan="{c}"><p><span>{text}</span></p></td>'
                for text, r, c in line
            )
            + "</tr>"
            for line in lines
        )
        return f"<table border=1>{rows}</table>"

    prose = sections(figures)
    body = "".join(f"<p>{line}</p>" for line in prose[0])
    for number, title in TITLES.items():
        body += f"<p><strong>{title}</strong></p>"
        body += "".join(f"<p>{line}</p>" for line in prose.get(number, []))
        if number in GRIDS:
            options = {"total_first": True} if total_first and number == 3 else {}
            body += table(GRIDS[number](figures, style, **options))
    return wrap.format(f"<div class='content'>{body}</div>")


def to_markdown(figures, style=""):
    def table(lines, width):
        rows = []
        taken = {}
        for y, line in enumerate(lines):
            row, x = [], 0
            for text, r, c in line:
                while (y, x) in taken:
                    row.append("")
                    x += 1
                row += [text, *([""] * (c - 1))]
                for dy in range(r):
                    for dx in range(c):
                        taken[y + dy, x + dx] = True
                x += c
            while len(row) < width:
                row.append("")
            rows.append("| " + " | ".join(row) + " |")
        rows.insert(1, "|" + " --- |" * width)
        return "\n".join(rows)

    prose = sections(figures)
    parts = [f"# {prose[0][0]}", *prose[0][1:]]
    for number, title in TITLES.items():
        parts.append(f"## {title}")
        parts += prose.get(number, [])
        if number in GRIDS:
            parts.append(table(GRIDS[number](figures, style), {2: 4, 3: 10, 4: 15}[number]))
    return "\n\n".join(parts)


def to_flat(figures, layout="line", style=""):
    """Tables flattened: `line` = label and figures on a line, `token` = one cell a line,
    `tab` = cells parted by tabs, `broken` = long labels broken around their figures."""
    prose = sections(figures)
    out = list(prose[0])
    join = {"line": " ", "tab": "\t", "token": "\n", "broken": " "}[layout]
    for number, title in TITLES.items():
        out.append(title)
        out += prose.get(number, [])
        if number not in GRIDS:
            continue
        for line in GRIDS[number](figures, style):
            texts = [text for text, _, _ in line]
            long = next((i for i, t in enumerate(texts) if len(t) > 16 and number == 3), None)
            if layout == "broken" and long is not None and len(texts) > long + 6:
                label = texts[long]
                before = "".join(texts[:long])
                out.append(before + label[: len(label) // 2])
                out.append(" ".join(texts[long + 1 :]))
                out.append(label[len(label) // 2 :])
            else:
                out.append(join.join(texts))
    return "\n".join(out)


def fill_blank_docx(figures, template: Path) -> bytes:
    """The blank official form with figures typed into it."""
    import docx

    document = docx.Document(str(template))
    second, third, fourth = document.tables
    rows2 = grid2(figures)
    for row, line in zip(second.rows, rows2, strict=True):
        if line[0][0] in (
            "规章",
            "行政规范性文件",
            "行政许可",
            "行政处罚",
            "行政强制",
            "行政事业性收费",
        ):
            cells = list(dict.fromkeys(c._tc for c in row.cells))
            for tc, (text, _, _) in zip(cells[1:], line[1:], strict=True):
                _type(tc, text)
    for row, code in zip(third.rows[3:], figures.table3, strict=True):
        for cell, value in zip(row.cells[3:], figures.table3[code], strict=True):
            _type(cell._tc, str(value))
    values = [v for g in ("review", "direct", "after_review") for v in figures.table4[g]]
    for cell, value in zip(fourth.rows[3].cells, values, strict=True):
        _type(cell._tc, str(value))
    prose = sections(figures)
    number, filled = 0, set()
    for paragraph in document.paragraphs:
        text = paragraph.text.strip()
        number = next((n for n, t in TITLES.items() if t == text), number)
        if "文字描述" in text and number in prose:
            paragraph.text = "".join(prose[number])
            filled.add(number)
        elif "格式模板" in text:
            paragraph.text = prose[0][0]
    assert filled == {1, 5, 6}
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def _type(tc, text):
    from docx.oxml.ns import qn
    from docx.text.paragraph import Paragraph

    paragraph = Paragraph(tc.find(qn("w:p")), None)
    for run in list(paragraph._p.findall(qn("w:r"))):
        paragraph._p.remove(run)
    paragraph.add_run(text)


def assert_same_figures(report, figures):
    form = figures.form
    assert report.format.id == figures.format_id
    for (row, column), text in figures.table2.items():
        assert str(report.tables[2].value(row, column)) == text, (row, column)
    for code, values in figures.table3.items():
        read = [report.tables[3].value(code, column) for column in COLUMNS]
        assert read == values, code
    for group, values in figures.table4.items():
        read = [report.tables[4].value(group, c.code) for c in form.table4_columns]
        assert read == values, group
    for table in report.tables.values():
        assert not table.unplaced


def convert(path: Path, kind: str) -> Path:
    """Convert with LibreOffice; skip where it is not installed."""
    soffice = shutil.which("soffice")
    if soffice is None:
        pytest.skip("LibreOffice (soffice) is not installed")
    target = path.parent / kind
    profile = (path.parent / "profile").as_uri()
    filters = {"pdf": "pdf", "html": "html:HTML (StarWriter)"}
    subprocess.run(
        [soffice, f"-env:UserInstallation={profile}", "--headless", "--convert-to", filters[kind],
         "--outdir", str(target), str(path)],
        check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    return target / f"{path.stem}.{kind}"


@pytest.fixture(scope="session")
def shared() -> Path:
    if not SHARED.is_dir():
        pytest.skip(f"real reports are not at hand ({SHARED.name} beside the repository)")
    return SHARED


@pytest.fixture(scope="session")
def make():
    return make_figures


@pytest.fixture(scope="session")
def writers():
    """Ways to write a report down: name → function of figures and zero style to (bytes, name)."""
    return {
        "html": lambda f, s="": (to_html(f, s).encode(), "r.html"),
        "markdown": lambda f, s="": (to_markdown(f, s).encode(), "r.md"),
        "line": lambda f, s="": (to_flat(f, "line", s).encode(), "r.txt"),
        "tab": lambda f, s="": (to_flat(f, "tab", s).encode(), "r.txt"),
        "token": lambda f, s="": (to_flat(f, "token", s).encode(), "r.txt"),
        "broken": lambda f, s="": (to_flat(f, "broken", s).encode(), "r.txt"),
    }


@pytest.fixture(scope="session")
def same():
    return assert_same_figures


@pytest.fixture(scope="session")
def filled_docx():
    return fill_blank_docx


@pytest.fixture(scope="session")
def html_page():
    return to_html


@pytest.fixture(scope="session")
def office():
    return convert


@pytest.fixture(scope="session")
def seed_report(shared):
    return read_report(shared / "seed_shenyang_2020.txt")


@pytest.fixture
def run_program(monkeypatch, capfd):
    """Run `yangguang` as a user does: exit code, output, complaints."""

    def call(*arguments):
        monkeypatch.setattr(sys, "argv", ["yangguang", *map(str, arguments)])
        capfd.readouterr()
        with pytest.raises(SystemExit) as done:
            main.run()
        out, complaint = capfd.readouterr()
        return done.value.code, out, complaint

    return call


@pytest.fixture(scope="session")
def read():
    return read_report_bytes
