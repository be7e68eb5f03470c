"""Whether the bytes of a file are what its name says, and do nothing by themselves."""

from __future__ import annotations

import io
import struct
import zipfile
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader, PdfWriter

from domain.attachment import MEDIA_TYPES
from tests.web.files.sample_files import (
    compound,
    message,
    office_document,
    package,
    pdf,
    relationship,
    word,
    word_text,
)
from web.files import packages
from web.files.contents import check_content
from web.runtime.refused_files import ContentIsOtherwise, HasMacros, HasPassword, HoldsMore, IsActive, OfTheFile

OPEN_TEXT = "application/vnd.oasis.opendocument.text"
PNG, JPEG, HEIC = b"\x89PNG\r\n\x1a\n...", b"\xff\xd8\xff\xe0...", b"\0\0\0\x18ftypheic\0\0\0\0"
LOCK = "<e:encryption-data xmlns:e='urn:oasis:names:tc:opendocument:xmlns:manifest:1.0'/>"
LISTENER = "<s:event-listener xmlns:s='urn:oasis:names:tc:opendocument:xmlns:script:1.0'/>"
SCRIPT, LAUNCH = "<</S/JavaScript/JS(app.alert\\(1\\))>>", "<</S/Launch/F(calc.exe)>>"


def locked_pdf(password: str) -> bytes:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf())))
    writer.encrypt(user_password=password, owner_password="owner", algorithm="AES-256")
    kept = io.BytesIO()
    writer.write(kept)
    return kept.getvalue()


LINKED = office_document("word", {"word/_rels/document.xml.rels": relationship("hyperlink", "https://a.example")})
CHART = office_document("ppt", {"ppt/embeddings/Sheet1.xlsx": office_document("xl"), "ppt/charts/chart1.xml": "<c/>"})


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("report.pdf", pdf()),
        ("report.pdf", pdf(packed=True)),
        ("blank line.pdf", b"\r\n" + pdf()),
        ("mark.pdf", b"\xef\xbb\xbf \n" + pdf()),
        ("opens at a page.pdf", pdf("/OpenAction[3 0 R/Fit]")),
        ("opens at a page.pdf", pdf("/OpenAction 5 0 R", {5: "<</S/GoTo/D[3 0 R/Fit]>>"})),
        ("names nothing.pdf", pdf("/Names<</EmbeddedFiles<</Names[]>>>>")),
        ("signed to be read by all.pdf", locked_pdf("")),
        ("chart.PNG", PNG),
        ("photo.jpeg", JPEG),
        ("photo.heic", HEIC),
        ("letter.docx", office_document()),
        ("with links.docx", LINKED),
        ("sums.xlsx", office_document("xl")),
        (
            "sums of sums.xlsx",
            office_document("xl", {"xl/_rels/x.rels": relationship("externalLinkPath", "sums.xlsx")}),
        ),
        ("talk.pptx", CHART),
        ("letter.doc", word()),
        ("letter.rtf", b"{\\rtf1\\ansi The objective: DDE data}"),
        ("call.msg", message()),
        (
            "call.msg",
            message({"plan.docx": office_document(), "logo.gif": b"GIF89a...", "sums.xlsx": office_document("xl")}),
        ),
        ("letter.odt", package({"mimetype": OPEN_TEXT, "content.xml": "<text/>"})),
        ("list.csv", "name,mark\nCafé,-1\n+44 161 1;!\n".encode("cp1252")),
        ("list.txt", "name\tmark\r\n".encode("utf-16")),
        ("sums.txt", b"1 < 2, and <html> is a word"),
        ("mail.txt", b"Jo <jo@a.example> wrote: <b>only</b> a script, online=1, javascript: the ongoing = part"),
    ],
)
def test_a_file_that_is_what_its_name_says_is_taken(name: str, content: bytes) -> None:
    check_content(name, content)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("report.pdf", b"MZ\x90\x00"),
        ("report.pdf", b"<script>" + pdf()),
        ("report.pdf", b"%PDF-1.7 and nothing more"),
        ("report.pdf", pdf() + package({"a.exe": "MZ"})),
        ("chart.png", JPEG),
        ("chart.png", b"<svg onload='x'/>"),
        ("chart.png", PNG + package({"a.exe": "MZ"})),
        ("photo.heic", b"\0\0\0\x18ftypmp42"),
        ("letter.docx", b"PK\x03\x04 broken"),
        ("letter.docx", office_document("xl")),
        ("letter.docx", b"MZ" + office_document()),
        ("letter.docx", package({"word/document.xml": "<xml/>"})),
        ("letter.docx", word()),
        ("letter.docx", office_document("word", {"WORD/document.xml": "<xml/>"})),
        ("talk.pptx", office_document("word")),
        ("letter.doc", office_document()),
        ("letter.doc", message()),
        ("letter.doc", word()[:600]),
        ("letter.doc", b"<html><body>saved by Word</body></html>"),
        ("call.msg", word()),
        ("letter.rtf", b"<html>"),
        ("sums.ods", package({"mimetype": OPEN_TEXT})),
        ("letter.odt", package({"content.xml": "<xml/>"})),
        ("list.csv", b"a,b\x00,c"),
        ("list.csv", b"{\\rtf1 }"),
        ("list.txt", b"\xff\xfe\x00"),
        ("list.txt", b"\xef\xbb\xbf <!DOCTYPE html><script>1</script>"),
        ("list.txt", "\n<!-- x --><svg onload='x'>".encode("utf-16")),
        ("list.csv", b"<?xml version='1.0'?><svg/>"),
        ("list.txt", pdf()),
        ("list.txt", b"<!-- a --><!--> <!-- -- --!>\n<body>"),
        ("list.txt", b"<b>x</b><script>alert(1)</script>"),
        ("list.txt", b"x" * 9000 + b"<SCRIPT/src=//a.example>"),
        ("list.txt", "a <x:script xmlns:x='y'>".encode("utf-16")),
        ("list.txt", b"a <iframe src='b'>"),
        ("list.csv", b"a,b\n1,<object data=x>\n"),
        ("list.txt", b"<b>x</b><img src=x onerror=alert(1)>"),
        ("list.txt", b"<img alt='>'/onerror = alert(1)>"),
        ("list.txt", b"<a href=' javascript:alert(1)'>x</a>"),
        ("list.txt", b"<p>x</p><meta content='0;//a' http-equiv=refresh>"),
    ],
)
def test_a_file_that_is_something_else_is_refused(name: str, content: bytes) -> None:
    with pytest.raises(ContentIsOtherwise, match=r"Choose another|choose it again"):
        check_content(name, content)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("letter.docx", office_document("word", {"word/vbaProject.bin": ""})),
        (
            "letter.docx",
            office_document(
                "word",
                {"word/other.bin": "", "[Content_Types].xml": "<T a='vnd.ms-word.document.&#109;acroEnabled'/>"},
            ),
        ),
        ("sums.xlsx", office_document("xl", {"xl/macrosheets/sheet1.xml": "<xm/>"})),
        ("talk.pptx", office_document("ppt", {"ppt/vbaData.xml": ""})),
        (
            "talk.pptx",
            office_document("ppt", {"ppt/embeddings/a.docx": office_document("word", {"word/vbaProject.bin": ""})}),
        ),
        ("letter.doc", word({"Macros/VBA/Module1": b"Sub"})),
        ("letter.doc", word({"ObjectPool/_1/_VBA_PROJECT_CUR/x": b""})),
        ("call.msg", message({"plan.docx": office_document("word", {"word/vbaProject.bin": ""})})),
        ("call.msg", message({"plan.doc": word({"Macros/VBA/Module1": b"Sub"})})),
        ("letter.odt", package({"mimetype": OPEN_TEXT, "Basic/Standard/Module1.xml": "Sub"})),
        ("letter.odt", package({"mimetype": OPEN_TEXT, "content.xml": "<a href='vnd.sun.&#115;tar.script:x'/>"})),
        ("letter.odt", package({"mimetype": OPEN_TEXT, "content.xml": LISTENER.encode("utf-16")})),
        ("report.pdf", pdf(f"/OpenAction{SCRIPT}")),
        ("report.pdf", pdf("", {5: SCRIPT})),
        ("report.pdf", pdf("", {5: SCRIPT}, packed=True)),
        ("report.pdf", pdf("", {5: "<</A<</S/#4aavaScript/#4a#53 6 0 R>>>>", 6: "(x)"})),
        ("report.pdf", pdf("", {5: "<</S 6 0 R/Next 7 0 R>>", 6: "/JavaScript", 7: "<<>>"})),
        ("report.pdf", pdf("/AcroForm<</XFA[]>>")),
    ],
)
def test_a_document_with_macros_or_scripts_is_refused(name: str, content: bytes) -> None:
    with pytest.raises(HasMacros, match="Documents with macros are not allowed"):
        check_content(name, content)


WORDS = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def field(instruction: str, *, prefix: str = "w", namespace: str = WORDS, simple: str = "") -> str:
    """A part of a text with a field, or with a simple one."""
    mark = f"<{prefix}:fldChar {prefix}:fldCharType="
    told = f'{mark}"begin"/>{instruction}{mark}"separate"/><{prefix}:t>1</{prefix}:t>{mark}"end"/>'
    return f'<{prefix}:p xmlns:{prefix}="{namespace}">{simple or told}</{prefix}:p>'


CHARACTERS = "".join(f"&#{ord(each)};" for each in "DDEAUTO")
DDE = '<w:instrText>DDE</w:instrText><w:r/><w:instrText xml:space="preserve">AUTO c:\\\\cmd</w:instrText>'
DISGUISED = [
    field(DDE),
    field(f"<w:instrText> {CHARACTERS} cmd</w:instrText>"),
    field(DDE).encode("utf-16"),
    b'<?xml version="1.0" encoding="UTF-16"?>'.decode().encode("utf-16") + field(DDE).encode("utf-16-le"),
    field("<w:instrText><![CDATA[DDE]]>AUTO cmd</w:instrText>"),
    field("<w:instrText>D<!-- x -->DE cmd</w:instrText>"),
    field("<other:instrText>DDE cmd</other:instrText>", prefix="other"),
    field("<w:instrText>DDE cmd</w:instrText>", namespace="http://purl.oclc.org/ooxml/wordprocessingml/main"),
    field("", simple='<w:fldSimple w:instr=" DDE cmd"/>'),
    field("", simple=f"<w:fldSimple w:instr='{CHARACTERS} cmd'/>"),
    field("", simple="<z:fldSimple z:instr='&#x44;DE cmd'/>", prefix="z"),
]


BEGIN, SEPARATE, END = (f'<w:fldChar w:fldCharType="{each}"/>' for each in ("begin", "separate", "end"))


def said(text: str) -> str:
    return f"<w:r><w:instrText>{text}</w:instrText></w:r>"


def nested(text: str, result: str = "") -> str:
    """A field within the instruction of another."""
    return f"{BEGIN}{said(text)}{SEPARATE}<w:r><w:t>{result}</w:t></w:r>{END}"


DISGUISED += [
    field(nested("QUOTE 68 68 69", "DDE") + said(" cmd")),
    field(said(" ") + nested("QUOTE &quot;DD&quot;") + nested("QUOTE &quot;E&quot;") + said(" cmd")),
    field(said("D") + nested("QUOTE 68 69") + said(" cmd")),
    field(said("DDE") + nested("REF auto") + said(" cmd")),
    field(nested(nested("QUOTE 68") + "QUOTE 68 69") + said(" cmd")),
    field('<w:fldSimple w:instr=" QUOTE 68 68 69 "><w:r><w:t>DDE</w:t></w:r></w:fldSimple>' + said(" cmd")),
    field("<w:delInstrText>DDE cmd</w:delInstrText>"),
    field(said("INCLUDEPICTURE &quot;http://a.example/x.png&quot; \\d")),
    field(said("INCLUDETEXT &quot;\\\\a.example\\share\\x.docx&quot;")),
    field(said("INCLUDETEXT ") + nested("QUOTE 104 116 116 112")),
    field("", simple="<w:fldSimple w:instr=' INCLUDEPICTURE &quot;//a.example/x.png&quot; '/>"),
]


@pytest.mark.parametrize("part", DISGUISED)
@pytest.mark.parametrize("name", ["word/footer1.xml", "elsewhere/main.part"])
def test_a_field_that_runs_a_command_is_found_however_it_is_written(name: str, part: str | bytes) -> None:
    with pytest.raises(IsActive, match="Such files are not allowed"):
        check_content("letter.docx", office_document("word", {name: part}))


@pytest.mark.parametrize(
    "part",
    [
        "<!DOCTYPE a [<!ENTITY b 'DDEAUTO'>]>" + field("<w:instrText>&b;</w:instrText>"),
        "<!DOCTYPE a SYSTEM 'http://a.example/a.dtd'>" + field("<w:instrText>A</w:instrText>"),
        "<?xml version='1.0' encoding='cp037'?>" + field("<w:instrText>A</w:instrText>"),
        field("<w:instrText>A"),
    ],
)
def test_a_part_that_defines_its_type_or_cannot_be_read_is_refused(part: str) -> None:
    for each in (part, part.encode("utf-16")):
        with pytest.raises(ContentIsOtherwise, match="choose it again"):
            check_content("letter.docx", office_document("word", {"word/document2.xml": each}))
    with pytest.raises(ContentIsOtherwise, match="choose it again"):
        check_content("letter.docx", office_document("word", {"word/_rels/a.rels": part.encode("utf-16")}))


def test_fields_that_run_nothing_are_taken() -> None:
    told = field("<w:instrText>PAGE</w:instrText>")
    check_content(
        "letter.docx", office_document("word", {"word/footer1.xml": told, "word/a.xml": field("<w:t>DDEAUTO</w:t>")})
    )
    for harmless in (
        said("IF ") + nested("MERGEFIELD head") + said(" = &quot;&quot; &quot;Dear all&quot; &quot;&quot;"),
        said("= ") + nested("PAGE") + said(" + 1"),
        said('TOC \\o "1-3"') + SEPARATE + nested("HYPERLINK \\l &quot;_Toc1&quot;") + nested("PAGEREF _Toc1"),
        said("DATE \\@ &quot;d MMMM yyyy&quot;"),
        said("INCLUDEPICTURE &quot;C:\\\\crest.png&quot;"),
    ):
        check_content("letter.docx", office_document("word", {"word/document2.xml": field(harmless)}))


@pytest.mark.parametrize(
    "streams",
    [
        word_text(b"Dear all \x13 DDEAUTO c:\\cmd \x14 here\x15."),
        word_text("Dear all \x13 DDEAUTO c:\\cmd \x14 here\x15."),
        word_text(b"Dear \x13 DD", "E c:", b"\\cmd\x15"),
        word_text("Dear \x13", b"\x13 QUOTE 68 68 69 \x14DDE\x15 cmd\x15"),
        word_text(b'\x13 INCLUDEPICTURE "http://a.example/x.png" \\d \x14\x15'),
        word_text(b'\x13 INCLUDETEXT "\\\\a.example\\share\\x.doc"'),
        word_text(b"Dear all \x13DDE cmd\x15", version=0x65),
        {**word_text("\x13 DDE cmd\x15"), "1Table": b""},
        {**word_text(b"\x13 DDE cmd\x15"), "1Table": b"\1" * 400},
    ],
)
def test_a_field_of_an_old_document_that_runs_a_command_is_found_wherever_it_lies(streams: dict[str, bytes]) -> None:
    with pytest.raises(IsActive, match="runs or fetches something automatically"):
        check_content("letter.doc", compound(streams))


@pytest.mark.parametrize(
    "streams",
    [
        word_text(b"Dear all, DDEAUTO is \x13 PAGE \x14a word, as DDE\x15."),
        word_text('\x13 TOC \\o "1-3" \x14', b"\x13 HYPERLINK \\l _Toc1 \x14One\x13 PAGEREF _Toc1 \x141\x15\x15\x15"),
        word_text(b'\x13 INCLUDEPICTURE "C:\\crest.png" \x14\x15'),
        word_text(b'\x13 HYPERLINK "https://a.example" \x14here\x15', version=0x65),
    ],
)
def test_fields_of_an_old_document_that_run_nothing_are_taken(streams: dict[str, bytes]) -> None:
    check_content("letter.doc", compound(streams))


def test_an_old_document_whose_pieces_are_more_than_it_is_refused() -> None:
    streams = word_text(*[b"a"] * 2)
    table = bytearray(streams["1Table"])
    struct.pack_into("<II", table, 16 + 10 + 4, 100_000, 200_000)
    with pytest.raises(ContentIsOtherwise, match="The document is damaged"):
        check_content("letter.doc", compound({**streams, "1Table": bytes(table)}))


def open_text(content: str) -> bytes:
    spaces = " ".join(f'xmlns:{name}="urn:{name}"' for name in ("draw", "text", "table", "meta", "style"))
    told = f'<text:p {spaces} xmlns:xlink="http://www.w3.org/1999/xlink">{content}</text:p>'
    return package({"mimetype": OPEN_TEXT, "content.xml": told})


@pytest.mark.parametrize(
    "content",
    [
        '<draw:image xlink:href="https://a.example/x.png"/>',
        '<draw:image xlink:href="//a.example/x.png"/>',
        '<draw:image xlink:href="\\\\a.example\\x.png"/>',
        '<draw:image xlink:href="file://a.example/x.png"/>',
        '<draw:image xlink:href="../x.png"/>',
        '<draw:image xlink:href="%2e%2e/x.png"/>',
        '<draw:image xlink:href="&#104;ttp://a.example/x.png"/>',
        '<draw:object xlink:href="https://a.example/x.odt"/>',
        '<draw:floating-frame xlink:href="https://a.example/"/>',
        '<style:background-image xlink:href="https://a.example/x.png"/>',
        '<text:section-source xlink:href="https://a.example/x.odt"/>',
        '<table:cell-range-source xlink:href="https://a.example/x.html"/>',
        '<meta:auto-reload xlink:href="https://a.example/"/>',
        '<meta:template xlink:href="https://a.example/t.ott"/>',
        '<meta:template xlink:href="file://a.example/t.ott"/>',
    ],
)
def test_what_an_open_document_would_fetch_from_elsewhere_is_refused(content: str) -> None:
    with pytest.raises(IsActive, match="runs or fetches something automatically"):
        check_content("letter.odt", open_text(content))


@pytest.mark.parametrize(
    "content",
    [
        '<draw:image xlink:href="Pictures/1.png"/>',
        '<draw:image xlink:href="./Pictures/1.png"/>',
        '<draw:object xlink:href="./Object 1"/>',
        '<text:a xlink:href="https://a.example"/>',
        '<draw:a xlink:href="https://a.example"/>',
        '<text:bookmark-ref xlink:href="#one"/>',
        '<table:table-source xlink:href="file:///C:/sums.ods"/>',
        '<meta:template xlink:href="../../templates/letter.ott"/>',
        '<meta:template xlink:href="file:///C:/templates/letter.ott"/>',
        '<meta:template xlink:href="/home/jo/letter.ott"/>',
    ],
)
def test_an_open_document_whose_addresses_are_within_it_or_followed_by_hand_is_taken(content: str) -> None:
    check_content("letter.odt", open_text(content))


@pytest.mark.parametrize(
    "target", ["sums.xlsx", "file:///C:\\sums.xlsx", "https://a.example/sums.xlsx", "\\\\a.example\\sums.xlsx"]
)
def test_a_workbook_that_is_linked_to_another_is_taken_because_excel_asks_before_it_reads_that(target: str) -> None:
    link = relationship("externalLinkPath", target)
    check_content("sums.xlsx", office_document("xl", {"xl/externalLinks/_rels/a.rels": link}))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        (
            "letter.docx",
            office_document(
                "word", {"word/_rels/settings.xml.rels": relationship("attachedTemplate", "http://a/t.dotm")}
            ),
        ),
        (
            "letter.docx",
            office_document("word", {"word/_rels/document.xml.rels": relationship("image", "file://a/x.png")}),
        ),
        ("letter.docx", office_document("word", {"word/embeddings/oleObject1.bin": compound({"x": b""})})),
        ("letter.docx", office_document("word", {"word/activeX/activeX1.bin": ""})),
        ("sums.xlsx", office_document("xl", {"xl/externalLinks/externalLink1.xml": '<ddeLink ddeService="cmd"/>'})),
        ("letter.doc", word({"ObjectPool/_1/\x01Ole10Native": b"MZ"})),
        ("call.msg", message({"run.exe": b"MZ"})),
        ("call.msg", message({"page.html": b"<script>"})),
        ("letter.rtf", b"{\\rtf1{\\object\\objdata 0105}}"),
        ("letter.rtf", b"{\\rtf1{\\*\\template http://a/t.dotm}}"),
        ("letter.rtf", b"{\\rtf1{\\field{\\*\\fldinst{ DDEAUTO c:\\\\cmd}}}}"),
        ("letter.rtf", b"{\\rtf1{\\field{\\*\\fldinst{\\b D}{\\'44\\i0 \\u69 ?} c:\\\\cmd}}}}"),
        ("letter.rtf", b"{\\rtf1{\\field{\\*\\fldinst{\\field{\\*\\fldinst QUOTE 68 68 69}} c:\\\\cmd}}}"),
        ("letter.rtf", b"{\\rtf1{\\field{\\*\\fldinst{ D}{\\field{\\*\\fldinst QUOTE 68 69}} c:\\\\cmd}}}"),
        ("letter.rtf", b'{\\rtf1{\\field{\\*\\fldinst INCLUDEPICTURE "http://a.example/x.png"}}}'),
        ("letter.odt", package({"mimetype": OPEN_TEXT, "content.xml": '<o:dde-source xmlns:o="office"/>'})),
        (
            "talk.pptx",
            office_document("ppt", {"ppt/slides/_rels/slide1.xml.rels": relationship("oleObject", "file://a/x")}),
        ),
        (
            "sums.xlsx",
            office_document("xl", {"xl/externalLinks/_rels/a.rels": relationship("oleObject", "http://a/x")}),
        ),
        ("letter.docx", office_document("word", {"word/_rels/a.xml.rels": relationship("aFChunk", "http://a/x")})),
        ("letter.docx", office_document("word", {"word/_rels/a.xml.rels": relationship("frame", "http://a/x")})),
        ("list.csv", b"name,mark\n=cmd|' /C calc'!A0,1\n"),
        ("list.csv", "name;@SUM(1)*cmd|'/C calc'!A0".encode("utf-16")),
        ("report.pdf", pdf(f"/OpenAction{LAUNCH}")),
        ("report.pdf", pdf("/OpenAction<</S/URI/URI(http://a)>>", packed=True)),
        ("report.pdf", pdf("", {5: LAUNCH}, packed=True)),
        ("report.pdf", pdf("", {5: "<</Type/EmbeddedFile>>"}, packed=True)),
        ("report.pdf", pdf("/OpenAction 5 0 R", {5: LAUNCH}, packed=True)),
        ("report.pdf", pdf("/Names<</EmbeddedFiles<</Names[(a)5 0 R]>>>>", {5: "<<>>"})),
        ("report.pdf", pdf("", {5: "<</Type/Filespec/EF<</F 6 0 R>>>>", 6: "<<>>"})),
        ("report.pdf", pdf("", {5: "<</AA<</O<</S/URI/URI(http://a)>>>>>>"})),
    ],
)
def test_a_file_that_does_or_brings_something_by_itself_is_refused(name: str, content: bytes) -> None:
    with pytest.raises(IsActive, match="Such files are not allowed"):
        check_content(name, content)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("letter.docx", compound({"EncryptedPackage": b"", "EncryptionInfo": b""})),
        ("sums.xlsx", compound({"EncryptedPackage": b"", "EncryptionInfo": b""})),
        ("letter.doc", word(flags=0x0100)),
        ("report.pdf", locked_pdf("secret")),
        (
            "letter.odt",
            package(
                {
                    "mimetype": OPEN_TEXT,
                    "META-INF/manifest.xml": LOCK,
                }
            ),
        ),
        ("call.msg", message({"plan.pdf": locked_pdf("secret")})),
    ],
)
def test_a_file_with_a_password_is_named_as_that(name: str, content: bytes) -> None:
    with pytest.raises(HasPassword, match="has a password"):
        check_content(name, content)


def test_a_document_of_very_much_is_refused_before_it_is_unpacked() -> None:
    bomb = office_document("word", {"word/media/a.xml": b"\0" * (packages.LARGEST + 1)})
    assert len(bomb) < 1_000_000
    with pytest.raises(HoldsMore):
        check_content("letter.docx", bomb)
    many = {f"word/{number}.xml": "" for number in range(packages.MOST_PARTS)}
    with pytest.raises(HoldsMore):
        check_content("letter.docx", office_document("word", many))


def test_files_within_files_come_to_an_end() -> None:
    inner = office_document("xl")
    for _ in range(5):
        inner = office_document("xl", {"xl/embeddings/a.xlsx": inner})
    with pytest.raises(HoldsMore):
        check_content("sums.xlsx", inner)


MADE = [
    pdf(),
    pdf(packed=True),
    office_document(),
    office_document("xl"),
    word(),
    message({"a.txt": b"x"}),
    b"{\\rtf1 }",
    PNG,
    HEIC,
]


@given(st.sampled_from(sorted(MEDIA_TYPES)), st.sampled_from(MADE), st.data())
def test_no_bytes_are_more_than_refused(ending: str, made: bytes, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(made)))
    content = made[:at] + data.draw(st.binary(max_size=20)) + made[at + data.draw(st.integers(0, 20)) :]
    with suppress(OfTheFile):
        check_content(f"a{ending}", content)


def test_the_made_compound_file_is_read_as_one() -> None:
    with zipfile.ZipFile(io.BytesIO(office_document())) as archive:
        assert archive.testzip() is None
    check_content("letter.doc", word({"Data/Inner/Deep": b"x" * 9000}))
