"""A visitor by plain HTTP: reads the page as it was sent and sends what its forms would send, as a browser without
JavaScript does."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

from flask.testing import FlaskClient
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from tests.journeys import Answer

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"}
UNREAD = {"script", "style", "template", "head"}


class Node:
    """An element of a page."""

    def __init__(self, tag: str, attributes: dict[str, str], parent: Node | None) -> None:
        self.tag = tag
        self.attributes = attributes
        self.parent = parent
        self.parts: list[Node | str] = []

    @property
    def text(self) -> str:
        """What is read of it, with single blanks."""
        return " ".join("".join(self._texts()).split())

    def _texts(self) -> Iterator[str]:
        if self.tag in UNREAD:
            return
        for part in self.parts:
            yield from (part,) if isinstance(part, str) else part._texts()
        yield "" if self.tag in {"a", "span", "b", "strong", "em"} else " "

    def all(self, *tags: str) -> Iterator[Node]:
        """The elements of these tags beneath it, in the order of the page."""
        for part in self.parts:
            if isinstance(part, Node):
                if part.tag in tags:
                    yield part
                yield from part.all(*tags)

    def within(self, tag: str) -> Node:
        """The nearest element of a tag around it."""
        node = self.parent
        while node is not None and node.tag != tag:
            node = node.parent
        assert node is not None, f"not in a {tag}"
        return node


class Page(HTMLParser):
    """A page as a tree."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.root = self._here = Node("page", {}, None)
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        node = Node(tag, {name: value or "" for name, value in attrs}, self._here)
        self._here.parts.append(node)
        if tag not in VOID:
            self._here = node

    def handle_endtag(self, tag: str) -> None:
        node: Node | None = self._here
        while node is not None and node.tag != tag:
            node = node.parent
        if node is not None and node.parent is not None:
            self._here = node.parent

    def handle_data(self, data: str) -> None:
        self._here.parts.append(data)


class HttpVisitor:
    """Somebody with a client in which they are signed in."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client
        self.address = ""
        self._page = Node("page", {}, None)
        self._typed: MultiDict[str, str] = MultiDict()

    def open(self, href: str, status: int = 200) -> None:
        self._take(self.client.get(href, follow_redirects=True), status)

    def press(self, name: str) -> None:
        main = next(self._page.all("main"))
        control = next((node for node in main.all("a", "button") if node.text == name), None)
        assert control is not None, f"no link or button {name!r} on {self.address}"
        if control.tag == "a":
            self.open(urljoin(self.address, control.attributes["href"]))
        else:
            self._send(control)

    def fill(self, question: str, answer: Answer, *, within: str = "") -> None:
        scope = self._group(next(self._page.all("main")), within) if within else next(self._page.all("main"))
        if isinstance(answer, date):
            group = self._group(scope, question)
            for part in ("Day", "Month", "Year"):
                self._typed[self._control(group, part).attributes["name"]] = str(getattr(answer, part.lower()))
            return
        if any(self._is(group, question) for group in scope.all("fieldset")):
            choice = self._control(self._group(scope, question), answer)
            self._choose(choice)
            return
        control = self._control(scope, question)
        self._typed[control.attributes["name"]] = _value(control, answer)

    def _choose(self, choice: Node) -> None:
        name, value = choice.attributes["name"], choice.attributes["value"]
        if choice.attributes["type"] == "checkbox":
            self._typed.add(name, value)
        else:
            self._typed[name] = value

    def sees(self, *texts: str) -> None:
        read, place = self._page.text, 0
        for text in texts:
            found = read.find(text, place)
            assert found >= 0, f"{text!r} is not on {self.address} (behind the text before it):\n{read[:4000]}"
            place = found + 1

    def misses(self, *texts: str) -> None:
        for text in texts:
            assert text not in self._page.text, f"{text!r} is on {self.address}"

    def _take(self, answer: TestResponse, status: int) -> None:
        assert answer.status_code == status, f"{answer.request.path}: {answer.status_code}\n{answer.text[:3000]}"
        self.address = urlsplit(answer.request.url).path
        self._page = Page(answer.text).root
        self._typed = MultiDict()

    def _send(self, button: Node) -> None:
        form = button.within("form")
        sent = MultiDict(_as_it_stands(form))
        for name in self._typed:
            sent.setlist(name, self._typed.getlist(name))
        if name := button.attributes.get("name"):
            sent[name] = button.attributes.get("value", "")
        answer = self.client.post(form.attributes.get("action") or self.address, data=sent, follow_redirects=True)
        self._take(answer, answer.status_code if answer.status_code in {200, 409, 422} else 200)

    def _group(self, scope: Node, name: str) -> Node:
        found = next((group for group in scope.all("fieldset") if self._is(group, name)), None)
        assert found is not None, f"no part {name!r} on {self.address}"
        return found

    def _is(self, group: Node, name: str) -> bool:
        legend = next(group.all("legend"), None)
        return legend is not None and _plain(legend.text) == name

    def _control(self, scope: Node, label: str) -> Node:
        named = [node.attributes.get("for") for node in scope.all("label") if _is_called(node.text, label)]
        assert named, f"no question {label!r} on {self.address}"
        return next(
            node for node in scope.all("input", "select", "textarea") if node.attributes.get("id") == named[0]
        )


def _is_called(text: str, name: str) -> bool:
    return _plain(text) == name or text.startswith(f"{name}:")


def _plain(name: str) -> str:
    return name.removesuffix(" (optional)")


def _value(control: Node, answer: str) -> str:
    """What is sent for an answer: the value of the choice of that name, else what is typed."""
    if control.tag != "select":
        return answer
    choice = next((option for option in control.all("option") if option.text == answer), None)
    assert choice is not None, f"{answer!r} is no choice of {control.attributes['name']}"
    return choice.attributes["value"]


def _as_it_stands(form: Node) -> Iterator[tuple[str, str]]:
    """What a form holds before anything is typed into it."""
    for control in form.all("input", "select", "textarea"):
        name, kind = control.attributes.get("name"), control.attributes.get("type", control.tag)
        if (
            not name
            or kind in {"submit", "file"}
            or (kind in {"radio", "checkbox"} and "checked" not in control.attributes)
        ):
            continue
        if kind == "select":
            chosen = next((option for option in control.all("option") if "selected" in option.attributes), None)
            yield name, chosen.attributes["value"] if chosen else ""
        elif kind == "textarea":
            yield name, control.text
        else:
            yield name, control.attributes.get("value", "on" if kind in {"radio", "checkbox"} else "")
