"""The sample year of `yangguang serve --demo`."""

from pathlib import Path

from sqlalchemy import func, select

from service.cases.tables import Case
from service.cli.sample_year import YEAR, load_sample_year
from service.cli.serve import _of_demo, _sample_words
from service.database.store import open_store
from service.drafts.versions import draft_year
from service.jobs.queue import open_ids
from service.settings import Settings


def test_the_sample_fills_an_empty_database_once(tmp_path):
    settings = Settings(data_dir=tmp_path)
    database = open_store(settings)
    assert load_sample_year(database, settings)
    with database.reading() as session:
        n = session.scalar(select(func.count()).select_from(Case))
        assert n == 292 + 160 + 4
        assert len(open_ids(session)) == 2
        draft = draft_year(session, YEAR).draft
    assert draft.agency
    assert draft.figures["t3.1.total"].value == 279
    assert not load_sample_year(database, settings)
    database.close()


def test_the_demo_has_a_place_of_its_own_whatever_the_environment_says():
    decided = _of_demo(demo=True)
    assert decided["accounts"] == "off"
    assert decided["data_dir"] == Path("yangguang-demo/data")
    assert _of_demo(demo=False) == {}


def test_the_first_words_lead_to_the_pages_of_the_sample_year(tmp_path):
    words = _sample_words(YEAR, Settings(data_dir=tmp_path, port=9000))
    assert f"http://127.0.0.1:9000/console/report/{YEAR}" in words
    assert f"http://127.0.0.1:9000/console/statistics?year={YEAR}" in words
