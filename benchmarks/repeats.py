"""Repeat look-up: time to build the index and to answer one new request, by size of register.

    python benchmarks/repeats.py [n_requests ...]

Registers are made up: as many applicants as a third of the requests, some of them with thousands;
objects put together from places, numbers, years and kinds of papers under the statutory opening;
one request in ten is a near copy of an earlier one. Queries are near copies, strangers and the
busiest applicant in turn. Beside ours: datasketch's MinHashLSH, up to 100,000 (where installed).
"""

from __future__ import annotations

import random
import resource
import sys
import time

import numpy as np
import polars as pl

from service.casework.repeats import NewRequest, Register, RepeatIndex

PLACES = [
    f"{a}{b}"
    for a in "东西南北中上下大小新"
    for b in ("河村", "山屯", "沟镇", "街道", "庄村", "岭乡")
]
THINGS = ["征地批复", "勘测定界图", "规划许可证", "补偿登记表", "用地预审意见", "控规图则"]
THINGS += ["采伐许可证", "听证笔录", "土地出让合同", "一书四方案", "安置补偿公告", "日照分析报告"]
THINGS += [
    "社会稳定风险评估报告",
    "竣工验收意见",
    "拆迁许可",
    "总平面图",
    "采矿许可证",
    "矿区范围批复",
]
OPENING = "根据《中华人民共和国政府信息公开条例》的规定，向贵局申请公开以下信息："
N_QUERIES = 300


def make_register(n: int, seed: int = 7) -> pl.DataFrame:
    """Register of n made-up requests."""
    rng = random.Random(seed)
    texts: list[str] = []
    for _ in range(n):
        if texts and rng.random() < 0.1:
            texts.append(rng.choice(texts[-1000:]).replace("的", "之", 1) + "谢谢")
            continue
        things = "、".join(rng.choice(THINGS) for _ in range(rng.randint(1, 4)))
        form = f"{rng.choice(('纸质', '电子'))}各{rng.randint(1, 9)}份。"
        texts.append(
            f"{OPENING}{rng.choice(PLACES)}{rng.randint(1, 400)}号地块{rng.randint(2001, 2025)}年"
            f"第{rng.randint(1, 60)}批次的{things}，{form}"
        )
    n_people = max(n // 3, 1)
    people = [f"申请人{int(rng.paretovariate(0.35)) % n_people}" for _ in range(n)]
    days = np.datetime64("2019-05-15") + np.sort(np.random.default_rng(seed).integers(0, 2400, n))
    return pl.DataFrame(
        {"applicant": people, "text": texts, "received_on": days.astype("datetime64[D]")}
    )


def measure(n: int) -> dict[str, float]:
    """Build and ask; times in seconds and milliseconds."""
    frame = make_register(n)
    register = Register.from_frame(frame)
    start = time.perf_counter()
    index = RepeatIndex(register)
    built = time.perf_counter() - start
    rng = random.Random(1)
    busiest = frame["applicant"].value_counts(sort=True)["applicant"][0]
    times = []
    for number in range(N_QUERIES):
        row = rng.randrange(n)
        who = (frame["applicant"][row], "陌生人", busiest)[number % 3]
        request = NewRequest(
            frame["text"][row].replace("份", "套"), who, received_on=frame["received_on"][row]
        )
        start = time.perf_counter()
        evidence = index.query(request)
        times.append(1000 * (time.perf_counter() - start))
        assert any(match.row == row for match in evidence.similar) or evidence.n_similar > 20
    return {
        "n_requests": n,
        "build_seconds": built,
        "query_ms_median": float(np.median(times)),
        "query_ms_p99": float(np.percentile(times, 99)),
        "query_ms_worst": max(times),
        "peak_gb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6,
    }


def measure_datasketch(n: int) -> dict[str, float] | None:
    """Build and ask the usual library over the same texts."""
    try:
        from datasketch import MinHash, MinHashLSH
    except ImportError:
        return None
    texts = make_register(n)["text"].to_list()

    def sketch(text: str) -> MinHash:
        found = MinHash(num_perm=48)
        found.update_batch([text[i : i + 3].encode() for i in range(len(text) - 2)])
        return found

    start = time.perf_counter()
    lsh = MinHashLSH(params=(12, 4), num_perm=48)
    for number, text in enumerate(texts):
        lsh.insert(number, sketch(text), check_duplication=False)
    built = time.perf_counter() - start
    start = time.perf_counter()
    for text in texts[:N_QUERIES]:
        lsh.query(sketch(text.replace("份", "套")))
    each = 1000 * (time.perf_counter() - start) / N_QUERIES
    return {"n_requests": n, "datasketch_build_seconds": built, "datasketch_query_ms_mean": each}


def main() -> None:
    """Print one line a size."""
    for n in [int(text) for text in sys.argv[1:]] or [10_000, 100_000, 1_000_000]:
        rival = measure_datasketch(n) if n <= 100_000 else None
        for result in (measure(n), rival):
            if result:
                print("  ".join(f"{key}={value:,.4g}" for key, value in result.items()))


if __name__ == "__main__":
    main()
