"""What of a request is compared: letters, digits and ideographs, without the statutory opening."""

from __future__ import annotations

import re
from itertools import pairwise

import numpy as np
import polars as pl

from models.encoders.characters import letters
from models.text.codepoints import CodePoints
from models.text.normalize import normalize

_OPENING = (
    r"(?:依据|根据|依照|按照)[^。；;\n]{0,30}条例[^，,。；;\n]{0,30}(?:规定)?[，,]?"
    r"|(?:特|现|兹)?(?:依法)?(?:向(?:贵|你|本)?(?:局|单位|机关|中心)?)?(?:依法)?"
    r"(?:申请|请求|要求|希望|恳请|请)(?:公开|获取|提供)(?:(?:以下|下列|如下)(?:政府)?(?:信息|内容|材料)?)?"
    r"|特此申请|此致|敬礼|望(?:贵局)?依法(?:予以)?(?:公开|答复)"
)

_FEW = 8


def plain_texts(texts: pl.Series) -> list[str]:
    """Comparable form of each text, in order; blank where nothing is left."""
    if len(texts) < _FEW:  # without waking polars' threads
        stripped = [re.sub(_OPENING, "\n", text) for text in texts]
    else:
        stripped = texts.str.replace_all(_OPENING, "\n").to_list()
    points = normalize(CodePoints.from_texts(stripped)).points
    kept = letters()[points.codes]
    ends = np.zeros(len(kept) + 1, np.int64)
    np.cumsum(kept, out=ends[1:])
    joined = points.codes[kept].astype("<u4").tobytes().decode("utf-32-le", "replace")
    return [joined[start:end] for start, end in pairwise(ends[points.bounds].tolist())]
