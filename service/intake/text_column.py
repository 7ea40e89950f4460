"""Which column holds what the citizen wrote: the one named, else by name, else by content."""

from __future__ import annotations

import re
import unicodedata

import polars as pl

from models.errors import InputError

_KNOWN = """
内容 诉求内容 留言内容 信件内容 来信内容 来件内容 问题内容 工单内容 投诉内容 举报内容 咨询内容
建议内容 反映内容 反映问题 申请内容 主要内容 事项内容 诉求描述 问题描述 事项描述 内容描述 详细内容
诉求详情 留言详情 信件详情 内容详情 所需政府信息 所需信息内容描述 申请公开内容 申请公开的内容
正文 文本 留言 诉求 text content body message document
"""
_NAMES = frozenset(_KNOWN.split())
_ANSWERS = ("答复", "回复", "处理", "办理", "办结", "批示", "意见", "结果", "reply", "answer")
_DOUBLE = re.compile(r"_\d+$")
"""Ending given to the second of two columns with one name."""
_MIN_CHARACTERS = 8
_MARGIN = 1.5


def is_text_name(name: str) -> bool:
    """Whether a column of this name holds the citizens' texts."""
    return _plain(name) in _NAMES


def find_text_column(sample: pl.DataFrame, wanted: str | None = None) -> str:
    """Name of the column to classify.

    Parameters
    ----------
    sample : DataFrame
        First rows of the input.
    wanted : str, optional
        Name given by the user; decides alone.

    Raises
    ------
    InputError
        If there is no such column, none looks like text or several do. The message lists the
        columns by name, never what they hold.
    """
    strings = [name for name, dtype in sample.schema.items() if dtype == pl.String]
    if wanted is not None:
        return named_column(sample, wanted, "正文列")
    known = [name for name in strings if is_text_name(_DOUBLE.sub("", name))]
    if len(known) == 1:
        return known[0]
    listed = "、".join(sample.columns)
    if known:
        several = "、".join(known)
        raise InputError(
            f"有 {len(known)} 列都可能是正文：{several}。请用 --text-column 指明一列。"
        )
    lengths = {name: _chinese_length(sample[name]) for name in strings if not _is_answer(name)}
    ranked = sorted(lengths, key=lambda name: lengths[name], reverse=True)
    if not ranked or lengths[ranked[0]] < _MIN_CHARACTERS:
        raise InputError(
            f"找不到正文所在的列。请用 --text-column 指明一列；文件中的列有：{listed}。"
        )
    if len(ranked) > 1 and lengths[ranked[0]] < _MARGIN * lengths[ranked[1]]:
        raise InputError(
            f"“{ranked[0]}”和“{ranked[1]}”都像正文。请用 --text-column 指明一列；"
            f"文件中的列有：{listed}。"
        )
    return ranked[0]


def named_column(sample: pl.DataFrame, wanted: str, role: str) -> str:
    """Column of text under a name given by the user, blanks and widths of characters apart.

    Parameters
    ----------
    sample : DataFrame
        First rows of the input.
    wanted : str
    role : str
        What it is needed as, in Chinese, for the message.

    Raises
    ------
    InputError
        If there is no such column, or it does not hold text.
    """
    strings = [name for name, dtype in sample.schema.items() if dtype == pl.String]
    same = [name for name in sample.columns if name == wanted or _plain(name) == _plain(wanted)]
    name = wanted if wanted in same else next(iter(same), None)
    if name is None:
        listed = "、".join(sample.columns)
        raise InputError(f"没有名为“{wanted}”的列；文件中的列有：{listed}。")
    if name not in strings:
        raise InputError(f"“{name}”列不是文字，不能作为{role}。")
    return name


def _plain(name: str) -> str:
    return unicodedata.normalize("NFKC", name).strip().strip("*:").strip().casefold()


def _is_answer(name: str) -> bool:
    return any(word in name.casefold() for word in _ANSWERS)


def _chinese_length(column: pl.Series) -> float:
    """Mean number of Chinese characters in the cells that are not blank."""
    filled = column.drop_nulls()
    filled = filled.filter(filled.str.strip_chars() != "")
    if filled.is_empty():
        return 0.0
    mean = filled.str.count_matches(r"\p{Han}").mean()
    return float(mean) if isinstance(mean, (int, float)) else 0.0
