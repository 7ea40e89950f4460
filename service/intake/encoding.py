"""Which characters a text file's bytes stand for, and the text as UTF-8, breakage still visible."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from models.errors import InputError
from service.errors import refusal

BLOCK_BYTES = 1 << 22
_PROBE_BYTES = 1 << 17
_MAX_BROKEN = 0.02
"""Share of characters that may be broken in a file held to be UTF-8 without a second look."""
_MIN_COMMON = 0.15
"""Share of common characters below which a reading is taken for nonsense."""
_MIN_CONTROLS = 16
"""Number of control characters that a text may hold, however short it is."""
_CODECS = ("utf-8", "gb18030", "big5hkscs")
_COMMON = frozenset(
    "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种面而方后多定行"
    "学法所民得经十三之进着等部度家电力里如水化高自二理起小物现实加量都两体制机当使点从业本去把性好应开它合还因由其些然"
    "前外天政四日那社义事平形相全表间样与关各重新线内数正心反你明看原又么利比或但质气第向道命此变条只没结解问意建月公无"
    "請問您好求助投诉建议领导房屋土地规划小区申请信息公开办理登记产权证居民街道城市部门相关希望谢谢反映情况处理回复為這國個時"
    "來們產會後動對說開關過還發現實體與應當無條結問題區請辦證權產業規劃領導處理覆編號內容，。？！、：；"
)
_BROKEN = "yangguang-broken"
_SENTINEL = "\udcff"
"""Stands for undecodable bytes; not valid in UTF-8, so that the row that holds it is rejected."""

codecs.register_error(_BROKEN, lambda error: (_SENTINEL, error.end))  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class Encoding:
    """A codec, the length of the byte-order mark to skip, and how to call it before people."""

    codec: str
    bom_bytes: int = 0

    @property
    def name(self) -> str:
        """Name as people know it."""
        names = {"utf-8": "UTF-8", "gb18030": "GBK/GB18030", "big5hkscs": "Big5"}
        mark = "（带 BOM）" if self.bom_bytes and self.codec == "utf-8" else ""
        return names.get(self.codec, self.codec.upper()) + mark


def detect_encoding(path: Path) -> Encoding:
    """Encoding of a text file: by its mark, else by which reading of it is Chinese.

    Raises
    ------
    InputError
        If the file is not text or nothing reads as text.
    """
    probes = _probes(path)
    head = probes[0]
    for bom, codec in (
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
    ):
        if head.startswith(bom):
            return Encoding(codec, len(bom))
    wide = _utf16_without_mark(head)
    if wide:
        return Encoding(wide)
    probe = b"\n".join(probes)
    if _looks_binary(probe):
        raise InputError(f"{path.name} 不是文本文件，也不是能识别的表格，无法读取。")
    if _broken_ratio(probe, "utf-8") <= _MAX_BROKEN:
        return Encoding("utf-8")
    best = max(_CODECS, key=lambda c: _common_ratio(probe, c) - _broken_ratio(probe, c))
    if _common_ratio(probe, best) < _MIN_COMMON:
        raise InputError(
            f"认不出 {path.name} 的文字编码。"
            "请另存为 UTF-8（或 GBK）后再试，或用 --encoding 指明编码。"
        )
    return Encoding(best)


def named_encoding(path: Path, name: str) -> Encoding:
    """Encoding that the user named, with the mark found in the file.

    Raises
    ------
    InputError
        If there is no such encoding.
    """
    try:
        codec = codecs.lookup(name).name
    except LookupError:
        raise InputError(
            f"没有名为 {name} 的编码。常用的有 utf-8、gb18030、big5、utf-16。"
        ) from None
    codec = {"gbk": "gb18030", "gb2312": "gb18030", "utf-8-sig": "utf-8"}.get(codec, codec)
    with path.open("rb") as file:
        head = file.read(4)
    if codec == "utf-16":
        codec = "utf-16-be" if head.startswith(codecs.BOM_UTF16_BE) else "utf-16-le"
    marks = {
        "utf-8": codecs.BOM_UTF8,
        "utf-16-le": codecs.BOM_UTF16_LE,
        "utf-16-be": codecs.BOM_UTF16_BE,
    }
    mark = marks.get(codec, b"")
    return Encoding(codec, len(mark) if mark and head.startswith(mark) else 0)


def utf8_blocks(path: Path, encoding: Encoding) -> Iterator[tuple[bytes, int]]:
    """Yield a file's text as UTF-8 bytes with the position in the file after each block.

    Blocks are cut anywhere between bytes (UTF-8 files) or characters (others). Bytes that mean
    nothing in the encoding come out as bytes that are not valid UTF-8, in their place.
    """
    decoder = codecs.getincrementaldecoder(encoding.codec)(errors=_BROKEN)
    with path.open("rb") as file:
        position = len(file.read(encoding.bom_bytes))
        while block := file.read(BLOCK_BYTES):
            position += len(block)
            if encoding.codec == "utf-8":
                yield block, position
            else:
                yield decoder.decode(block).encode("utf-8", "surrogatepass"), position
    if encoding.codec != "utf-8":
        rest = decoder.decode(b"", final=True)
        if rest:
            yield rest.encode("utf-8", "surrogatepass"), position


def mark_last(blocks: Iterator[tuple[bytes, int]]) -> Iterator[tuple[bytes, int, bool]]:
    """Yield the same blocks with whether each is the last."""
    held = next(blocks, None)
    for block in blocks:
        if held is not None:
            yield (*held, False)
        held = block
    if held is not None:
        yield (*held, True)


def read_text(path: Path) -> str:
    """Whole text of a small file; what cannot be read shows as U+FFFD.

    Raises
    ------
    InputError
        If the file is missing, unreadable, empty or not text.
    """
    try:
        if not path.stat().st_size:
            raise InputError(f"文件 {path.name} 是空的。")
        blocks = utf8_blocks(path, detect_encoding(path))
        return b"".join(block for block, _ in blocks).decode("utf-8", "replace")
    except FileNotFoundError:
        raise InputError(f"找不到文件 {path}。") from None
    except OSError as error:
        raise InputError(f"读不了文件 {path.name}：{refusal(error)}。") from error


def _probes(path: Path) -> list[bytes]:
    """Head, middle and tail of a file, the latter two from a line start where there is one."""
    size = path.stat().st_size
    with path.open("rb") as file:
        probes = [file.read(_PROBE_BYTES)]
        for offset in (size // 2, size - _PROBE_BYTES):
            if offset > _PROBE_BYTES:
                file.seek(offset)
                probes.append(file.read(_PROBE_BYTES).partition(b"\n")[2])
    return probes


def _utf16_without_mark(head: bytes) -> str | None:
    """UTF-16 codec of unmarked text, told by the zero halves of its ASCII characters."""
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if 4 * min(even, odd) >= max(even, odd):
        return None
    codec = "utf-16-le" if odd > even else "utf-16-be"
    text = head.decode(codec, "replace")
    usual = sum(1 for character in text if "\t" <= character <= "\x7f" or character in _COMMON)
    return codec if usual > len(text) / 3 else None


def _looks_binary(probe: bytes) -> bool:
    controls = sum(probe.count(bytes([c])) for c in range(32) if c not in (9, 10, 13))
    return controls > max(_MIN_CONTROLS, 0.02 * len(probe))


def _broken_ratio(probe: bytes, codec: str) -> float:
    """Share of the characters outside ASCII that the codec cannot make sense of."""
    text = probe.decode(codec, "replace")
    beyond = sum(1 for character in text if character > "\x7f")
    return text.count("\ufffd") / beyond if beyond else 0.0


def _common_ratio(probe: bytes, codec: str) -> float:
    beyond = [c for c in probe.decode(codec, "replace") if c > "\x7f"]
    return sum(1 for c in beyond if c in _COMMON) / len(beyond) if beyond else 0.0
