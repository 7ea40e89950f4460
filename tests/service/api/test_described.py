"""An integrator of the office reads the interface's documentation in Chinese."""

import pytest

from service.api.described import has_chinese, in_chinese
from service.server import create_server
from service.settings import Settings


@pytest.fixture(scope="module")
def document():
    return create_server(Settings()).openapi()


def undescribed(document):
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            place = f"{method} {path}"
            yield f"{place} summary", operation.get("summary", "")
            yield f"{place} description", operation.get("description", "中文")
            for parameter in operation.get("parameters", ()):
                yield f"{place} {parameter['name']}", parameter.get("description", "")
            for code, answer in operation["responses"].items():
                yield f"{place} {code}", answer["description"]
    for name, schema in document["components"]["schemas"].items():
        yield name, schema.get("description", "中文")
        for field, about in schema.get("properties", {}).items():
            yield f"{name}.{field}", about.get("description", "中文")


def test_every_description_is_chinese(document):
    missing = [place for place, words in undescribed(document) if not has_chinese(words)]
    assert missing == [], "say it in data/interface/openapi.toml"


def test_asking_twice_gives_the_same(document):
    app = create_server(Settings())
    assert app.openapi() == app.openapi() == document


def test_words_of_its_own_are_kept():
    made = {"paths": {"/healthz": {"get": {"description": "自己的说明", "responses": {
        "200": {"description": "Successful Response"}}}}}}  # fmt: skip
    in_chinese(made)
    operation = made["paths"]["/healthz"]["get"]
    assert operation["description"] == "自己的说明"
    assert operation["responses"]["200"]["description"] == "成功"
