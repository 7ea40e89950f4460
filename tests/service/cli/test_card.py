from models.prediction import Candidate, Evidence, Prediction
from service.cli.card import render_card

TOPIC = Prediction(
    "land",
    "土地资源",
    0.934,
    "accept",
    (Candidate("land", "土地资源", 0.934), Candidate("planning", "规划管理", 0.05)),
    (Evidence("占用\n耕地", 0, 5, 0.8),),
)
INTENT = Prediction("help", "求助", 0.4, "review", (Candidate("help", "求助", 0.4),))


def test_a_card():
    assert render_card({"topic": TOPIC, "intent": INTENT}, "default@1") == (
        "主题：土地资源（land）　93.4%　【采纳】\n"
        "　其他可能：规划管理 5.0%\n"
        "　依据：“占用 耕地”\n"
        "\n"
        "诉求类型：求助（help）　40.0%　【复核】\n"
        "\n"
        "诉求类型拿不准，请人工复核。（模型 default@1）"
    )


def test_nothing_to_review():
    assert "可以采纳" in render_card({"topic": TOPIC}, "default@1")


def test_no_other_possibility_is_likelier_than_the_answer():
    candidates = (
        Candidate("201", "耕地保护", 0.3),
        Candidate("102", "控制性详细规划", 0.4),
        Candidate("202", "征地补偿", 0.2),
    )
    answer = Prediction("201", "耕地保护", 0.3, "review", candidates)
    card = render_card({"subtopic": answer}, "default@1")
    assert "　其他可能：征地补偿 20.0%\n" in card
    assert "控制性详细规划" not in card
