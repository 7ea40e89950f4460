"""Draft a year of made-up requests, from 10,000 to 200,000: time and peak memory.

`python benchmarks/draft.py [N ...]`
"""

from __future__ import annotations

import csv
import datetime as dt
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from sample_year import AREAS, FACTS, OPENINGS, REASONS, SUBJECTS, TABLE2, TABLE4, WEIGHTS

from models.labels import outcomes
from service.report.drafting.prepare import draft_report
from service.report.drafting.provenance import write_provenance
from service.report.figures.form import Filling, write_form
from service.report.rendering.render import checked, render


def write_requests(path: Path, n: int, rng: random.Random) -> None:
    decided = [outcome.code for outcome in outcomes().decided]
    who = ["自然人", "商业企业", "科研机构", "社会公益组织", "法律服务机构", "其他"]
    header = [
        "编号",
        "收到日期",
        "办结日期",
        "申请方式",
        "申请人类型",
        "申请内容",
        "主题",
        "二级主题",
        "办理结果",
    ]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows(_requests(n, rng, decided, who))


def _requests(
    n: int, rng: random.Random, decided: Sequence[str], who: Sequence[str]
) -> Iterator[list[str]]:
    for number in range(n):
        received = dt.date(2019, 12, 10) + dt.timedelta(days=rng.randrange(386))
        closed = received + dt.timedelta(days=rng.randrange(3, 30))
        subtopic = rng.choices(list(SUBJECTS), WEIGHTS)[0]
        topic, wanted, _ = SUBJECTS[subtopic]
        village = (
            "".join(
                rng.choices("安北长大东方福高广海和河红湖华金康林龙明南平清山石泰天西新兴永玉", k=2)
            )
            + "村"
        )
        reason = f"{rng.choice(REASONS)}，涉及{rng.randrange(1, 400)}户、{rng.randrange(1, 900)}亩"
        text = f"{rng.choice(OPENINGS)}{rng.choice(AREAS)}{village}{rng.choice(wanted)}{reason}。"
        yield [str(number), str(received), str(closed) if closed.year < 2021 else "",
                     rng.choice(["信件", "当面", "网络"]), rng.choice(who), text, topic, subtopic,
                     rng.choice(decided) if closed.year < 2021 else ""]  # fmt: skip


def main() -> None:
    """Each size in a process of its own, so that one peak does not hide another."""
    sizes = [int(n) for n in sys.argv[1:]] or [10_000, 50_000, 100_000, 200_000]
    print("requests  seconds  peak MB  of it before  JSON MB")
    for n in sizes:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            write_requests(folder / "requests.csv", n, random.Random(1))
            values = {k: v for k, v in FACTS.items() if not k.startswith("entered")}
            about = {"机关全称": "青禾市自然资源局"}
            write_form(
                folder / "figures.xlsx", 2020, Filling(about, {**values, **TABLE2, **TABLE4})
            )
            command = [sys.executable, __file__, "--one", name]
            seconds, peak, before, written = subprocess.run(
                command, check=True, capture_output=True, text=True
            ).stdout.split()
        print(f"{n:8,}  {seconds:>7}  {peak:>7}  {before:>12}  {written:>7}", flush=True)


def draft_one(folder: Path) -> None:
    """Register and workbook to checked DOCX and JSON; prints seconds and memory."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    started = time.monotonic()
    draft = draft_report(2020, folder / "requests.csv", folder / "figures.xlsx")
    content = render(draft, ".docx")
    checked(content, "report.docx")
    with (folder / "report.json").open("w", encoding="utf-8") as file:
        write_provenance(file, draft)
    seconds = time.monotonic() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    written = (folder / "report.json").stat().st_size / 1e6
    print(f"{seconds:.1f} {peak:.0f} {before:.0f} {written:.0f}")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        draft_one(Path(sys.argv[2]))
    else:
        main()
