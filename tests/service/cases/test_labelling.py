"""The label in force: predictions and assignments are only added, and people win."""

import datetime as dt

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event, func, select

from models.prediction import Candidate, Evidence, Prediction
from service.cases.errors import CaseError, CaseNotFound, StaleCase
from service.cases.in_force import assignments_in_force
from service.cases.items import item_assignments
from service.cases.labelling import append_predictions, assign, withdraw_assignments
from service.cases.registering import NewCase, register_case
from service.cases.repository import get_case
from service.cases.tables import Assignment
from service.cases.tables import Prediction as Stored


def answer(label, probability=0.95, decision="accept"):
    candidates = (Candidate(label, "", probability),)
    return Prediction(label, "", probability, decision, candidates, (Evidence("林", 0, 1, 1.0),))


SURE = {"topic": answer("land"), "subtopic": answer("203"), "intent": answer("inquiry")}
UNSURE = SURE | {"topic": answer("land", 0.4, "review")}


@pytest.fixture
def number(database):
    with database.session() as session:
        new = NewCase("message", dt.date(2026, 3, 2), "征地补偿款什么时候发？", number="甲-1")
        return register_case(session, "王芳", new).number


def state(database, number):
    with database.reading() as session:
        case = get_case(session, number)
        labels = (case.topic, case.subtopic, case.intent, case.outcome)
        return (*labels, case.state, round(case.doubt, 4), case.version)


def predict(database, number, heads, model="m@1"):
    with database.session() as session:
        append_predictions(session, {get_case(session, number).id: heads}, model)


def test_predictions_come_into_force(database, number):
    assert state(database, number) == ("", "", "", "", "new", 1.0, 1)
    predict(database, number, UNSURE)
    assert state(database, number) == ("land", "203", "inquiry", "", "review", 0.6, 2)
    predict(database, number, SURE, "m@2")
    assert state(database, number) == ("land", "203", "inquiry", "", "accepted", 0.05, 3)
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Stored)) == 6


def test_same_prediction_makes_no_reader_stale(database, number):
    predict(database, number, SURE)
    predict(database, number, SURE, "m@2")
    assert state(database, number)[-1] == 2


def test_person_wins_over_later_models(database, number):
    predict(database, number, UNSURE)
    with database.session() as session:
        assign(session, "王芳", number, 2, {"topic": "planning", "subtopic": "102"})
    predict(database, number, SURE, "m@2")
    assert state(database, number)[:5] == ("planning", "102", "inquiry", "", "accepted")
    with database.session() as session:
        version = get_case(session, number).version
        assign(session, "王芳", number, version, {"intent": "complaint"})
    assert state(database, number)[:6] == ("planning", "102", "complaint", "", "reviewed", 0.0)


def test_undo_brings_back_what_was_before(database, number):
    predict(database, number, UNSURE)
    before = state(database, number)
    with database.session() as session:
        case = assign(session, "王芳", number, 2, {"topic": "planning", "subtopic": "102"})
        ids = [a.id for a in assignments_in_force(session, [case.id]).values()]
    with database.session() as session:
        withdraw_assignments(session, "王芳", number, 3, ids)
    assert state(database, number)[:6] == before[:6]
    with database.session() as session, pytest.raises(CaseError, match="已经撤回"):
        withdraw_assignments(session, "王芳", number, 4, ids)
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Assignment)) == 4


def test_second_of_two_clerks_is_told_and_overwrites_nothing(database, number):
    predict(database, number, UNSURE)
    with database.session() as session:
        assign(session, "王芳", number, 2, {"subtopic": "102"})
    with pytest.raises(StaleCase, match="王芳") as told, database.session() as session:
        assign(session, "李明", number, 2, {"subtopic": "301"})
    assert told.value.version == 3
    assert state(database, number)[:2] == ("planning", "102")


def test_moving_to_another_topic_opens_the_second_level(database, number):
    predict(database, number, SURE)
    with database.session() as session:
        assign(session, "王芳", number, 2, {"topic": "forestry"})
    assert state(database, number)[:6] == ("forestry", "", "inquiry", "", "review", 1.0)
    with database.session() as session:
        assign(session, "王芳", number, 3, {"subtopic": "301", "intent": "inquiry"})
    assert state(database, number)[:5] == ("forestry", "301", "inquiry", "", "reviewed")


def test_second_reader_never_comes_into_force(database, number):
    predict(database, number, SURE)
    with database.session() as session:
        assign(session, "李明", number, 2, {"topic": "planning"}, reader=2)
    assert state(database, number)[0] == "land"
    with database.reading() as session:
        assert session.scalars(select(Assignment)).one().prediction_id is None  # he saw none


@pytest.mark.parametrize(
    ("labels", "said"),
    [
        ({}, "没有给出"),
        ({"topic": "203"}, "不是主题的代码"),
        ({"colour": "red"}, "标签层"),
        ({"outcome": "refused"}, "不是办理结果的代码"),
        ({"topic": "planning", "subtopic": "203"}, "不在所选主题之下"),
    ],
)
def test_wrong_labels_are_refused(database, number, labels, said):
    with database.session() as session, pytest.raises(CaseError, match=said):
        assign(session, "王芳", number, 1, labels)


def test_unknown_case_is_told(database):
    with database.session() as session, pytest.raises(CaseNotFound, match="没有编号"):
        assign(session, "王芳", "无此号", 1, {"topic": "land"})


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("assign"), st.sampled_from(["land", "planning", "forestry"])),
        st.tuples(st.just("predict"), st.sampled_from(["land", "minerals"])),
        st.tuples(st.just("undo"), st.just("")),
    ),
    max_size=8,
)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_label_in_force_is_the_newest_word_of_a_person(database, steps):
    with database.session() as session:
        new = NewCase("message", dt.date(2026, 3, 2), "征地补偿款什么时候发？")
        number = register_case(session, "王芳", new).number
    assigned, predicted = [], ""
    for step, label in steps:
        with database.session() as session:
            case = get_case(session, number)
            if step == "assign":
                assign(session, "王芳", number, case.version, {"topic": label})
                assigned.append(label)
            elif step == "predict":
                append_predictions(session, {case.id: {"topic": answer(label)}}, "m@1")
                predicted = label
            elif assigned:
                newest = assignments_in_force(session, [case.id])[case.id, "topic"]
                withdraw_assignments(session, "王芳", number, case.version, [newest.id])
                assigned.pop()
        expected = assigned[-1] if assigned else predicted
        assert state(database, number)[0] == expected


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_labels_in_force_are_found_by_their_cases(database):
    """However many assignments there are: nearly all are of no item."""
    plans = []

    def explain(connection, cursor, statement, parameters, *_):
        if "FROM assignments" in statement and not statement.startswith("EXPLAIN"):
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
            plans.append(" ".join(row[3] for row in plan))

    event.listen(database.engine, "before_cursor_execute", explain)
    with database.reading() as session:
        assignments_in_force(session, [1, 2])
        item_assignments(session, [1, 2])
    assert "ix_assignments_case_layer" in plans[0]
    assert "ix_assignments_item" in plans[1]
