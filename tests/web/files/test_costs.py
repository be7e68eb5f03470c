"""What it costs to judge a file: no more than its size, whatever is in it."""

from __future__ import annotations

import subprocess
import sys

SECONDS = 15
"""Of the processor for all; what goes back and forth over the same needs as long again for a single one."""

SIZE = 200_000
"""Bytes of each file."""

LETTERS = [
    ("a.txt", b"", b"<!---->", b"z"),
    ("a.txt", b"", b"<!-- ", b""),
    ("a.txt", b"<!--", b"--", b""),
    ("a.txt", b"", b" ", b"<"),
    ("a.txt", b"", b"<a ", b""),
    ("a.txt", b"<a ", b" on", b""),
    ("a.txt", b"<a ", b" onload ", b""),
    ("a.txt", b"<a ", b"/onl", b""),
    ("a.txt", b"", b"<meta ", b""),
    ("a.txt", b"<meta ", b"http-equi", b""),
    ("a.txt", b"", b"=' ", b""),
    ("a.txt", b"<", b"a:", b""),
    ("a.csv", b"", b"=|", b""),
    ("a.csv", b"", b",=", b"|"),
    ("a.csv", b"=", b"|", b""),
    ("a.csv", b"", b"\"' ", b""),
    ("a.csv", b"", b"\n=|", b""),
    ("a.csv", b"", b"\r,", b""),
    ("a.rtf", b"{\\rtf1\\fldinst", b" ", b""),
    ("a.rtf", b"{\\rtf1\\fldinst", b"{", b""),
    ("a.rtf", b"{\\rtf1\\fldinst", b"\\b ", b""),
    ("a.rtf", b"{\\rtf1\\fldinst", b"{ \\b0 } ", b""),
    ("a.rtf", b"{\\rtf1", b"\\fldinst", b""),
    ("a.rtf", b"{\\rtf1", b"\\fldinst D", b""),
    ("a.rtf", b"{\\rtf1\\fldinst", b"D", b""),
    ("a.rtf", b"{\\rtf1\\fldinst D", b"{} ", b""),
    ("a.rtf", b"{\\rtf1\\fldinst", b"\\'44", b""),
    ("a.rtf", b"{\\rtf1\\fldinst", b"\\u68", b""),
    ("a.rtf", b"{\\rtf1\\fldinst\\b", b"0", b""),
    ("a.rtf", b"{\\rtf1\\fldinst x", b"{\\field{\\*\\fldinst x}}y", b""),
    ("a.rtf", b"{\\rtf1", b"{\\sp x}", b""),
    ("a.rtf", b"{\\rtf1\\a", b"\n", b""),
    ("a.rtf", b"{\\rtf1\\a", b"\na", b""),
    ("a.rtf", b"{\\rtf1", b"\\a\n", b""),
    ("a.csv", b"", b'="\n', b""),
    ("a.csv", b"=", b"DDE ", b""),
]


PARTS = [
    ("a.docx", "<w:fldSimple "),
    ("a.docx", "<w:instrText>"),
    ("a.docx", "<w:instrText/>D"),
    ("a.docx", "<w:fldChar w:fldCharType='begin'/>"),
    ("a.docx", "<w:fldChar w:fldCharType='begin'/><w:instrText>D</w:instrText>"),
    ("a.docx", "<!-- instrText "),
    ("a.docx", "<w:instrText><![CDATA["),
    ("a.docx", "<w:fldSimple w:instr='x'><w:fldChar w:fldCharType='begin'/></w:fldSimple>"),
    ("a.docx", "<f>|'{</f>"),
    ("a.docx", "<f>|"),
]
"""What is over and over between the beginning and the end of a part."""

JUDGE = """
import resource
from web.files.contents import check_content
from web.runtime.refused_files import OfTheFile
from tests.web.files.sample_files import office_document
from tests.web.files.test_active import pieces
from tests.web.files.test_costs import LETTERS, PARTS, SECONDS, SIZE
resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
WORDS = 'http://schemas.openxmlformats.org/wordprocessingml/2006/main'
for name, before, over_and_over, after in LETTERS:
    print(name, before, over_and_over, flush=True)
    try:
        check_content(name, before + over_and_over * (SIZE // len(over_and_over)) + after)
    except OfTheFile:
        pass
for text in ("\\x13", "\\x13x", "x\\x15", "\\x13\\x14"):
    print("a.doc", text, flush=True)
    try:
        check_content("a.doc", pieces(text * (SIZE // len(text))))
    except OfTheFile:
        pass
for name, over_and_over in PARTS:
    print(name, over_and_over, flush=True)
    for ends in ("</w:p>", ""):
        part = f"<w:p xmlns:w='{WORDS}'>" + over_and_over * (SIZE // len(over_and_over)) + ends
        try:
            check_content(name, office_document("word", {"word/a.xml": part}))
        except OfTheFile:
            pass
print("judged")
"""


def test_a_file_of_the_same_over_and_over_is_judged_within_its_size() -> None:
    told = subprocess.run([sys.executable, "-c", JUDGE], capture_output=True, text=True, check=False)
    assert (told.returncode, told.stdout.splitlines()[-1:]) == (0, ["judged"]), told.stdout + told.stderr
