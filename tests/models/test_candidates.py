import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.candidates import read_request
from models.prediction import Candidate, Prediction

NEVER = {"refused.state_secret", "refused.third_party", "refused.security"}


def prediction(label):
    return Prediction(label, label, 0.9, "accept", (Candidate(label, label, 0.9),))


@pytest.mark.parametrize(
    ("request_text", "outcome"),
    [
        ("请提供某小区3栋201室的产权人是谁、有无抵押。", "refused.statutory_query"),
        ("要求查处村支书违法占地，给我们一个说法！", "declined.petition"),
        ("申请公开2015年以来历年违法用地统计表。", "unavailable.needs_creation"),
        ("申请公开该项目专题会议纪要。", "refused.process"),
        ("申请公开拆除案的询问笔录和立案审批表。", "refused.enforcement_file"),
        ("申请公开你局2020年考勤表。", "refused.internal"),
        ("申请提供2019年国土资源年鉴。", "declined.publication"),
        ("请书面确认我手里的批复是否真实有效。", "declined.reconfirm"),
        ("申请公开征地批复（政土字〔2019〕33号）。", "granted"),
    ],
)
def test_hints(request_text, outcome):
    found = read_request(request_text).candidates
    assert outcome in [candidate.outcome for candidate in found]
    assert all(candidate.verify and candidate.why for candidate in found)


def test_only_reconfirmation_has_no_article():
    requests = "考勤表 会议纪要 询问笔录 年鉴 登记簿 统计表 用地批复 举报"
    for candidate in read_request(requests).candidates:
        assert candidate.article.startswith("第")


def test_registration_policy_is_no_registration_record():
    found = read_request("申请公开不动产登记资料查询的收费办法和登记政策。").candidates
    assert "refused.statutory_query" not in [candidate.outcome for candidate in found]


def test_papers_of_a_case_are_no_demand_for_action():
    found = read_request("举报以后一直没有结果，申请公开该案行政处罚决定书。").candidates
    assert "declined.petition" not in [candidate.outcome for candidate in found]


def test_another_offices_matter_names_the_office():
    answers = {"topic": prediction("out_of_scope"), "subtopic": prediction("801")}
    first = read_request("申请公开小区物业费收支。", answers).candidates[0]
    assert first.outcome == "unavailable.not_held"
    assert first.agency
    assert first.agency in first.verify
    assert "检索" in first.verify


@given(st.text(max_size=300))
def test_secrecy_and_harm_are_never_suspected(text):
    marked = text + "涉密坐标，他人隐私，商业秘密，危及公共安全，你局没有"
    found = read_request(marked)
    codes = {candidate.outcome for candidate in found.candidates}
    assert not codes & (NEVER | {"unavailable.not_held"})
    for candidate in found.candidates:
        for evidence in candidate.evidence:
            assert marked[evidence.start : evidence.end] == evidence.text
