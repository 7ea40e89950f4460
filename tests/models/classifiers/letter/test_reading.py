"""Letters written for these tests: as bureaus, judgments and scanners give them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.classifiers.letter.reading import read_letter
from models.classifiers.letter.several import count_letters
from models.replies import load_reader, rules_alone

LETTERS = [
    # 予以公开
    (
        "经查，你申请的用地批复属于可公开范围，依据《条例》第三十六条第（二）项，现向你公开。",
        "granted",
    ),
    (
        "被告于3月2日作出答复，告知原告其申请的规划图已在市政府网站主动公开，并附查询路径。",
        "granted",
    ),
    ("原国土局答复称，所需出让合同复印件已随信邮寄，请查收。", "granted"),
    ("第三方书面回复同意公开，本局决定向您提供评估报告一份。", "granted"),
    ("你要求公开的文件依申请可以公开，请凭身份证到我局领取。", "granted"),
    # 部分公开
    ("依据第三十七条作区分处理，现将隐去他人身份证号的登记表提供给你。", "partial"),
    ("您申请的批文现向您提供；会议纪要属于过程性信息，不予公开。", "partial"),
    ("1、征地批复，已主动公开，可登录门户网站查询。2、听证笔录，经检索不存在。", "partial"),
    # 不予公开
    ("该地形图属于秘密级测绘成果，依法不予公开。", "refused.state_secret"),
    ("因涉及国家秘密，决定不予公开。", "refused.state_secret"),
    (
        "依照《档案法》第二十八条，未开放档案不得擅自公开，属于法律禁止公开的信息。",
        "refused.forbidden",
    ),
    ("公开该水源地坐标可能危机公共安全，故不予公开。", "refused.security"),
    ("经征求该公司意见，其不同意公开，且涉及商业秘密，不予公开。", "refused.third_party"),
    ("答复称涉及他人隐私，权利人明确拒绝公开。", "refused.third_party"),
    ("您申请的值班安排属于内部管理信息，不予公开。", "refused.internal"),
    ("会议纪要系处于讨论、研究过程中的过程性信息，不属于应当公开的范围。", "refused.process"),
    ("询问笔录等材料属于行政法案卷信息，根据第十六条第二款不予公开。", "refused.enforcement_file"),
    ("房屋登记档案应按《不动产登记资料查询暂行办法》到登记中心查询。", "refused.statutory_query"),
    ("依照第三十六条第七项，请依照有关法律、行政法规的规定办理。", "refused.statutory_query"),
    # 无法提供
    ("经反复查找，我局未制作、未获取该信息，该信息不存在。", "unavailable.not_held"),
    ("你申请的事项不属于我局职责，建议向区住建局咨询。", "unavailable.not_held"),
    ("原告所申请的材料本机关没有掌握。", "unavailable.not_held"),
    ("該信息經檢索不存在，特此告知。", "unavailable.not_held"),
    ("所申请信息需要本机关进行汇总、加工，依据第三十八条不予提供。", "unavailable.needs_creation"),
    ("该统计表并非现有信息，要重新制作，我局不予提供。", "unavailable.needs_creation"),
    ("你补正后申请内容仍不明确，无法检索，我局无法提供。", "unavailable.unclear"),
    # 不予处理
    (
        "你的申请实为举报他人违建，不作为政府信息公开申请处理，可通过信访渠道反映。",
        "declined.petition",
    ),
    ("我局已于2021年就相同内容作出答复，根据第三十六条第六项不予重复处理。", "declined.repeat"),
    ("《土地年鉴》属于公开出版物，可到图书馆借阅或书店购买。", "declined.publication"),
    ("你申请的数量、频次明显超过合理范围，理由不合理，不予处理。", "declined.excessive"),
    ("你要求我局确认已获取的规划许可证是否真实有效并重新盖章，不予办理。", "declined.reconfirm"),
    # 其他处理
    ("补正期限届满，你未补正，视为放弃申请，本机关不再处理。", "other.no_correction"),
    ("你未在二十个工作日内按收费通知缴纳信息处理费，视为放弃申请。", "other.unpaid_fee"),
    ("申请人已书面撤回申请，本件终止办理。", "other.other"),
    ("你申请的内容不属于《条例》第二条所称的政府信息。", "other.other"),
]

PROCEDURAL = [
    ("补正告知书：请你于十日内补充文件名称。逾期不补正的，视为放弃申请。", "correction"),
    ("《补正通知书》要求原告提供相关证明，逾期视为放弃，将不予公开。", "correction"),
    ("因检索量大，答复期限延长二十个工作日。", "extension"),
    ("征求意见书：贵公司是否同意公开该合同？请于15个工作日内书面回复。", "third_party"),
    ("请于收到本通知次日起20个工作日内缴纳信息处理费300元，逾期未缴纳的视为放弃。", "fee"),
    ("登记回执：您的申请已收到，登记编号2024-17，将于20个工作日内答复。", "receipt"),
]

MISLEADING = [
    # another law's article 36
    (
        "依据《行政许可法》第三十六条已听取意见；经检索，你申请的信息不存在。",
        "unavailable.not_held",
    ),
    # the applicant's own words
    ("您提出“不予公开没有法律依据”的意见已收悉。现向您提供该批复复印件。", "granted"),
    # a contact and a courtesy after a refusal
    (
        "属于过程性信息，不予公开。处罚结果已在网站公布，可自行查阅。如有疑问请致电咨询。",
        "refused.process",
    ),
    # 第三十六条第（五）项 names an agency; that is no provision
    ("不属于本机关负责公开，请向市水利局提出申请，联系电话8800。", "unavailable.not_held"),
    # a correction that mentions a refusal
    ("补正告知书：涉密内容可能不予公开，请你于7日内明确所需文件名称。", "procedural.correction"),
    # public interest prevails over the third party
    (
        "第三方不同意公开，但不公开可能对公共利益造成重大影响，决定予以公开，随函附复印件。",
        "granted",
    ),
    # a revoked refusal
    ("撤销我局此前以过程性信息为由作出的不予公开答复。现提供该报告复印件一份。", "granted"),
]


def kind(letter):
    (answer,) = rules_alone().read([letter])
    return f"procedural.{answer.procedural}" if answer.procedural else answer.outcome


@pytest.mark.parametrize(("letter", "outcome"), LETTERS)
def test_every_row_is_read(letter, outcome):
    assert kind(letter) == outcome


@pytest.mark.parametrize(("letter", "code"), PROCEDURAL)
def test_procedural_letters_are_no_outcome(letter, code):
    (answer,) = rules_alone().read([letter])
    assert (answer.outcome, answer.procedural) == (None, code)
    assert "不是办理结果" in answer.name
    assert answer.notices[0].startswith("这是")


@pytest.mark.parametrize(("letter", "outcome"), MISLEADING)
def test_misleading_letters(letter, outcome):
    assert kind(letter) == outcome


def test_a_refusal_without_a_reason_names_no_row():
    (answer,) = rules_alone().read(["作出《政府信息不予公开告知书》（2022年第7号）。"])
    assert answer.outcome is None
    assert answer.decision == "review"
    assert "不予公开" in answer.name


@pytest.mark.parametrize("letter", ["", " \n", "您好。", "感谢您的来信，祝工作顺利！"])
def test_no_decision_is_said_and_goes_to_review(letter):
    (answer,) = rules_alone().read([letter])
    assert answer.outcome is None
    assert answer.procedural is None
    assert answer.decision == "review"


@pytest.mark.parametrize(
    ("letter", "outcome"),
    [
        (
            "依据《条例》第二十一条第（一）项，该信息属于公开范围，可到档案室查阅。2012年3月5日",
            "granted",
        ),
        ("依据《条例》第二十一条第（三）项，告知如下。", "unavailable.not_held"),
        ("根据2007年《条例》第二十三条征求意见，权利人不同意公开。", "refused.third_party"),
    ],
)
def test_old_law_is_recognised_and_said(letter, outcome):
    (answer,) = rules_alone().read([letter])
    assert answer.is_old_law
    assert answer.outcome == outcome
    assert any("2007" in notice for notice in answer.notices)


def test_broken_lines_and_misprints_change_nothing():
    clean = "经检索，我局未制作该信息，根据《条例》第三十六条第（四）项告知不存在。"
    broken = "经检 索，我\n局末制作该信\n息，根据《条列》笫三十六条第 （四） 项告知不存\n在。"
    assert kind(clean) == kind(broken) == "unavailable.not_held"


def test_items_are_read_one_by_one():
    letter = (
        "关于您的申请，答复如下：\n一、征地批复：予以公开，复印件附后。\n"
        "二、会议记录：属于过程性信息，依据《条例》第十六条第二款不予公开。\n"
        "三、各户补偿汇总表：需要加工汇总，依据第三十八条不予提供。\n如不服本答复，可申请行政复议。"
    )
    (answer,) = rules_alone().read([letter])
    assert [item.outcome for item in answer.items] == [
        "granted",
        "refused.process",
        "unavailable.needs_creation",
    ]
    assert [item.number for item in answer.items] == ["一", "二", "三"]
    assert answer.outcome == "partial"
    assert answer.decision == "review"
    assert "人工确认" in answer.notices[0]


def test_sections_of_a_letter_are_no_items():
    letter = (
        "一、申请情况。你申请公开围填海批复。二、检索情况。我局检索了档案系统，未找到。"
        "三、处理意见。该信息不存在，依据第三十六条第（四）项告知。四、救济途径。可申请复议。"
    )
    (answer,) = rules_alone().read([letter])
    assert answer.outcome == "unavailable.not_held"


@given(st.text(max_size=400))
def test_any_text_is_read(text):
    reading = read_letter(text)
    assert len(reading.items) >= 1
    for item in reading.items:
        for hit in item.hits:
            start, end = reading.letter.original_span(hit.start, hit.end)
            assert 0 <= start < end <= len(text)


@given(st.sampled_from([letter for letter, _ in LETTERS]), st.integers(0, 80))
def test_evidence_is_a_span_of_the_letter_as_received(letter, cut):
    text = letter[:cut] + "\n" + letter[cut:]
    (answer,) = rules_alone().read([text])
    assert all(text[e.start : e.end] == e.text for e in answer.evidence)


ONE = (
    "关于张某申请的答复书\n"
    "经检索，该信息不存在，依据《条例》第三十六条第（四）项告知。\n2024年3月1日"
)
TWO = "关于李某申请的答复书\n你申请的规划许可证经检索，该信息不存在。\n二〇二四年三月五日"


def test_two_letters_in_one_cell_go_to_a_person():
    (one, both) = load_reader().read([ONE, f"{ONE}\n\n{TWO}"])
    assert one.decision == "accept"
    assert not any("封答复书" in notice for notice in one.notices)
    assert "这里像是有 2 封答复书" in both.notices[0]
    assert both.decision == "review"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "规划局\n政府信息公开答复书\n关于张某申请的答复\n现予公开。\n2024年3月1日\n附件：1.批复",
        "本局2024年3月1日收到申请，关于李某申请的答复书另行送达。",
    ],
)
def test_titles_and_dates_of_one_letter_are_one_letter(text):
    assert count_letters(text) == 1


OCR = [
    # lines broken anywhere, blanks in words, misread characters
    (
        "该信 息公开后可能危\n机国家安\n全，依据《政府信息公开条列》笫十\n四条，不于公\n开。",
        "refused.security",
    ),
    ("属 于行政法案\n卷信息，笫十六条\n笫二款，决定不\n予公开。", "refused.enforcement_file"),
    ("经检索，该信 息末制\n作、末获取，不\n仔在。", "unavailable.not_held"),
    ("該資訊屬於過程性資訊，依條例第十六條第二款，不予公開。", "refused.process"),
    ("經徵求第三方意見，其不同意公開，涉及商業秘密，不予公開。", "refused.third_party"),
]


@pytest.mark.parametrize(("letter", "outcome"), OCR)
def test_scanned_and_traditional_letters(letter, outcome):
    assert kind(letter) == outcome
