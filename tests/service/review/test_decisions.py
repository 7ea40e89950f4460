import datetime as dt

import pytest
from sqlalchemy import select

from models.prediction import Candidate
from models.prediction import Prediction as Answer
from service.accounts.audit import verify
from service.cases.errors import CaseError, StaleCase
from service.cases.labelling import append_predictions, assign
from service.cases.tables import Assignment, Item
from service.review.decisions import (
    accept,
    mark_repeat,
    read_again,
    repeat_of,
    split,
    undo,
    undoable,
)


def answer(label, probability=0.6):
    return Answer(label, label, probability, "review", (Candidate(label, label, probability),))


@pytest.fixture
def case(session, add_case):
    made = add_case(state="new", topic="", intent="")
    said = {"topic": answer("land"), "subtopic": answer("201"), "intent": answer("inquiry")}
    append_predictions(session, {made.id: said}, "linear@1")
    return made


def test_accepting_makes_the_answers_the_persons_own(session, case):
    assert case.state == "review"
    accept(session, "wang", case.number, case.version)
    assert (case.state, case.topic, case.subtopic) == ("reviewed", "land", "201")
    with pytest.raises(CaseError, match="没有等待认可"):
        accept(session, "wang", case.number, case.version)


def test_accepting_keeps_what_a_person_corrected_before(session, case):
    assign(session, "wang", case.number, case.version, {"intent": "complaint"})
    accept(session, "li", case.number, case.version)
    assert (case.intent, case.topic) == ("complaint", "land")


def test_undo_takes_back_the_last_step_and_nothing_is_erased(session, case):
    accept(session, "wang", case.number, case.version)
    assign(session, "wang", case.number, case.version, {"intent": "complaint"})
    undo(session, "wang", case.number, case.version)
    assert case.intent == "inquiry"
    n_rows = len(session.scalars(select(Assignment)).all())
    undo(session, "wang", case.number, case.version)
    assert case.state == "review"
    assert len(session.scalars(select(Assignment)).all()) > n_rows


def test_nobody_takes_back_what_another_decided(session, case):
    accept(session, "wang", case.number, case.version)
    with pytest.raises(CaseError, match="没有你可以撤回"):
        undo(session, "li", case.number, case.version)


def test_the_second_of_two_clerks_is_told(session, case):
    seen = case.version
    accept(session, "wang", case.number, seen)
    with pytest.raises(StaleCase, match="wang"):
        assign(session, "li", case.number, seen, {"topic": "planning"})
    assert case.topic == "land"


def test_items_replace_an_earlier_split(session, case):
    split(session, "wang", case.number, case.version, ["要批复", "要公告", "要方案"])
    split(session, "wang", case.number, case.version, ["要批复", "要公告"])
    standing = select(Item).where(~Item.is_withdrawn).order_by(Item.position)
    found = session.scalars(standing).all()
    assert [(i.position, i.text) for i in found] == [(1, "要批复"), (2, "要公告")]
    split(session, "wang", case.number, case.version, [])
    assert not session.scalars(standing).all()


@pytest.mark.parametrize("texts", [["只有一项"], ["要批复", "  "], ["项"] * 51])
def test_a_split_needs_several_items_with_words(session, case, texts):
    with pytest.raises(CaseError, match="分项"):
        split(session, "wang", case.number, case.version, texts)


def test_a_repeat_points_back_in_time_and_can_be_taken_back(session, add_case, case):
    earlier = add_case(received_on=dt.date(2026, 1, 5))
    mark_repeat(session, "wang", case.number, case.version, earlier.number)
    assert repeat_of(session, case.id) == earlier
    with pytest.raises(CaseError, match="收到得晚"):
        mark_repeat(session, "wang", earlier.number, earlier.version, case.number)
    with pytest.raises(CaseError, match="它自己"):
        mark_repeat(session, "wang", case.number, case.version, case.number)
    mark_repeat(session, "wang", case.number, case.version, None)
    assert repeat_of(session, case.id) is None


def test_a_second_reader_changes_nothing_in_force(session, case):
    accept(session, "wang", case.number, case.version)
    read_again(session, "li", case.number, case.version, {"topic": "planning"})
    assert (case.topic, case.state) == ("land", "reviewed")
    with pytest.raises(CaseError, match="别人"):
        read_again(session, "wang", case.number, case.version, {"topic": "planning"})
    with pytest.raises(CaseError, match="第二人"):
        read_again(session, "zhao", case.number, case.version, {"topic": "planning"})


def test_every_step_stands_in_the_audit_trail(session, database, case):
    accept(session, "wang", case.number, case.version)
    split(session, "wang", case.number, case.version, ["要批复", "要公告"])
    session.commit()
    with database.reading() as reading:
        found = verify(reading)
    assert found.is_sound
    assert found.n_entries >= 2


def test_the_queue_offers_the_last_decision_of_the_person_and_no_other(session, add_case, case):
    fresh, others = add_case(), add_case()
    assign(session, "li", others.number, others.version, {"topic": "planning"})
    assert undoable(session, "wang", fresh, is_queue=True) is None
    accept(session, "wang", case.number, case.version)
    assert undoable(session, "wang", fresh, is_queue=True) == case
    assert undoable(session, "wang", fresh, is_queue=False) is None
    assert undoable(session, "wang", case, is_queue=False) == case
    undo(session, "wang", case.number, case.version)
    assert undoable(session, "wang", fresh, is_queue=True) is None


def test_an_application_asks_for_disclosure_whatever_a_model_says(session, add_case):
    case = add_case(kind="disclosure", state="new", topic="", intent="disclosure")
    said = {"topic": answer("land"), "subtopic": answer("201"), "intent": answer("complaint", 0.1)}
    append_predictions(session, {case.id: said}, "linear@1")
    assert (case.intent, case.state, case.doubt) == ("disclosure", "review", 0.4)
    with pytest.raises(CaseError, match="由登记的种类确定"):
        assign(session, "wang", case.number, case.version, {"intent": "complaint"})
    accept(session, "wang", case.number, case.version)
    assert (case.intent, case.state) == ("disclosure", "reviewed")
    layers = session.scalars(select(Assignment.layer).where(Assignment.case_id == case.id)).all()
    assert sorted(layers) == ["subtopic", "topic"]
