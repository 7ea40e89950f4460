"""Draft a year of 100,000 made-up requests: time and peak memory.

`python benchmarks/draft.py [N]`
"""

from __future__ import annotations

import datetime as dt
import random
import resource
import sys
import tempfile
import time
from pathlib import Path

import polars as pl
from sample_year import AREAS, FACTS, OPENINGS, REASONS, SUBJECTS, TABLE2, TABLE4, WEIGHTS

from models.labels import outcomes
from service.report.drafting.prepare import draft_report
from service.report.drafting.provenance import draft_json
from service.report.figures.form import Filling, write_form
from service.report.rendering.render import checked, render


def write_requests(path: Path, n: int, rng: random.Random) -> None:
    decided = [outcome.code for outcome in outcomes().decided]
    who = ["自然人", "商业企业", "科研机构", "社会公益组织", "法律服务机构", "其他"]
    rows = []
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
        rows.append([str(number), str(received), str(closed) if closed.year < 2021 else "",
                     rng.choice(["信件", "当面", "网络"]), rng.choice(who), text, topic, subtopic,
                     rng.choice(decided) if closed.year < 2021 else ""])  # fmt: skip
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
    pl.DataFrame(rows, schema=header, orient="row").write_csv(path)


def main() -> None:
    n = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with tempfile.TemporaryDirectory() as folder:
        requests, figures = Path(folder) / "requests.csv", Path(folder) / "figures.xlsx"
        write_requests(requests, n, random.Random(1))
        values = {k: v for k, v in FACTS.items() if not k.startswith("entered")}
        write_form(
            figures, 2020, Filling({"机关全称": "青禾市自然资源局"}, {**values, **TABLE2, **TABLE4})
        )
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        started = time.monotonic()
        draft = draft_report(2020, requests, figures)
        content = render(draft, ".docx")
        checked(content, "report.docx")
        draft_json(draft)
        seconds = time.monotonic() - started
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{n} requests: {seconds:.1f} s, peak {peak:.0f} MB ({before:.0f} MB before), "
          f"largest matters {[int(m.figure.value) for m in draft.hot_topics]}")  # fmt: skip


if __name__ == "__main__":
    main()
