"""Places and bodies as citizens name them: 柳湾村, A市保利小区三期, 县人民医院."""

from __future__ import annotations

import re
from typing import NamedTuple

_AREA = r"(?:[A-Z]\d{0,2}[省市县区州]|[一-龥]{2,3}(?:省|自治区|市|县|区|州|旗))"
_ENDINGS = (
    "小区|社区|街道办?|居委会|家园|花园|公园|广场|大厦|公寓|新城|新村|国际|大道|公路|高速|隧道|大桥|立交|火车站|高铁站|地铁站|汽车站|"
    "学校|中学|小学|大学|学院|幼儿园|医院|市场|超市|工业园|开发区|高新区|经开区|园区|工地|水库|林场|矿山|采石场|搅拌站|"
    "有限公司|集团|公司|管委会|管理局|镇|乡|村|组|路|街|巷|里|苑|府|城|湾|园|庭|居|郡|院|厂|[湖河山](?![东西南北口])|号线|桥|站|期|栋"
)
_NAME = re.compile(
    rf"(?P<area>{_AREA}*)(?P<name>[一-龥A-Z0-9·]{{1,12}}?(?:{_ENDINGS})(?![省市县镇乡村路街]|区(?!片|域)|新区)(?:[一二三四五六七八九十\d]+(?:期|号线|路|区|组))?)"
)
_BEFORE = re.compile(
    r"^.*(?:我们是|本人是|我是|我们|我家|本人|家住|住在|居住|位于|坐落|来自|关于|针对|反映|举报|投诉|咨询|请问|就是|购买|买了|在|申请|公开|获取|提供|复制|查阅|查询|是|对|向|从|到|由|把|被|给|为|于|了|的|和|与|及|请|让|有)"
)
_VAGUE = re.compile(
    r"^(?:[我本该此各这那全某一两几每]|小区|社区|城市|农村|政府|公司|学校|道路|马路|乡村|全市|城区|新农村|在|上|下|住)"
)


class Place(NamedTuple):
    """A named place with its span in the text; `end` exclusive."""

    text: str
    start: int
    end: int


def find_places(text: str, limit: int = 400) -> list[Place]:
    """Places named in the first `limit` characters, in order.

    A name begins after the last function word before its ending, so that 我住在柳湾村 gives 柳湾村.
    """
    found: list[Place] = []
    at = 0
    window = text[:limit]
    while match := _NAME.search(window, at):
        start, end = match.span()
        cut = _BEFORE.match(match.group())
        if cut and cut.end() < len(match.group()):
            start += cut.end()
        name = window[start:end]
        at = end
        if len(name) >= 3 and not _VAGUE.match(name):
            if found and found[-1].end == start:
                start = found.pop().start
            found.append(Place(window[start:end], start, end))
        elif found and found[-1].end == start and len(name) >= 2:
            previous = found.pop()
            found.append(Place(window[previous.start : end], previous.start, end))
    return found
