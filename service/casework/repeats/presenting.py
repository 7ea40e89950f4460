"""Packs of evidence as people read them on a terminal."""

from __future__ import annotations

from service.casework.repeats.evidence import Evidence, Match
from service.casework.repeats.index import NewRequest
from service.casework.repeats.overview import CaseRef, Overview

AS_EVIDENCE = "以上只供核对：是否重复申请、是否超过合理范围、是否收费，由人依法决定。"


def show_evidence(name: str, request: NewRequest, evidence: Evidence, most: int) -> str:
    """What was found about one new request.

    Parameters
    ----------
    name : str
        How the request is called.
    request : NewRequest
    evidence : Evidence
    most : int
        Matches shown of each kind.
    """
    who = request.applicant.strip() or "申请人不明"
    when = f"，{request.received_on} 收到" if request.received_on else ""
    lines = [f"{name}：{who}{when}"]
    lines.append(f"  同一申请人的相近申请：{evidence.n_same_applicant} 件")
    lines += _matches(evidence.same_applicant, evidence.n_same_applicant, most)
    people = f"，{evidence.n_similar_applicants} 个申请人" if evidence.n_similar else ""
    lines.append(f"  内容相同或相近的申请（不论何人）：{evidence.n_similar} 件{people}")
    lines += _matches(evidence.similar, evidence.n_similar, most)
    if evidence.n_in_month is not None:
        fee = f"，按件计收的档次为 {evidence.fee_by_items} 元" if evidence.fee_by_items else ""
        lines.append(f"  该申请人当月连同本件共 {evidence.n_in_month} 件{fee}")
    if evidence.to_verify:
        lines.append("  请核实：")
        lines += [f"    - {sentence}" for sentence in evidence.to_verify]
    own = [n for n in evidence.notices if not n[0].isdigit()]  # those of the register stand above
    lines += [f"  注意：{notice}" for notice in own]
    return "\n".join(lines)


def show_overview(seen: Overview, most: int) -> str:
    """A register at a glance, `most` entries of each list."""
    lines = [f"登记簿共 {seen.n_requests} 件，申请人 {seen.n_applicants} 个。"]
    lines += [f"  - {notice}" for notice in seen.notices]
    lines += ["", f"同一申请人提过两次以上的相近内容：{len(seen.asked_again)} 组"]
    for again in seen.asked_again[:most]:
        name = again.applicant + ("（仅姓名相同）" if again.by_name_only else "")
        alike = f"相似 {again.least_similarity:.2f}"
        lines.append(f"  {name}：{len(again.cases)} 件，{alike}　“{again.excerpt}”")
        lines += [f"    {_case(case)}" for case in again.cases[:most]]
        lines += _more(len(again.cases), most, "    ")
    lines += _more(len(seen.asked_again), most)
    lines += ["", f"两个以上申请人提的同一内容：{len(seen.asked_by_many)} 组"]
    lines += [
        f"  {many.n_applicants} 个申请人，{many.n_requests} 件，例如 {_case(many.first)}"
        f"　“{many.excerpt}”"
        for many in seen.asked_by_many[:most]
    ]
    lines += _more(len(seen.asked_by_many), most)
    lines += ["", f"一个月超过10件的：{len(seen.months)} 人次"]
    lines += [
        f"  {m.applicant}　{m.month:%Y年%m月}　{m.n_requests} 件　"
        f"按件计收的档次 {m.fee_by_items} 元"
        for m in seen.months[:most]
    ]
    lines += _more(len(seen.months), most)
    return "\n".join([*lines, "", AS_EVIDENCE])


def _matches(matches: tuple[Match, ...], n_all: int, most: int) -> list[str]:
    lines = []
    for match in matches[:most]:
        case = CaseRef(match.row, match.case_id, match.received_on, match.replied_on)
        basis = f"（{match.basis}）" if match.basis else ""
        lines.append(f"    {_case(case)}，相似 {match.similarity:.2f}{basis}")
        if match.differences:
            pairs = "；".join(f"“{old}”→“{new}”" for old, new in match.differences)
            warning = "（数字不同，可能不是同一信息）" if match.numbers_differ else ""
            lines.append(f"      不同之处：{pairs}{warning}")
    return lines + _more(n_all, min(most, len(matches)), "    ")


def _case(case: CaseRef) -> str:
    number = case.case_id or f"第 {case.row + 1} 行"
    received = f"{case.received_on} 收到" if case.received_on else "收到日期不明"
    replied = f"{case.replied_on} 答复" if case.replied_on else "没有答复日期"
    return f"{number}　{received}，{replied}"


def _more(n: int, shown: int, indent: str = "  ") -> list[str]:
    return [f"{indent}…… 另有 {n - shown}"] if n > shown else []
