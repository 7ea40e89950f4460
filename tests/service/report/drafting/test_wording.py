"""A generator in a draft: what it words, what is refused, and that the draft never suffers."""

import asyncio
from dataclasses import replace

import pytest

from models.resources import data_path
from models.summarizers.generation.errors import GenerationError
from models.summarizers.generation.request import Cancellation
from models.summarizers.generation.rewriting import Rewriter
from service.api.wording import cancelled_with
from service.report.drafting.draft import Cited, Written
from service.report.drafting.guard import guard
from service.report.drafting.prepare import build_draft
from service.report.drafting.provenance import draft_json, trace
from service.report.drafting.wording import Wording
from service.report.figures.cases import read_cases
from service.report.figures.entered import EnteredText, read_material
from service.report.formats import format_for_year, load_format

REQUESTS = data_path("samples", "requests_2020.csv")
FIGURES = data_path("samples", "figures_2020.xlsx")
OWN = "全年新收申请{t3.1.total}，其中自然人申请{t3.1.natural}，答复的及时性有待提升"


class Scripted:
    """Answers each text by a function; what it raises is the generator's failure."""

    name = "scripted"

    def __init__(self, answer):
        self.answer, self.asked = answer, []

    def stream(self, request, limits, cancellation=None):
        self.asked.append(request)
        yield self.answer(request)


def same(request):
    return request.text


@pytest.fixture(scope="module")
def material():
    form = load_format(format_for_year(2020))
    own = EnteredText("w1", "信息管理", OWN, "", "文字!C9")
    read = read_material(FIGURES, 2020, form)
    return form, replace(read, texts=[own]), read_cases(REQUESTS, 2020)


def drafted(material, answer, seconds=600.0):
    form, read, cases = material
    generator = Scripted(answer)
    wording = Wording(Rewriter(generator), seconds)
    return build_draft(2020, form, read, cases, [], wording=wording), generator


def own_sentence(draft):
    return next(s for _, s in draft.sentences() if any(isinstance(x, Written) for x in s.spans))


def polished(material, old, new):
    made, _ = drafted(material, lambda r: r.text.replace(old, new))
    return own_sentence(made), draft_json(made)["generated"][-1]


def test_a_matter_gets_a_name_that_its_texts_back(material):
    def answer(request):
        return request.text.removeprefix("请求公开") if request.task == "topic" else request.text

    made, generator = drafted(material, answer)
    first = made.hot_topics[0]
    assert first.quoted.text == "青禾区柳湾村征地补偿安置方案"
    assert "青禾区柳湾村征地补偿安置方案（" in "".join(s.text for _, s in made.sentences())
    assert "青禾区柳湾村征地补偿安置方案" in made.figures[first.figure.id].name
    data = draft_json(made)
    entry = data["generated"][0]
    assert (entry["place"], entry["generated"], entry["reasons"]) == ("关注事项1", True, [])
    assert entry["original"] == "青禾区柳湾村征地补偿"
    assert entry["generator"] == "scripted"
    assert trace(data, first.figure.id)
    # only redacted names and examples are shown to it, and the person's own sentences
    tasks = [request.task for request in generator.asked]
    assert tasks == ["topic"] * len(made.hot_topics) + ["polish"]


def test_two_matters_never_get_one_name(material):
    made, _ = drafted(material, lambda r: "征地红线图" if r.task == "topic" else r.text)
    names = [matter.quoted.text for matter in made.hot_topics]
    assert len(names) == len(set(names))
    kinds = [entry["kinds"] for entry in draft_json(made)["generated"]]
    assert ["order"] in kinds


def test_a_sentence_is_polished_and_its_figures_stay_cited(material):
    sentence, entry = polished(material, "答复的及时性有待提升", "答复及时性有待提高。")
    assert sentence.text.endswith("答复及时性有待提高。")
    assert [s.figure_id for s in sentence.spans if isinstance(s, Cited)] == ["t3.1.total", "t3.1.natural"]  # fmt: skip  # noqa: E501
    assert entry["generated"]
    assert entry["place"].startswith("第一部分第")


@pytest.mark.parametrize(
    ("old", "new", "kind"),
    [
        ("279件", "297件", "number"),
        ("有待提升", "良好", "word"),
        ("其中自然人", "其中法人", "word"),
        ("，其中", "，群众满意，其中", "word"),
        ("279件", "二百七十九件", "number"),
    ],
)
def test_what_either_guard_refuses_leaves_the_sentence_as_it_was(material, old, new, kind):
    sentence, entry = polished(material, old, new)
    assert sentence.text == "全年新收申请279件，其中自然人申请270件，答复的及时性有待提升。"
    assert not entry["generated"]
    assert kind in entry["kinds"]
    assert entry["proposed"]
    assert entry["reasons"]


def test_a_generator_that_fails_costs_nothing_but_itself(material):
    def answer(request):
        raise GenerationError("与生成服务的连接中断", "server")

    made, generator = drafted(material, answer)
    plain = build_draft(2020, *material, [])
    assert [s.text for _, s in made.sentences()] == [s.text for _, s in plain.sentences()]
    assert len(generator.asked) == 2
    assert {tuple(e["kinds"]) for e in draft_json(made)["generated"]} == {("unfinished",)}
    guard(made)


def test_no_text_is_asked_for_once_the_time_is_spent(material):
    made, generator = drafted(material, same, seconds=0.0)
    assert generator.asked == []
    assert draft_json(made)["generated"] == []


def test_without_a_generator_nothing_is_generated(material):
    assert draft_json(build_draft(2020, *material, []))["generated"] == []


def test_a_caller_who_hangs_up_ends_the_generation():
    class Gone:
        async def receive(self):
            return {"type": "http.disconnect"}

    class There:
        async def receive(self):
            await asyncio.sleep(60)

    async def cancelled(request):
        async with cancelled_with(request) as cancellation:
            assert isinstance(cancellation, Cancellation)
            await asyncio.sleep(0.01)
            return cancellation.is_cancelled

    assert asyncio.run(cancelled(Gone()))
    assert not asyncio.run(cancelled(There()))
