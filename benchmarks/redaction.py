"""Redaction: speed by kind of file, what of planted information is found, what is masked in vain.

    python benchmarks/redaction.py [--texts 20000]

Speed is for UTF-8 bytes of the shipped messages with personal information planted into half of
them. Recall is over what was planted (types in turn, in several wordings); hits in vain are
counted on the shipped messages as they are, which hold next to nothing personal.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from stdnum import luhn
from stdnum.iso7064 import mod_11_2

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from models.text.redaction import Hit, find_hits  # noqa: E402

SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗梁宋郑谢韩唐冯董萧程曹袁邓许傅沈曾彭吕苏"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂兰玉凤英建国志华淑珍文德海波鹏宇晨欣怡子轩"


def plant(rng: random.Random) -> tuple[str, str, str]:
    """Type, value and sentence of one piece of personal information."""
    digits = lambda n: "".join(rng.choice("0123456789") for _ in range(n))  # noqa: E731
    kind = rng.choice(["identity", "mobile", "bank_card", "name", "address", "telephone", "plate"])
    if kind == "identity":
        birthday = f"{rng.randint(1940, 2005)}{rng.randint(1, 12):02}{rng.randint(1, 28):02}"
        body = f"210102{birthday}{digits(3)}"
        value = body + mod_11_2.calc_check_digit(body)
        return (
            kind,
            value,
            rng.choice(["身份证号{}。", "（{}）。", "证件 {}，", "公民身份号码：{}；"]).format(
                value
            ),
        )
    if kind == "mobile":
        value = rng.choice(["{}{}{}", "{} {} {}", "{}-{}-{}"]).format(
            f"13{digits(1)}", digits(4), digits(4)
        )
        return kind, value, rng.choice(["电话{}。", "手机：{}，", "请打{}联系我。"]).format(value)
    if kind == "bank_card":
        body = "62" + digits(16)
        value = body + luhn.calc_check_digit(body)
        return kind, value, rng.choice(["卡号{}。", "打到工行{}。"]).format(value)
    if kind == "name":
        value = rng.choice(SURNAMES) + "".join(
            rng.choice(GIVEN) for _ in range(rng.choice((1, 2, 2)))
        )
        forms = [
            "申请人：{}。",
            "我叫{}，",
            "联系人{}，",
            "户主{}，",
            "邻居{}可以作证。",
            "申请人{}要求公开。",
        ]
        return kind, value, rng.choice(forms).format(value)
    if kind == "address":
        value = f"{rng.randint(1, 99)}号楼{rng.randint(1, 6)}单元{rng.randint(101, 2804)}室"
        return (
            kind,
            value,
            rng.choice(["我住和平区文化路{}。", "家在幸福小区{}，", "地址：中山街{}。"]).format(
                value
            ),
        )
    if kind == "telephone":
        value = f"024-{rng.randint(20000000, 89999999)}"
        return kind, value, rng.choice(["家里电话{}。", "座机{}，"]).format(value)
    value = "辽A" + rng.choice("ABCDE123") + digits(4)
    return kind, value, f"车牌{value}。"


def messages() -> list[str]:
    """Shipped messages."""
    found = []
    for path in sorted((ROOT / "data" / "corpora").rglob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            text = json.loads(line).get("text")
            if text:
                found.append(text)
    return found


def covers(hits: list[Hit], start: int, end: int) -> bool:
    """Whether hits cover a span."""
    return any(hit.start <= start and hit.end >= end for hit in hits)


def speed(texts: list[str]) -> None:
    """Megabytes a second in memory and by file."""
    from service.redaction.redact_file import redact_file

    n_bytes = sum(len(text.encode()) for text in texts)
    find_hits(texts[:50])
    start = time.perf_counter()
    find_hits(texts)
    took = time.perf_counter() - start
    rate = n_bytes / 1e6 / took
    print(f"in memory: {n_bytes / 1e6:.1f} MB, {rate:.2f} MB/s, {len(texts) / took:,.0f} texts/s")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make_files(folder, texts)
        for path in sorted(folder.iterdir()):
            start = time.perf_counter()
            redact_file(path, folder / f"out{path.suffix}")
            took = time.perf_counter() - start
            size = path.stat().st_size / 1e6
            n = len(texts) // (10 if path.suffix in (".docx", ".xlsx") else 1)
            print(f"{path.suffix}: {size:.1f} MB, {size / took:.2f} MB/s, {n / took:,.0f} texts/s")


def make_files(folder: Path, texts: list[str]) -> None:
    """One file of each kind; workbook and document hold a tenth of the texts."""
    import docx
    import polars as pl

    frame = pl.DataFrame({"编号": range(len(texts)), "申请人": "某人", "内容": texts})
    frame.write_csv(folder / "a.csv")
    frame.head(len(texts) // 10).write_excel(folder / "a.xlsx")
    (folder / "a.txt").write_text("\n".join(texts), encoding="utf-8")
    document = docx.Document()
    for text in texts[: len(texts) // 10]:
        document.add_paragraph(text)
    document.save(str(folder / "a.docx"))


def recall(texts: list[str], rng: random.Random) -> list[str]:
    """Print recall by type; returns the texts with what was planted."""
    planted, places = [], []
    for text in texts:
        kind, value, sentence = plant(rng)
        at = text.find("。") + 1
        planted.append(text[:at] + sentence + text[at:])
        places.append((kind, at + sentence.index(value), len(value)))
    found: Counter[str] = Counter()
    total: Counter[str] = Counter()
    for hits, (kind, start, length) in zip(find_hits(planted), places, strict=True):
        total[kind] += 1
        found[kind] += covers(hits, start, start + length)
    for kind, n in sorted(total.items()):
        print(f"recall {kind}: {found[kind] / n:.4f} of {n}")
    return planted


def main() -> None:
    """Print recall, hits in vain, and speed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--texts", type=int, default=20_000)
    wanted = parser.parse_args().texts
    rng = random.Random(11)
    plain = messages()
    hits = [hit for found in find_hits(plain) for hit in found]
    n_characters = sum(map(len, plain))
    kinds = Counter(hit.kind for hit in hits).most_common()
    print(f"untouched messages: {len(hits)} hits in {n_characters:,} characters, {kinds}")
    chosen = [rng.choice(plain) for _ in range(wanted)]
    planted = recall(chosen[: wanted // 2], rng)
    speed(planted + chosen[wanted // 2 :])


if __name__ == "__main__":
    main()
