"""What a person should know about a letter, in Chinese."""

from __future__ import annotations

from datetime import date

from models.classifiers.letter.articles import Law
from models.classifiers.letter.reading import Reading

UNREADABLE_NAME = "没有读出办理决定"
UNREADABLE = "没有读出办理决定，请看原信。"
NO_REASON_NAME = "不予公开（看不出是哪一行）"
NO_REASON = "信中只说不予公开，没有能定到某一行的理由，请看原信或案卷。"
MIXED = "有的内容提供了、有的没有提供：默认计入“部分公开”，请人工确认。"
FIRST_OF_SEVERAL = "各项没有提供的理由不同：整件默认按第一项计，请人工确认。"
READ_AS_ONE = "按用语像是分了几项，按通篇文字读作一项，请人工确认。"
OLD_LAW = "引用的是2007年《条例》，条号与现行《条例》不同，已按旧条文读取。"
RECONFIRM = "“确认或重新出具”一行只见于年报格式，《条例》没有专门条文；引用条文前请法制机构确认。"


def procedural(name: str) -> str:
    """Say that a letter is not an outcome."""
    return f"这是{name}，不是办理结果：这件申请还没有办结。"


def disagreement(by_rules: str, by_head: str) -> str:
    """Say that the two sides differ."""
    return f"按条文和用语读作“{by_rules}”，按通篇文字读作“{by_head}”，请人工复核。"


def several_letters(n: int) -> str:
    """Say that a text holds more than one letter."""
    return f"这里像是有 {n} 封答复书：一件只能对一封，请分开登记后再读。"


def future_date(day: date) -> str:
    """Say that a letter is dated later than today."""
    return f"落款日期{day.year}年{day.month}月{day.day}日在今天之后，请核对日期。"


def of_reading(reading: Reading) -> list[str]:
    """Notices that follow from the letter itself."""
    said = []
    if reading.n_letters > 1:
        said.append(several_letters(reading.n_letters))
    if reading.is_old_law:
        said.append(OLD_LAW)
    others = {
        f"《{c.name}》第{c.article}条"
        for c in reading.citations
        if c.law is Law.OTHER and c.article in (30, 35, 36, 37, 38, 39)
    }
    if others:
        said.append(f"{'、'.join(sorted(others))}不是《条例》的条文，没有据以判断。")
    if any(item.best == "declined.reconfirm" for item in reading.items):
        said.append(RECONFIRM)
    return said
