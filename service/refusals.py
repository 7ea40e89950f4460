"""Why a value is refused, in Chinese, for each kind of refusal that Pydantic names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_WHY = {
    "missing": "缺少这一项",
    "string_type": "应为文本",
    "string_unicode": "含有不成对的代理字符，不是正确的 Unicode",
    "string_too_long": "太长",
    "string_too_short": "不能为空",
    "list_type": "应为列表",
    "dict_type": "应为 JSON 对象",
    "model_attributes_type": "应为 JSON 对象",
    "too_long": "太多",
    "too_short": "不能为空",
    "extra_forbidden": "不认识的字段",
    "bool_type": "应为 true 或 false",
    "bool_parsing": "应为 true 或 false",
    "int_type": "应为整数",
    "int_parsing": "应为整数",
    "int_parsing_size": "数字太大",
    "int_from_float": "应为整数",
    "float_type": "应为数字",
    "float_parsing": "应为数字",
    "finite_number": "应为数字",
    "path_type": "应为文件或文件夹的路径",
    "date_type": "应为日期，写作 2026-01-31",
    "date_parsing": "应为日期，写作 2026-01-31",
    "date_from_datetime_parsing": "应为日期，写作 2026-01-31",
    "date_from_datetime_inexact": "应为日期，写作 2026-01-31",
}
_BOUNDS = {
    "greater_than_equal": ("ge", "不能小于"),
    "greater_than": ("gt", "应大于"),
    "less_than_equal": ("le", "不能大于"),
    "less_than": ("lt", "应小于"),
}


def why_refused(kind: str, context: Mapping[str, Any] | None = None) -> str:
    """Why a value is refused; never the value itself, which may be a citizen's.

    Parameters
    ----------
    kind : str
        The `type` of a Pydantic error.
    context : mapping, optional
        Its `ctx`: bounds and choices.
    """
    context = context or {}
    if kind in _BOUNDS:
        name, words = _BOUNDS[kind]
        return f"{words} {context[name]:g}"
    if kind in ("literal_error", "enum"):
        choices = str(context["expected"]).replace("'", "").replace(" or ", "、")
        return f"只能是 {choices.replace(', ', '、')}"
    return _WHY.get(kind, "格式不对")
