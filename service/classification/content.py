"""Whether one text holds anything to classify; light enough for a single call."""

from __future__ import annotations

import unicodedata

_FEWEST = 2
"""Chinese characters from which `models.pipeline` takes a text for legible."""
_FOREIGN_SHARE = 4
"""Letters of other scripts for each ideograph from which a person is warned."""


def has_content(text: str) -> bool:
    """Whether a text holds a character that can be seen, as `rejects.is_blank` tells of columns.

    White space, control, format and unassigned characters and lone surrogates cannot.
    """
    return any(unicodedata.category(character)[0] not in "CZ" for character in text)


def foreign_note(text: str) -> str:
    """Chinese: that a text is hardly Chinese, so that no probability is to be trusted; or nothing.

    A model accepts no answer for a text with fewer than two ideographs, however high a probability
    it computes: it was calibrated on Chinese letters.
    """
    n_chinese = sum("\u3400" <= character < "\ufb00" for character in text)
    n_foreign = sum(character.isalpha() for character in text) - n_chinese
    if n_chinese < _FEWEST:
        found = f"只有 {n_chinese} 个汉字" if n_chinese else "没有汉字"
        return f"正文几乎不含中文（{found}）：程序只认中文，下面的判断和概率不作数，请人工处理。"
    if n_foreign > _FOREIGN_SHARE * n_chinese:
        return (
            f"正文大部分不是中文（汉字 {n_chinese} 个）：程序只认中文，请对照原文核对下面的判断。"
        )
    return ""
