"""Write the sample year: 292 made-up requests and the figures of a published 2020 report.

`python benchmarks/sample_year.py` writes `requests_2020.csv` and `figures_2020.xlsx` anew.
The counts of table 3, table 4, table 2 and the prose are facts of a published report; the requests,
their places and their words are invented. The seed is fixed: the files are the same each time.
"""

from __future__ import annotations

import csv
import datetime as dt
import random
from pathlib import Path

from service.report.figures.form import Filling, write_form

SAMPLES = Path(__file__).parent.parent / "data" / "samples"
YEAR, SEED = 2020, 20

# (outcome, applicant, how many); new and carried-in together, after table 3
RESULTS = [
    ("予以公开", "自然人", 188), ("予以公开", "商业企业", 6), ("予以公开", "法律服务机构", 1),
    ("部分公开", "自然人", 17), ("部分公开", "商业企业", 1),
    ("保护第三方合法权益", "自然人", 2), ("属于三类内部事务信息", "自然人", 1),
    ("本机关不掌握相关政府信息", "自然人", 32), ("本机关不掌握相关政府信息", "商业企业", 1),
    ("没有现成信息需要另行制作", "自然人", 5), ("补正后申请内容仍不明确", "自然人", 3),
    ("重复申请", "自然人", 1), ("", "自然人", 34),
]  # fmt: skip
N_CARRIED_IN = 13
CHANNELS = ["信件"] * 57 + ["当面"] * 174 + ["网络"] * 48

AREAS = ["青禾区", "北塔区", "临河区", "望山区", "河口新区"]
VILLAGES = ["柳湾村", "前坡村", "石桥子村", "东窑村", "三道岗村", "大榆村", "白塔村", "枣园村"]
ESTATES = ["锦绣家园", "书香雅居", "河畔新城", "和顺里", "槐荫花园", "云杉小区"]
SUBJECTS = {  # subtopic: (topic, what is asked, where)
    "征地审批": ("land", ["征收土地的批复文件", "农用地转用和土地征收的批准文件", "勘测定界图和征地红线图"], VILLAGES),  # noqa: E501
    "征地程序": ("land", ["征收土地预公告", "土地现状调查结果确认材料", "社会稳定风险评估报告", "征地听证材料"], VILLAGES),  # noqa: E501
    "征地补偿": ("land", ["征地补偿安置方案", "区片综合地价标准", "青苗和地上附着物补偿登记表"], VILLAGES),  # noqa: E501
    "土地供应": ("land", ["国有建设用地使用权出让合同", "挂牌出让公告和成交确认书", "划拨决定书"], ESTATES),  # noqa: E501
    "建设工程规划许可": ("planning", ["建设工程规划许可证及附图", "建设用地规划许可证", "规划条件和总平面图"], ESTATES),  # noqa: E501
    "登记资料查询": ("registration", ["不动产首次登记的办理材料目录", "宗地图和权籍调查成果"], ESTATES),  # noqa: E501
    "林地占用": ("forestry", ["使用林地审核同意书", "占用林地的公示材料"], VILLAGES),
    "砂石土矿与非法采矿": ("minerals", ["采石场的采矿许可证", "取土场恢复治理方案"], VILLAGES),
}  # fmt: skip
WEIGHTS = [30, 18, 22, 8, 12, 4, 3, 3]
OPENINGS = ["申请公开", "请求公开", "现申请获取", "请依法提供", "需要查阅并复制"]
REASONS = [
    "",
    "，用于了解本人承包地的征收情况",
    "，作为办理相关手续的依据",
    "，请以纸质复印件答复",
    "，请通过邮寄方式提供",
]
HOT = [
    ("青禾区柳湾村", "征地补偿", 26),
    ("北塔区前坡村", "征地审批", 19),
    ("临河区河畔新城", "建设工程规划许可", 12),
]

TABLE2 = {
    "t2.regulation.made": 0, "t2.regulation.opened": 0, "t2.regulation.total": 0,
    "t2.normative.made": 0, "t2.normative.opened": 0, "t2.normative.total": 0,
    "t2.licence.items": 43, "t2.licence.change": 0, "t2.licence.decisions": 9087,
    "t2.service.items": 15, "t2.service.change": 0, "t2.service.decisions": 233,
    "t2.penalty.items": 44, "t2.penalty.change": 0, "t2.penalty.decisions": 30,
    "t2.coercion.items": 5, "t2.coercion.change": 0, "t2.coercion.decisions": 0,
    "t2.fee.items": 5, "t2.fee.change": 5,
    "t2.procurement.projects": 14, "t2.procurement.amount": 1814.36,
}  # fmt: skip
TABLE4 = {
    "t4.review.upheld": 1, "t4.review.corrected": 3, "t4.review.other": 2, "t4.review.pending": 1,
    "t4.direct.upheld": 2, "t4.direct.corrected": 0, "t4.direct.other": 0, "t4.direct.pending": 1,
    "t4.after_review.upheld": 0, "t4.after_review.corrected": 0, "t4.after_review.other": 0,
    "t4.after_review.pending": 0,
}  # fmt: skip
FACTS = {
    "disclosed.total": 13491,
    "disclosed.channel.news": 5281, "disclosed.channel.notice": 60, "disclosed.channel.key": 833,
    "disclosed.channel.service": 956, "disclosed.channel.participation": 2,
    "disclosed.channel.business": 180, "disclosed.channel.special": 8,
    "disclosed.channel.land": 282, "disclosed.channel.registration": 5883,
    "entered.t3.1.total": 279, "entered.t3.2.total": 13, "entered.t3.3.7.total": 258,
    "entered.t3.4.total": 34, "entered.requests.channel.letter": 57,
    "entered.requests.channel.in_person": 174, "entered.requests.channel.network": 48,
    "platform.column": 833, "platform.weibo": 4041, "platform.wechat": 384, "platform.press": 4,
    "standard.fields": 26, "interpretation.documents": 28, "interpretation.articles": 28,
    "appeals.total": 4655, "appeals.part.hotline": 2160, "appeals.part.minxin": 1130,
    "appeals.part.mayor": 315, "appeals.part.director": 1050,
    "proposals.total": 133, "proposals.bill": 1, "proposals.advice": 83,
    "proposals.advice.province": 1, "proposals.advice.city": 82, "proposals.advice.city.lead": 42,
    "proposals.advice.city.split": 1, "proposals.advice.city.assist": 39, "proposals.motion": 50,
    "proposals.motion.province": 1, "proposals.motion.city": 49, "proposals.motion.city.lead": 20,
    "proposals.motion.city.split": 1, "proposals.motion.city.assist": 28,
    "proposals.rate.met": 100, "proposals.rate.done": 100, "proposals.rate.pleased": 100,
    "activity.edition": 14, "activity.day": "2020-05-15", "activity.brochures": 30,
    "activity.questions": 20, "activity.brochures_companies": 20, "activity.staff": 1,
    "activity.calls": 1400, "fee.collected": 0,
}  # fmt: skip
APPROXIMATE = {
    "activity.brochures",
    "activity.questions",
    "activity.brochures_companies",
    "activity.calls",
}
TEXTS = [
    ("措施1", "重点领域", "设置征地信息专栏，集中公开用地批复、征地公告和补偿安置方案", ""),
    ("措施2", "重点领域", "更新预算决算栏目和商品房办证信息", ""),
    ("管理1", "信息管理", "重新制定主动公开和依申请公开两个方面的工作规定", ""),
    ("管理2", "信息管理", "发布信息前落实保密审查和公开属性认定", ""),
    ("保障1", "监督保障", "按时编制并公布上一年度报告，接受社会评议", ""),
]


def main() -> None:
    write_requests(SAMPLES / "requests_2020.csv")
    write_figures(SAMPLES / "figures_2020.xlsx")


def write_figures(path: Path) -> None:
    """Write the filled figures workbook."""
    about = {"机关全称": "沈阳市自然资源局", "填表人": "示例填表人", "填表日期": "2021-01-11"}
    notes = {"t4.review.other": "撤销复议申请"}
    values = {**FACTS, **TABLE2, **TABLE4}
    write_form(path, YEAR, Filling(about, values, frozenset(APPROXIMATE), notes, TEXTS))


def write_requests(path: Path) -> None:
    """Write the register of requests."""
    rng = random.Random(SEED)
    results = [(outcome, who) for outcome, who, n in RESULTS for _ in range(n)]
    carried = set(
        rng.sample([i for i, (o, w) in enumerate(results) if o and w == "自然人"], N_CARRIED_IN)
    )
    rng.shuffle(CHANNELS)
    channels = iter(CHANNELS)
    subjects = _subjects(rng, len(results))
    rows = []
    for index, (outcome, applicant) in enumerate(results):
        is_new = index not in carried
        received, closed = _days(rng, is_new=is_new, is_open=not outcome)
        channel = next(channels) if is_new else rng.choice(["信件", "当面", "网络"])
        subtopic, text = subjects[index]
        topic = SUBJECTS[subtopic][0]
        rows.append([received, channel, applicant, text, topic, subtopic, outcome, closed])
    rows.sort(key=lambda row: row[0])
    header = [
        "编号",
        "收到日期",
        "申请方式",
        "申请人类型",
        "申请内容",
        "主题",
        "二级主题",
        "办理结果",
        "办结日期",
    ]
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        for number, row in enumerate(rows, 1):
            received, *rest, closed = row
            shown = closed.isoformat() if closed else ""
            writer.writerow(
                [f"依申请{received.year}-{number:03d}", received.isoformat(), *rest, shown]
            )


def _days(rng: random.Random, *, is_new: bool, is_open: bool) -> tuple[dt.date, dt.date | None]:
    if is_open:
        return dt.date(YEAR, 12, 3) + dt.timedelta(days=rng.randrange(29)), None
    if not is_new:
        received = dt.date(YEAR - 1, 12, 5) + dt.timedelta(days=rng.randrange(27))
        return received, dt.date(YEAR, 1, 2) + dt.timedelta(days=rng.randrange(15))
    received = dt.date(YEAR, 1, 2) + dt.timedelta(days=rng.randrange(333))
    return received, received + dt.timedelta(days=rng.randrange(3, 28))


def _subjects(rng: random.Random, n: int) -> list[tuple[str, str]]:
    """Subtopic and text of each request, some of them about the same matter."""
    found = [(subtopic, place) for place, subtopic, count in HOT for _ in range(count)]
    while len(found) < n:
        subtopic = rng.choices(list(SUBJECTS), WEIGHTS)[0]
        found.append((subtopic, _place(rng, subtopic)))
    rng.shuffle(found)
    return [(s, f"{rng.choice(OPENINGS)}{place}{rng.choice(SUBJECTS[s][1])}{rng.choice(REASONS)}。")
            for s, place in found]  # fmt: skip


def _place(rng: random.Random, subtopic: str) -> str:
    """A village or estate with its district: each lies in one."""
    names = SUBJECTS[subtopic][2]
    index = rng.randrange(len(names))
    return AREAS[index % len(AREAS)] + names[index]


if __name__ == "__main__":
    main()
