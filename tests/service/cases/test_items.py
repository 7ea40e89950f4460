"""Items of a split case: each its outcome, the case's follows; nothing is erased."""

import datetime as dt

import pytest
from sqlalchemy import select

from models.prediction import Candidate, Prediction
from service.cases.errors import CaseError, StaleCase
from service.cases.in_force import standings
from service.cases.items import items_of
from service.cases.itemwise import assign_items
from service.cases.labelling import append_predictions, assign
from service.cases.registering import NewCase, register_case
from service.cases.repository import get_case
from service.cases.selection import Selection
from service.cases.statistics import count_by
from service.cases.tables import Assignment, Item
from service.drafts.register import COUNT_ITEMS, case_number, table_of
from service.review.decisions import accept, split, undo, undoable

WANTED = ["征地批复", "补偿登记表", "会议纪要"]


def answer(label):
    return Prediction(label, "", 0.99, "accept", (Candidate(label, "", 0.99),), ())


@pytest.fixture
def number(database):
    """A closed application of three things, labelled by the model and split by a person."""
    with database.session() as session:
        new = NewCase(
            "disclosure", dt.date(2025, 3, 3), "请公开征地批复、补偿登记表、会议纪要。",
            number="依申请-1", closed_on=dt.date(2025, 3, 20), channel="network",
            applicant_type="natural",
        )  # fmt: skip
        case = register_case(session, "王芳", new)
        said = {"topic": answer("land"), "subtopic": answer("203"), "intent": answer("disclosure"),
                "outcome": answer("granted")}  # fmt: skip
        append_predictions(session, {case.id: said}, "m@1")
        return split(session, "王芳", case.number, case.version, WANTED).number


def decide(database, number, *codes, actor="王芳"):
    """Outcomes of the first items, as one decision."""
    with database.session() as session:
        case = get_case(session, number)
        ids = [found.item.id for found in items_of(session, case)]
        assign_items(session, actor, number, case.version, dict(zip(ids, codes, strict=False)))


def seen(database, number):
    with database.reading() as session:
        case = get_case(session, number)
        return case.outcome, case.state, standings(session, [case.id])[case.id].is_judged


@pytest.mark.parametrize(
    ("codes", "outcome", "state", "is_judged"),
    [
        (("granted", "granted", "granted"), "granted", "accepted", True),
        (("granted", "partial", "granted"), "partial", "accepted", True),
        (("granted", "refused.internal", "granted"), "partial", "review", False),
        (("refused.internal", "unavailable.not_held", "refused.internal"), "refused.internal",
         "review", False),
        (("granted", "refused.internal"), "granted", "review", False),  # the third is open
    ],
)  # fmt: skip
def test_outcome_of_the_case_follows_from_its_items(
    database, number, codes, outcome, state, is_judged
):
    decide(database, number, *codes)
    assert seen(database, number) == (outcome, state, is_judged)


def test_mixed_case_is_counted_as_partial_and_asked_about_until_confirmed(database, number):
    decide(database, number, "granted", "refused.internal", "unavailable.not_held")
    with database.reading() as session:
        table = table_of(session, 2025)
        assert table.frame["outcome"].to_list() == ["partial"]  # one case, however many items
        assert [issue.kind for issue in table.issues] == ["review"]
        counts = count_by(session, Selection(year=2025), "outcome")
        assert [(count.value, count.n_cases) for count in counts] == [("partial", 1)]
    with database.session() as session:
        accept(session, "李明", number, get_case(session, number).version)
    assert seen(database, number) == ("partial", "reviewed", True)
    with database.reading() as session:
        assert not table_of(session, 2025).issues


def test_office_may_count_by_items(database, number):
    decide(database, number, "granted", "refused.internal")
    with database.reading() as session:
        session.info[COUNT_ITEMS] = True
        table = table_of(session, 2025)
    counted = table.frame.select("id", "outcome").rows()
    assert counted == [
        (f"{number} 第1项", "granted"), (f"{number} 第2项", "refused.internal"),
        (f"{number} 第3项", "granted"),  # as the letter was read: nobody decided this item
    ]  # fmt: skip
    assert [(issue.case_id, issue.kind) for issue in table.issues] == [
        (f"{number} 第3项", "review")
    ]
    assert {case_number(id) for id, _ in counted} == {number}


def test_what_came_last_is_in_force(database, number):
    decide(database, number, "granted", "refused.internal", "granted")
    with database.session() as session:
        version = get_case(session, number).version
        assign(session, "李明", number, version, {"outcome": "unavailable.not_held"})
    assert seen(database, number)[0] == "unavailable.not_held"
    decide(database, number, "granted", "granted", "granted")
    assert seen(database, number)[0] == "granted"


def test_undo_takes_the_whole_decision_back_and_erases_nothing(database, number):
    decide(database, number, "granted", "granted", "granted")
    decide(database, number, "refused.internal", "refused.internal")
    assert seen(database, number)[0] == "partial"
    with database.session() as session:
        case = get_case(session, number)
        assert undoable(session, "李明", case, is_queue=False) is None
        assert undoable(session, "王芳", case, is_queue=False) is case
        undo(session, "王芳", number, case.version)
    assert seen(database, number)[0] == "granted"
    with database.reading() as session:
        of_items = select(Assignment).where(Assignment.item_id.is_not(None))
        rows = session.scalars(of_items.order_by(Assignment.id)).all()
        assert [row.label for row in rows] == ["granted"] * 3 + ["refused.internal"] * 2 + [""] * 2


def test_splitting_anew_keeps_what_is_worded_as_before(database, number):
    decide(database, number, "granted", "refused.internal", "granted")
    with database.session() as session:
        version = get_case(session, number).version
        split(session, "李明", number, version, ["勘测定界图", *WANTED[:1], WANTED[2]])
    with database.reading() as session:
        case = get_case(session, number)
        found = [(f.item.position, f.item.text, f.outcome) for f in items_of(session, case)]
        assert found == [
            (1, "勘测定界图", ""),
            (2, WANTED[0], "granted"),
            (3, WANTED[2], "granted"),
        ]
        gone = session.scalars(select(Item).where(Item.is_withdrawn)).all()
        assert [item.text for item in gone] == [WANTED[1]]
    assert seen(database, number)[1:] == ("review", False)
    with database.session() as session:
        split(session, "李明", number, get_case(session, number).version, [])
    assert seen(database, number) == ("granted", "accepted", False)  # the model's again


def test_half_decided_items_are_not_accepted(database, number):
    decide(database, number, "granted")
    with database.session() as session, pytest.raises(CaseError, match="还有 2 项"):
        accept(session, "李明", number, get_case(session, number).version)


def test_what_does_not_belong_is_refused(database, number):
    with database.session() as session:
        other = register_case(
            session, "王芳", NewCase("disclosure", dt.date(2025, 3, 3), "再要一份。")
        )
        split(session, "王芳", other.number, other.version, ["甲", "乙"])
        foreign = items_of(session, other)[0].item.id
        case = get_case(session, number)
        own = items_of(session, case)[0].item.id
        for decided, words in (
            ({foreign: "granted"}, "没有这一项"),
            ({own: "pending"}, "不是办理结果"),
            ({}, "没有选"),
        ):
            with pytest.raises(CaseError, match=words):
                assign_items(session, "王芳", number, case.version, decided)
        with pytest.raises(StaleCase):
            assign_items(session, "王芳", number, case.version - 1, {own: "granted"})
