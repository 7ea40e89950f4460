"""How fast annual reports are read and checked, per kind of file, on made-up reports.

    python benchmarks/report_check.py                 # text, HTML, DOCX and PDF, one process
    python benchmarks/report_check.py --many 10000    # 10,000 text reports over all cores

The reports are written by this script in the official form with consistent figures, so every one
must come out without an error; the script fails if one does not. DOCX needs python-docx and PDF
needs LibreOffice; kinds that cannot be made here are named and left out.
"""

from __future__ import annotations

import argparse
import importlib.util
import io
import os
import random
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from service.report import check_bytes
from service.report.checking.finding import Severity, Status
from service.report.formats import load_format

PROSE = (
    "（一）主动公开情况。{year}年，我局通过门户网站主动公开信息{a}条，其中规划公示{b}条、征地公告{c}条。"
    "召开新闻发布会3场，发布政策解读12篇，微信公众号推送信息{d}条。\n"
    "（二）依申请公开情况。全年共收到政府信息公开申请{new}件，上年结转{old}件，办结{done}件，"
    "结转下年度办理{left}件，均在法定期限内办理。\n"
    "（三）监督保障情况。因政府信息公开引发行政复议{review}件、行政诉讼{suits}件。\n"
)
SECTIONS = {
    1: "一、总体情况",
    2: "二、主动公开政府信息情况",
    3: "三、收到和处理政府信息公开申请情况",
    4: "四、政府信息公开行政复议、行政诉讼情况",
    5: "五、存在的主要问题及改进情况",
    6: "六、其他需要报告的事项",
}


def make_report(seed: int) -> list[str | list[list[str]]]:
    """One report as paragraphs (str) and tables (rows of cells)."""
    dice = random.Random(seed)
    form = load_format("2021")
    leaves = [r.code for r in form.table3_rows if r.code.startswith("3.") and r.code != "3.7"]
    rows = {}
    for code in leaves:
        cells = [dice.randint(0, 300) if dice.random() < 0.4 else 0 for _ in range(6)]
        rows[code] = [*cells, sum(cells)]
    rows["3.7"] = [sum(rows[code][i] for code in leaves) for i in range(7)]
    left = [dice.randint(0, 9) for _ in range(6)]
    rows["4"] = [*left, sum(left)]
    old = [dice.randint(0, min(9, rows["3.7"][i] + left[i])) for i in range(6)]
    rows["2"] = [*old, sum(old)]
    rows["1"] = [rows["3.7"][i] + rows["4"][i] - rows["2"][i] for i in range(7)]
    fourth = []
    for _ in range(3):
        cells = [dice.randint(0, 20) for _ in range(4)]
        fourth.append([*cells, sum(cells)])
    b, c = dice.randint(1, 500), dice.randint(1, 500)
    prose = PROSE.format(
        year=2024, a=b + c, b=b, c=c, d=dice.randint(1, 900), new=rows["1"][6], old=rows["2"][6],
        done=rows["3.7"][6], left=rows["4"][6], review=fourth[0][4],
        suits=fourth[1][4] + fourth[2][4],
    )  # fmt: skip
    table2 = [["信息内容", "本年制发件数", "本年废止件数", "现行有效件数"]]
    for block in form.table2:
        for row in block.rows:
            table2.append([row.label, *(str(dice.randint(0, 99)) for _ in block.columns)])
    table2[1][1:] = ["0", "0", "0"]
    table3 = [["", *(c.label for c in form.table3_columns)]]
    table3 += [[r.label, *map(str, rows[r.code])] for r in form.table3_rows]
    columns = [c.label for c in form.table4_columns]
    table4 = [["行政复议"] * 5 + ["未经复议直接起诉"] * 5 + ["复议后起诉"] * 5, columns * 3]
    table4.append([str(v) for group in fourth for v in group])
    return [
        "云水市自然资源局2024年政府信息公开工作年度报告",
        "本报告所列数据的统计期限自2024年1月1日起至2024年12月31日止。",
        SECTIONS[1], *prose.strip().split("\n"), SECTIONS[2], table2, SECTIONS[3], table3,
        SECTIONS[4], table4, SECTIONS[5], "公开内容还不够全面。下一步，我局将加强培训。",
        SECTIONS[6], "本年度未收取信息处理费。",
    ]  # fmt: skip


def to_text(parts: list[str | list[list[str]]]) -> bytes:
    """Flattened, a row a line."""
    lines = []
    for part in parts:
        lines += [part] if isinstance(part, str) else ["\t".join(row) for row in part]
    return "\n".join(lines).encode()


def to_html(parts: list[str | list[list[str]]]) -> bytes:
    """A web page."""
    html = ""
    for part in parts:
        if isinstance(part, str):
            html += f"<p>{part}</p>"
        else:
            rows = ("<tr>" + "".join(f"<td>{c}</td>" for c in row) + "</tr>" for row in part)
            html += f"<table>{''.join(rows)}</table>"
    return f"<html><body>{html}</body></html>".encode()


def to_docx(parts: list[str | list[list[str]]]) -> bytes:
    """A Word file."""
    import docx

    document = docx.Document()
    for part in parts:
        if isinstance(part, str):
            document.add_paragraph(part)
        else:
            table = document.add_table(len(part), len(part[0]), style="Table Grid")
            for line, row in zip(table.rows, part, strict=True):
                for cell, text in zip(line.cells, row, strict=False):
                    cell.text = text
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def to_pdf(files: list[bytes]) -> list[bytes]:
    """Word files as PDF, by LibreOffice."""
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder) / f"{i}.docx" for i in range(len(files))]
        for path, data in zip(paths, files, strict=True):
            path.write_bytes(data)
        profile = (Path(folder) / "profile").as_uri()
        subprocess.run(
            ["soffice", f"-env:UserInstallation={profile}", "--headless", "--convert-to", "pdf",
             "--outdir", folder, *map(str, paths)],
            check=True, capture_output=True,
        )  # fmt: skip
        return [path.with_suffix(".pdf").read_bytes() for path in paths]


def n_errors(data: bytes, name: str) -> int:
    """Errors found in a report that has none."""
    findings = check_bytes((data, name)).findings
    return sum(f.status is Status.FAILS and f.severity is Severity.ERROR for f in findings)


def check_seeds(seeds: range) -> tuple[int, int]:
    """Check text reports; return how many, and how many errors."""
    return len(seeds), sum(n_errors(to_text(make_report(seed)), "r.txt") for seed in seeds)


def by_kind(repeats: int) -> int:
    """Print reports per second for each kind of file."""
    reports = [make_report(seed) for seed in range(repeats)]
    kinds = {"text": [to_text(r) for r in reports], "html": [to_html(r) for r in reports]}
    if importlib.util.find_spec("docx"):
        kinds["docx"] = [to_docx(r) for r in reports]
        if shutil.which("soffice"):
            kinds["pdf"] = to_pdf(kinds["docx"])
    errors = 0
    for kind in ("text", "html", "docx", "pdf"):
        if kind not in kinds:
            print(f"{kind:5} left out: cannot be made on this machine")
            continue
        n_errors(kinds[kind][0], f"r.{kind}")  # load readers before the clock starts
        start = time.perf_counter()
        errors += sum(n_errors(data, f"r.{kind}") for data in kinds[kind])
        seconds = time.perf_counter() - start
        print(
            f"{kind:5} {repeats / seconds:8.1f} reports/s   {1000 * seconds / repeats:7.1f} ms each"
        )
    return errors


def many(count: int, workers: int) -> int:
    """Print how long a pile of text reports takes over all cores."""
    step = 100
    chunks = [range(first, min(first + step, count)) for first in range(0, count, step)]
    start = time.perf_counter()
    with ProcessPoolExecutor(workers) as pool:
        results = list(pool.map(check_seeds, chunks))
    seconds = time.perf_counter() - start
    done, errors = (sum(column) for column in zip(*results, strict=True))
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(
        f"{done} text reports made and checked in {seconds:.1f} s by {workers} processes: "
        f"{done / seconds:.0f}/s, peak {peak:.0f} MiB a process, {errors} errors"
    )
    return errors


def main() -> int:
    """Run the benchmark asked for."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--many", type=int, default=0, help="text reports over all cores")
    parser.add_argument("--repeats", type=int, default=20)
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    options = parser.parse_args()
    errors = many(options.many, options.workers) if options.many else by_kind(options.repeats)
    return 1 if errors else 0


if __name__ == "__main__":
    raise SystemExit(main())
