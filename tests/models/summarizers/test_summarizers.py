"""Headlines and hot topics say nothing that the texts do not."""

from hypothesis import given
from hypothesis import strategies as st

from models.summarizers.headline import MAX_CHARACTERS, headline
from models.summarizers.hot_topics import TopicFinder, find_hot_topics
from models.summarizers.places import find_places

LETTER = (
    "尊敬的领导：您好！我是青禾区柳湾村的村民，村口采石场半夜爆破，噪声扰民，房屋开裂。请尽快查处。"
)


def test_a_headline_skips_greetings_and_names_the_place():
    title = headline(LETTER)
    assert "柳湾村" in title
    assert "采石场" in title
    assert "领导" not in title
    assert headline("") == ""
    assert headline(LETTER, "柳湾村采石场扰民") == "柳湾村采石场扰民"


@given(st.text(max_size=300))
def test_a_headline_is_made_of_the_text(text):
    title = headline(text)
    assert len(title) <= MAX_CHARACTERS + 6
    assert set(title) <= set(text) | {"，"}


def test_places_begin_after_function_words():
    assert [p.text for p in find_places("我住在柳湾村，申请公开临河区前坡村的批文")] == [
        "柳湾村",
        "临河区前坡村",
    ]


def test_groups_share_place_and_matter_and_cover_duplicates():
    texts = [f"申请公开临河区前坡村征收土地的批复文件，{i}号申请" for i in range(6)]
    texts += [f"申请公开望山区东窑村林地占用的审核同意书，{i}号申请" for i in range(4)]
    texts += ["请问公积金提取需要什么材料", "咨询测绘资质升级的条件", "地图上路名标错"] * 1
    topics = find_hot_topics(texts)
    assert [len(t.members) for t in topics[:2]] == [6, 4]
    assert "前坡村" in topics[0].name
    assert find_hot_topics([]) == []


def test_messages_read_in_batches_give_the_same_groups():
    texts = [f"申请公开临河区前坡村征收土地的批复文件，{i}号申请" for i in range(6)] * 2
    finder = TopicFinder()
    for start in range(0, len(texts), 5):
        finder.add(texts[start : start + 5])
    found = finder.find(lambda places: {i: (texts[i], "") for i in places})
    whole = find_hot_topics(texts)
    assert [list(t.members) for t in found] == [list(t.members) for t in whole]
    assert [t.name for t in found] == [t.name for t in whole]


def test_messages_of_no_weight_join_a_group_and_make_none():
    texts = [f"申请公开临河区前坡村征收土地的批复文件，{i}号申请" for i in range(4)]
    old = [f"申请公开望山区东窑村占用林地的审核同意书，{i}号申请" for i in range(9)]
    finder = TopicFinder()
    finder.add(texts)
    finder.add(texts + old, weight=0.0)
    found = finder.find(lambda places: {i: ((texts + texts + old)[i], "") for i in places})
    assert [len(t.members) for t in found] == [8]


def test_places_that_differ_keep_matters_of_one_subtopic_apart():
    villages = ("望山区东窑村", "临河区枣园村")
    texts = [f"申请公开{v}使用林地审核同意书，{i}号申请" for v in villages for i in range(4)]
    found = find_hot_topics(texts, matters=["林地占用"] * 8)
    assert sorted(t.name for t in found) == ["临河区枣园村林地占用", "望山区东窑村林地占用"]
    assert found[0].points == ("使用林地审核同意书",)
