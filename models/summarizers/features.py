"""What a message asks about, as a few weighted words and places."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from models.summarizers.places import find_places
from models.text.segment import default_segmenter

_HEAD = 220
_WORD = re.compile(r"^[一-龥A-Za-z0-9]{2,}$")
_STOP = frozenset(
    [
        "领导",
        "您好",
        "你好",
        "我们",
        "请问",
        "尊敬",
        "书记",
        "市长",
        "县长",
        "区长",
        "局长",
        "希望",
        "解决",
        "问题",
        "有关",
        "部门",
        "相关",
        "政府",
        "谢谢",
        "现在",
        "已经",
        "没有",
        "什么",
        "如何",
        "是否",
        "一个",
        "这个",
        "可以",
        "因为",
        "所以",
        "但是",
        "而且",
        "就是",
        "不是",
        "还是",
        "进行",
        "关于",
        "反映",
        "投诉",
        "举报",
        "咨询",
        "建议",
        "请求",
        "强烈",
        "恳请",
        "要求",
        "回复",
        "情况",
        "目前",
        "今年",
        "去年",
        "时候",
        "时间",
        "大家",
        "自己",
        "本人",
        "居民",
        "业主",
        "市民",
        "老百姓",
        "群众",
        "百姓",
        "工作",
        "人员",
        "工作人员",
        "单位",
        "地方",
        "附近",
        "小区",
        "社区",
        "街道",
        "西地省",
        "何时",
        "怎么",
        "为什么",
        "为何",
        "一直",
        "多次",
        "严重",
        "影响",
        "生活",
        "每天",
        "这样",
        "那么",
        "这些",
        "他们",
        "处理",
        "重视",
        "关注",
        "能否",
        "申请",
        "公开",
        "提供",
        "信息",
        "依法",
        "获取",
        "查阅",
        "复制",
        "需要",
        "用于",
        "了解",
        "作为",
        "办理",
        "手续",
        "依据",
        "纸质",
        "复印件",
        "答复",
        "通过",
        "邮寄",
        "方式",
        "承包地",
        "帮忙",
        "管管",
        "支持",
        "呼吁",
        "尽快",
        "规范",
        "加强",
        "改善",
        "增加",
        "不能",
        "可能",
        "应该",
        "到底",
        "真的",
        "非常",
        "很多",
        "还有",
        "以及",
        "或者",
        "如果",
        "由于",
        "我家",
        "一下",
        "之后",
        "以后",
        "之前",
        "至今",
        "多年",
        "几年",
        "事情",
        "事宜",
        "事项",
        "请求公开",
    ]
)
_PLACE_WEIGHT, _TITLE_WEIGHT = 1.2, 1.6
_MAX_TERMS = 14


@dataclass(frozen=True, slots=True)
class Terms:
    """Weighted terms of messages.

    Parameters
    ----------
    matrix : csr matrix, shape (n_messages, n_terms)
        Rows of unit length; a message without a telling word has an empty row.
    names : list of str
        Terms; places begin with `@`.
    is_place : bool array, shape (n_terms,)
        Places, and words that stand inside one at least every other time.
    """

    matrix: sparse.csr_matrix
    names: list[str]
    is_place: NDArray[np.bool_]


def extract_terms(texts: Sequence[str], titles: Sequence[str]) -> Terms:
    """Weighted terms of the titles and first sentences of messages.

    Words in more than a fifth of the messages, or in only one, tell no group apart.
    """
    counted = [_terms(text, title) for text, title in zip(texts, titles, strict=True)]
    frequency = Counter(term for terms, _ in counted for term in terms)
    inside = Counter(word for _, words in counted for word in words)
    n = max(len(texts), 1)
    most = max(0.2 * n, 12)
    names = [term for term, df in frequency.items() if 2 <= df <= most]
    index = {term: i for i, term in enumerate(names)}
    idf = np.log(n / np.array([frequency[t] for t in names], dtype=np.float64)) + 0.3
    rows, columns, values = [], [], []
    for row, (terms, _) in enumerate(counted):
        known = sorted(
            ((w * idf[index[t]], index[t]) for t, w in terms.items() if t in index), reverse=True
        )
        for weight, column in known[:_MAX_TERMS]:
            rows.append(row)
            columns.append(column)
            values.append(weight)
    matrix = sparse.csr_matrix(
        (values, (rows, columns)), shape=(len(texts), len(names)), dtype=np.float64
    )
    norms = np.sqrt(np.asarray(matrix.multiply(matrix).sum(axis=1)).ravel())
    norms[norms == 0] = 1.0
    is_place = np.array([t.startswith("@") or 2 * inside[t] >= frequency[t] for t in names], bool)
    return Terms(sparse.csr_matrix(sparse.diags(1 / norms) @ matrix), names, is_place)


def _terms(text: str, title: str) -> tuple[dict[str, float], set[str]]:
    """Terms with their weights, and the words among them that stand inside a place."""
    head = f"{title}。{text[:_HEAD]}"
    terms: dict[str, float] = {}
    for word in default_segmenter().cut(head):
        if _WORD.match(word) and word not in _STOP and not word.isdigit():
            terms[word] = 1.0
    if title:
        for word in default_segmenter().cut(title):
            if word in terms:
                terms[word] = _TITLE_WEIGHT
    places = {place.text for place in find_places(head, _HEAD)}
    inside = {word for word in terms if any(word in place for place in places)}
    return terms | {f"@{place}": _PLACE_WEIGHT for place in places}, inside
