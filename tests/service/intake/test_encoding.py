import pytest

from models.errors import InputError
from service.intake import encoding
from service.intake.encoding import detect_encoding, named_encoding, read_text, utf8_blocks

SIMPLIFIED = "编号,内容\n1,请问小区旁边的土地规划用途是什么？希望有关部门公开信息。\n"
TRADITIONAL = "編號,內容\n1,請問小區旁邊的土地規劃用途是什麼？希望有關部門公開信息。\n"


@pytest.fixture
def write(tmp_path):
    def write(content):
        path = tmp_path / "来信.csv"
        path.write_bytes(content)
        return path

    return write


def decoded(path, found):
    return b"".join(block for block, _ in utf8_blocks(path, found))


@pytest.mark.parametrize(
    ("codec", "expected"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8"),
        ("gbk", "gb18030"),
        ("gb18030", "gb18030"),
        ("utf-16", "utf-16-le"),
        ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
    ],
)
def test_encodings_of_simplified_chinese_are_told_apart(write, codec, expected):
    path = write(SIMPLIFIED.encode(codec))
    found = detect_encoding(path)
    assert found.codec == expected
    assert decoded(path, found).decode() == SIMPLIFIED


@pytest.mark.parametrize(
    ("codec", "expected"), [("utf-8", "utf-8"), ("gb18030", "gb18030"), ("big5", "big5hkscs")]
)
def test_encodings_of_traditional_chinese_are_told_apart(write, codec, expected):
    path = write(TRADITIONAL.encode(codec))
    found = detect_encoding(path)
    assert found.codec == expected
    assert decoded(path, found).decode() == TRADITIONAL


def test_ascii_is_utf8(write):
    assert detect_encoding(write(b"id,text\n1,hello\n")).codec == "utf-8"


def test_one_broken_character_does_not_change_the_encoding(write):
    path = write(SIMPLIFIED.encode() + b"2,\xff\xfe\n" + SIMPLIFIED.encode())
    assert detect_encoding(path).codec == "utf-8"
    path = write(SIMPLIFIED.encode("gbk") + b"2,\xff\n" + SIMPLIFIED.encode("gbk"))
    assert detect_encoding(path).codec == "gb18030"


def test_an_encoding_that_shows_only_late_in_the_file_is_found(write):
    path = write(b"1,a\n" * 100_000 + SIMPLIFIED.encode("gbk") * 4000)
    assert detect_encoding(path).codec == "gb18030"


@pytest.mark.parametrize("content", [bytes(range(256)) * 20, b"\x00\x01\x02" * 100])
def test_binary_is_not_text(write, content):
    with pytest.raises(InputError, match="不是文本文件"):
        detect_encoding(write(content))


def test_an_unknown_encoding_is_an_error_that_says_what_to_do(write):
    with pytest.raises(InputError, match=r"认不出.*--encoding"):
        detect_encoding(write("идентификатор,текст\n".encode("koi8-r") * 20))


def test_broken_bytes_stay_visible_as_bytes_that_are_not_utf8(write):
    path = write(b"good\n\xff bad\ngood\n")
    lines = decoded(path, encoding.Encoding("gb18030")).split(b"\n")
    assert lines[0] == lines[2] == b"good"
    with pytest.raises(UnicodeDecodeError):
        lines[1].decode()


def test_characters_across_blocks_are_whole(write, monkeypatch):
    monkeypatch.setattr(encoding, "BLOCK_BYTES", 3)
    for codec in ("gb18030", "utf-16-le", "utf-8"):
        path = write(SIMPLIFIED.encode(codec))
        assert decoded(path, encoding.Encoding(codec)).decode() == SIMPLIFIED


def test_a_character_cut_off_at_the_end_is_broken_not_dropped(write):
    path = write("内容".encode("gbk")[:-1])
    with pytest.raises(UnicodeDecodeError):
        decoded(path, encoding.Encoding("gb18030")).decode()


def test_positions_reach_the_size_of_the_file(write):
    path = write(SIMPLIFIED.encode("utf-8-sig"))
    positions = [position for _, position in utf8_blocks(path, detect_encoding(path))]
    assert positions[-1] == path.stat().st_size


def test_named_encodings(write):
    assert named_encoding(write(b"a"), "GBK").codec == "gb18030"
    assert named_encoding(write("a".encode("utf-16")), "utf-16").codec == "utf-16-le"
    assert named_encoding(write(b"\xef\xbb\xbfa"), "utf-8").bom_bytes == 3
    with pytest.raises(InputError, match="没有名为 klingon 的编码"):
        named_encoding(write(b"a"), "klingon")


def test_names_for_people(write):
    assert detect_encoding(write(SIMPLIFIED.encode("gbk"))).name == "GBK/GB18030"
    assert detect_encoding(write(SIMPLIFIED.encode("utf-8-sig"))).name == "UTF-8（带 BOM）"


def test_a_whole_text(write, tmp_path):
    assert read_text(write(SIMPLIFIED.encode("gbk"))) == SIMPLIFIED
    with pytest.raises(InputError, match="是空的"):
        read_text(write(b""))
    with pytest.raises(InputError, match="找不到"):
        read_text(tmp_path / "none.txt")
