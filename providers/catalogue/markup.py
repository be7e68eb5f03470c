"""The text of an HTML fragment, for catalogues that describe their courses in HTML."""

from __future__ import annotations

from html.parser import HTMLParser

from providers.catalogue.cells import tidy

_BLOCKS = frozenset({"p", "div", "br", "li", "ul", "ol", "tr", "table", "h1", "h2", "h3", "h4", "h5", "h6"})
_UNSHOWN = frozenset({"script", "style", "head", "title"})


def plain_text(fragment: str) -> str | None:
    """What a reader would see, a line for each block, without empty lines; None if that is nothing."""
    reader = _Reader()
    reader.feed(fragment)
    reader.close()
    lines = (tidy(line) for line in "".join(reader.pieces).split("\n"))
    return "\n".join(line for line in lines if line) or None


class _Reader(HTMLParser):
    """Collects the shown text, a line break at every block's edge."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self._unshown = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _UNSHOWN:
            self._unshown += 1
        elif tag in _BLOCKS:
            self.pieces.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in _UNSHOWN:
            self._unshown = max(0, self._unshown - 1)
        elif tag in _BLOCKS:
            self.pieces.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._unshown:
            self.pieces.append(" ".join(data.split("\n")))
