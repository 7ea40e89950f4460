"""A year over HTTP: figures signed and kept, drafts from the store, versions nobody overwrites."""

import json
import shutil
from decimal import Decimal
from pathlib import Path

import pytest

from models.resources import data_path
from service.cases.importing.run import preview_file, run_import, start_import
from service.report.drafting.prepare import draft_report

SAMPLES = Path(data_path("samples"))
YEAR = "/v1/years/2020"


@pytest.fixture
def clerk(person):
    return person("clerk")


def put(client, *entries, **headers):
    body = {"entries": [dict(zip(("figure", "value", "note"), e, strict=False)) for e in entries]}
    return client.post(f"{YEAR}/figures", json=body, headers=headers)


def entered(client):
    return {e["figure"]: e for e in client.get(f"{YEAR}/figures").json()["entered"]}


def test_newest_entry_is_in_force_and_all_are_kept(clerk, person):
    reviewer = person("reviewer")
    assert put(clerk, ("t2.normative.made", "3")).json() == {"n_changed": 1}
    assert put(reviewer, ("t2.normative.made", "4", "重数过")).json() == {"n_changed": 1}
    assert put(reviewer, ("t2.normative.made", "4", "重数过")).json() == {"n_changed": 0}
    one = entered(clerk)["t2.normative.made"]
    assert (one["value"], one["entered_by"], one["note"]) == ("4", "reviewer1", "重数过")
    history = clerk.get(f"{YEAR}/figures/t2.normative.made/history").json()
    assert [(e["value"], e["entered_by"]) for e in history] == [("4", "reviewer1"), ("3", "clerk1")]


def test_figure_taken_back_is_unknown_not_zero(clerk):
    put(clerk, ("t2.normative.made", "3"))
    put(clerk, ("t2.normative.made", ""))
    assert "t2.normative.made" not in entered(clerk)
    assert clerk.get(f"{YEAR}/figures/t2.normative.made/history").json()[0]["value"] is None


@pytest.mark.parametrize(
    "entry",
    [("t2.normative.made", "三"), ("t2.normative.made", "-1"), ("t2.normative.made", "1.5"),
     ("t3.3.1.total", "5"), ("nothing", "5"), ("about.颜色", "红"), ("t2.normative.made", "NaN")],
)  # fmt: skip
def test_wrong_entry_stores_nothing_of_the_batch(clerk, entry):
    answer = put(clerk, ("t2.rules.made", "1"), entry)
    assert (answer.status_code, answer.json()["code"]) == (422, "year")
    assert entered(clerk) == {}


def test_deciding_needs_the_right_to_approve(clerk, person):
    entry = ("decision.sum.active", "采用填报数", "以系统为准")
    assert put(clerk, entry).status_code == 403
    assert put(person("reviewer"), entry).status_code == 201


@pytest.fixture
def sample(app, clerk, tmp_path):
    """The sample year in the store: its register imported, its workbook entered."""
    path = tmp_path / "requests_2020.csv"
    shutil.copy(SAMPLES / "requests_2020.csv", path)
    with app.state.database.session() as session:
        mapping = preview_file(session, path).mapping
        started = start_import(session, "王芳", path, mapping)
    done = run_import(app.state.database, started.id, path)
    assert done.n_rejects == 0
    with (SAMPLES / "figures_2020.xlsx").open("rb") as file:
        answer = clerk.post(f"{YEAR}/figures/workbook", files={"file": ("数据表.xlsx", file)})
    assert answer.status_code == 201, answer.text
    return clerk


def test_draft_from_the_store_prints_what_the_files_print(sample):
    answer = sample.get(f"{YEAR}/draft")
    assert answer.status_code == 200, answer.text
    stored = {f["id"]: f for f in answer.json()["content"]["figures"]}
    files = draft_report(2020, SAMPLES / "requests_2020.csv", SAMPLES / "figures_2020.xlsx")
    compared = 0
    for figure in files.figures:
        if figure.id.startswith(("t2.", "t3.", "t4.", "requests.")) and figure.id in stored:
            assert Decimal(str(stored[figure.id]["value"])) == figure.value, figure.id
            compared += 1
    assert compared > 100
    total = stored["t3.1.total"]["source"]
    assert total["kind"] == "cases"
    number = total["cases"][0]
    assert sample.get(f"/v1/cases/{number}").json()["number"] == number


def test_versions_hold_edits_and_files(sample, person):
    draft = sample.get(f"{YEAR}/draft").json()
    sentence = next(
        s for s in draft["content"]["sentences"]
        if s["place"].startswith("1/") and any("figure" in piece for piece in s["spans"])
    )  # fmt: skip
    words = "".join(f"【{p['text']}】" if "figure" in p else p["text"] for p in sentence["spans"])
    edits = {sentence["place"]: f"经统计，{words}"}
    made = sample.post(f"{YEAR}/draft/versions", json={"version": 0, "edits": edits})
    assert made.status_code == 201, made.text
    assert (made.json()["number"], made.json()["n_edits"]) == (1, 1)
    late = person("reviewer").post(f"{YEAR}/draft/versions", json={"version": 0})
    assert (late.status_code, late.json()["code"]) == (409, "stale_draft")
    path = f"{YEAR}/draft/versions/1"
    assert sample.get(path).content.startswith(b"PK")
    assert "经统计，" in sample.get(path, params={"kind": "html"}).text
    content = json.loads(sample.get(path, params={"kind": "json"}).content)
    assert content["form"] == "yangguang-draft/1"
    assert [v["number"] for v in sample.get(f"{YEAR}/draft/versions").json()] == [1]


@pytest.mark.parametrize("words", ["全年共收到申请999件。", "全年共收到申请【999件】。"])
def test_number_without_a_figure_is_refused(sample, words):
    draft = sample.get(f"{YEAR}/draft").json()
    place = next(s["place"] for s in draft["content"]["sentences"] if s["place"].startswith("1/"))
    answer = sample.post(f"{YEAR}/draft/versions", json={"version": 0, "edits": {place: words}})
    assert (answer.status_code, answer.json()["code"]) == (422, "year")
    assert sample.get(f"{YEAR}/draft/versions").json() == []


def test_version_that_is_not_there(clerk):
    assert clerk.get(f"{YEAR}/draft/versions/3").json()["code"] == "year"
