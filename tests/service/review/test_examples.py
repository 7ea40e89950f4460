import json

from service.review.examples import examples, export_examples, is_held_out


def test_a_text_is_on_one_side_however_often_it_came(session, add_case):
    for n in range(60):
        text = f"关于第{n}号地块的来信"
        add_case(text=text, state="reviewed")
        add_case(text=text, state="reviewed", topic="planning")
    learnt = list(examples(session, held_out=False))
    judged = list(examples(session, held_out=True))
    assert len(learnt) + len(judged) == 60
    assert not {e.text for e in learnt} & {e.text for e in judged}
    assert 2 <= len(judged) <= 25


def test_what_the_model_said_alone_is_no_example(session, add_case):
    add_case(state="accepted")
    add_case(state="review")
    assert not list(examples(session, held_out=False)) + list(examples(session, held_out=True))


def test_an_export_that_leaves_the_office_names_nobody(session, add_case, tmp_path):
    texts = [f"我叫王小明，电话13912345678，来信{n}，问宅基地怎么批。" for n in range(20)]
    cases = [add_case(text=text, state="reviewed") for text in texts]
    n_learnt = sum(not is_held_out(case.text_key) for case in cases)
    path = tmp_path / "examples.jsonl"
    assert export_examples(session, path, redacted=True) == n_learnt
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    assert all("13912345678" not in row["text"] for row in rows)
    assert rows[0]["topic"] == "land"
    export_examples(session, path, redacted=False)
    assert "13912345678" in path.read_text("utf-8")
