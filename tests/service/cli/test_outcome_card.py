from models.candidates import read_request
from service.classification.outcomes import suspicion_json
from service.cli.outcome_card import render_outcome


def test_a_request_shows_what_to_verify_and_no_decision():
    shown = render_outcome(suspicion_json(read_request("申请公开该案询问笔录")))
    assert "不能判断" in shown
    assert "属于行政执法案卷（《条例》第十六条第二款）" in shown
    assert "先核实" in shown
    assert "%" not in shown
