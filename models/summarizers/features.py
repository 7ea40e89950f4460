"""What a message asks about, as a few weighted words and places."""

from __future__ import annotations

import re
from array import array
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
_BLOCK = 8192


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


class TermReader:
    """Collects the terms of messages one by one; of the messages only numbers are kept."""

    def __init__(self) -> None:
        self._index: dict[str, int] = {}
        self._frequency = array("i")
        self._inside = array("i")
        self._ends = array("q", [0])
        self._columns = array("i")
        self._weights = array("f")

    def __len__(self) -> int:
        return len(self._ends) - 1

    def add(self, text: str, title: str) -> None:
        """Read the title and the first sentences of a message."""
        terms, inside = _terms(text, title)
        for term, weight in terms.items():
            column = self._index.setdefault(term, len(self._index))
            if column == len(self._frequency):
                self._frequency.append(0)
                self._inside.append(0)
            self._frequency[column] += 1
            self._inside[column] += term in inside
            self._columns.append(column)
            self._weights.append(weight)
        self._ends.append(len(self._columns))

    def terms(self) -> Terms:
        """Weighted terms of all messages.

        Words in more than a fifth of the messages, or in only one, tell no group apart.
        """
        n = max(len(self), 1)
        frequency = np.frombuffer(self._frequency, dtype=np.int32)
        telling = (frequency >= 2) & (frequency <= max(0.2 * n, 12))
        idf = np.where(telling, np.log(n / np.maximum(frequency, 1)) + 0.3, 0.0)
        blocks = [self._block(start, idf) for start in range(0, len(self), _BLOCK)]
        shape = (0, len(frequency))
        matrix = sparse.csr_matrix(sparse.vstack(blocks) if blocks else shape, dtype=np.float64)
        matrix = sparse.csr_matrix(matrix[:, np.flatnonzero(telling)])
        names = [t for t, is_telling in zip(self._index, telling, strict=True) if is_telling]
        is_place = 2 * np.frombuffer(self._inside, dtype=np.int32) >= frequency
        is_place |= np.array([t.startswith("@") for t in self._index], dtype=bool)
        return Terms(matrix, names, is_place[telling])

    def _block(self, start: int, idf: NDArray[np.float64]) -> sparse.csr_matrix:
        """Rows of unit length that hold the weightiest terms of some messages."""
        ends = np.frombuffer(self._ends, dtype=np.int64)[start : start + _BLOCK + 1]
        columns = np.frombuffer(self._columns, dtype=np.int32)[ends[0] : ends[-1]]
        weights = np.frombuffer(self._weights, dtype=np.float32)[ends[0] : ends[-1]]
        values = weights * idf[columns]
        rows = np.repeat(np.arange(len(ends) - 1), np.diff(ends))
        order = np.lexsort((columns, -values, rows))
        rank = np.arange(len(order)) - (ends[:-1] - ends[0])[rows[order]]
        kept = order[(rank < _MAX_TERMS) & (values[order] > 0)]
        block = sparse.csr_matrix(
            (values[kept], (rows[kept], columns[kept])), shape=(len(ends) - 1, len(idf))
        )
        norms = np.sqrt(np.asarray(block.multiply(block).sum(axis=1)).ravel())
        norms[norms == 0] = 1.0
        return sparse.csr_matrix(sparse.diags(1 / norms) @ block)


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
