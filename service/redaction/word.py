"""Word documents: text may be broken over many runs; each run keeps its format.

Body, tables, headers, footers, notes, comments, text boxes and tracked deletions are searched:
what Word hides from the eye still leaves the house with the file. The parts are edited as XML,
because python-docx reaches neither notes nor text boxes nor deletions.
"""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

from lxml import etree

from models.text.redaction import find_hits
from service.errors import ZIP_FAULTS
from service.redaction.errors import RedactionError
from service.redaction.findings import Findings
from service.redaction.saving import replacing
from service.redaction.word_text import passages

_PARTS = re.compile(r"word/(document|header\d*|footer\d*|footnotes|endnotes|comments)\d*\.xml")
_PART_NAMES = {
    "document": "正文",
    "header": "页眉",
    "footer": "页脚",
    "footnotes": "脚注",
    "endnotes": "尾注",
    "comments": "批注",
}
_MAX_BYTES = 512 << 20
_AUTHORS = re.compile(r"creator|lastModifiedBy|Manager")
_UNSEEN = re.compile(r"word/(media|embeddings|charts|diagrams)/")


def redact_word(source: Path, target: Path, findings: Findings) -> int:
    """Redact a DOCX; returns the number of paragraphs. Authors are removed.

    Raises
    ------
    RedactionError
        If the file is no DOCX, damaged, encrypted or blown up.
    """
    try:
        with zipfile.ZipFile(source) as archive, replacing(target) as temporary:
            _check(archive, source)
            with zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED) as result:
                n_paragraphs = 0
                for info in archive.infolist():
                    content, n = _part(info.filename, archive.read(info), findings)
                    n_paragraphs += n
                    result.writestr(info, content)
            return n_paragraphs
    except (*ZIP_FAULTS, etree.XMLSyntaxError) as error:
        raise RedactionError(
            f"{source.name} 打不开：不是 docx 文档、已损坏或设有密码。"
            "请在 Word 或 WPS 中另存为 docx 后再试。"
        ) from error


def _check(archive: zipfile.ZipFile, source: Path) -> None:
    infos = archive.infolist()
    if "word/document.xml" not in {info.filename for info in infos}:
        raise RedactionError(f"{source.name} 不是 Word 文档（docx）。")
    if sum(info.file_size for info in infos) > _MAX_BYTES:
        raise RedactionError(f"{source.name} 解开后超过 {_MAX_BYTES >> 20} MB，不像普通文档。")


def _part(name: str, content: bytes, findings: Findings) -> tuple[bytes, int]:
    match = _PARTS.fullmatch(name)
    if match:
        return _redact_part(content, _part_name(match.group(1)), findings)
    if name.endswith(".rels"):
        return re.sub(rb'Target="(?:mailto|tel):[^"]*"', b'Target="about:blank"', content), 0
    if name.startswith("docProps/") and name.endswith(".xml"):
        return _without_authors(content), 0
    if _UNSEEN.match(name):
        notice = "文档中有图片、图表或嵌入对象，没有检查，请人工查看。"
        if notice not in findings.notices:
            findings.notices.append(notice)
    return content, 0


def _part_name(stem: str) -> str:
    return _PART_NAMES[stem.rstrip("0123456789")]


def _redact_part(content: bytes, name: str, findings: Findings) -> tuple[bytes, int]:
    root = _parse(content)
    found = list(passages(root))
    texts = [passage.before + passage.text for passage in found]
    for number, (passage, hits) in enumerate(
        zip(found, find_hits(texts, is_one=True), strict=True), 1
    ):
        start = len(passage.before)
        inside = [hit for hit in hits if hit.start >= start]
        for hit in inside:
            findings.add(f"{name}第{number}段", hit, start)
        tokens = [findings.token(hit, texts[number - 1][hit.start : hit.end]) for hit in inside]
        for hit, token in zip(reversed(inside), reversed(tokens), strict=True):
            passage.replace(hit.start - start, hit.end - start, token)
    for element in root.iter(etree.Element):
        for attribute in list(element.attrib):
            if etree.QName(attribute).localname in ("author", "initials", "userId"):
                element.set(attribute, "")
    return _written(root), sum(1 for piece in found if piece.text)


def _without_authors(content: bytes) -> bytes:
    root = _parse(content)
    for element in root.iter(etree.Element):
        if _AUTHORS.fullmatch(etree.QName(element).localname):
            element.text = ""
    return _written(root)


def _parse(content: bytes) -> etree._Element:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
    return etree.fromstring(content, parser)


def _written(root: etree._Element) -> bytes:
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True))
