"""Visitors in a real browser: one with a mouse, and one with nothing but a keyboard."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from urllib.parse import urlsplit

from playwright.sync_api import Locator

from tests.browser.page_checks import Window
from tests.journeys import Answer

MANY = 400
"""So often Tab is pressed before something counts as out of reach."""

HAS_FOCUS = "element => element === document.activeElement"


class MouseVisitor:
    """Somebody who clicks. Every page that they come to is looked at with `look`, if given."""

    def __init__(self, window: Window, look: Callable[[Window], list[str]] | None = None) -> None:
        self.window = window
        self.page = window.page
        self._look = look

    @property
    def address(self) -> str:
        return urlsplit(self.page.url).path

    def open(self, href: str, status: int = 200) -> None:
        self.window.open(href, status)
        self._arrive()

    def press(self, name: str) -> None:
        control = self._named(name)
        with self.page.expect_navigation():
            self.activate(control)
        self._arrive()

    def fill(self, question: str, answer: Answer, *, within: str = "") -> None:
        scope = self._part(within) if within else self.page.locator("main")
        if isinstance(answer, date):
            group = self._group(scope, question)
            for part in ("Day", "Month", "Year"):
                self.write(group.get_by_label(part, exact=True), str(getattr(answer, part.lower())))
            return
        group = self._group(scope, question)
        if group.count():
            self.choose(group.first.get_by_label(re.compile(rf"^\s*{re.escape(answer)}\s*(:|$)")))
            return
        control = scope.get_by_label(question, exact=True).or_(
            scope.get_by_label(f"{question} (optional)", exact=True)
        )
        if control.evaluate("element => element.tagName") == "SELECT":
            self.select(control, answer)
        else:
            self.write(control, answer)

    def sees(self, *texts: str) -> None:
        read, place = self._read(), 0
        for text in texts:
            found = read.find(text, place)
            assert found >= 0, f"{text!r} is not on {self.address} (behind the text before it):\n{read[:4000]}"
            place = found + 1

    def misses(self, *texts: str) -> None:
        read = self._read()
        for text in texts:
            assert text not in read, f"{text!r} is on {self.address}"

    def activate(self, control: Locator) -> None:
        control.click()

    def write(self, control: Locator, text: str) -> None:
        control.fill(text)

    def choose(self, choice: Locator) -> None:
        choice.check()

    def select(self, control: Locator, words: str) -> None:
        control.select_option(label=words)

    def _read(self) -> str:
        return " ".join(self.page.locator("body").inner_text().split())

    def _named(self, name: str) -> Locator:
        """The link or button of that name, behind a closed summary if need be."""
        main = self.page.locator("main")
        control = main.get_by_role("button", name=name, exact=True).or_(
            main.get_by_role("link", name=name, exact=True)
        )
        if control.count() == 0:
            self.activate(main.locator("details:not([open]) > summary").first)
        return control.first

    def _part(self, name: str) -> Locator:
        """The part of a form of that name; spare parts are asked for where a script keeps them back."""
        part = self.page.locator("main").get_by_role("group", name=name, exact=True)
        while part.count() == 0:
            self.activate(self.page.get_by_role("button", name="Add another", exact=True).first)
        return part

    def _group(self, scope: Locator, name: str) -> Locator:
        return scope.get_by_role("group", name=name, exact=True).or_(
            scope.get_by_role("group", name=f"{name} (optional)", exact=True)
        )

    def _arrive(self) -> None:
        if self._look is not None:
            wrong = self._look(self.window)
            assert wrong == [], f"{self.address}: {wrong}"


class KeyboardVisitor(MouseVisitor):
    """Somebody who goes from control to control by Tab, and presses keys."""

    def activate(self, control: Locator) -> None:
        self._reach(control)
        self.page.keyboard.press("Enter")

    def write(self, control: Locator, text: str) -> None:
        self._reach(control)
        self.page.keyboard.press("Control+A")
        self.page.keyboard.type(text)

    def choose(self, choice: Locator) -> None:
        """Tick a box, or come to the choices and go on by arrow until the one that is meant is chosen."""
        if choice.get_attribute("type") == "checkbox":
            self._reach(choice)
            if not choice.is_checked():
                self.page.keyboard.press("Space")
            return
        self._tab_until(choice, "element => document.activeElement.name === element.name")
        self.page.keyboard.press("Space")
        for _ in range(MANY):
            if choice.is_checked():
                return
            self.page.keyboard.press("ArrowDown")
        raise AssertionError("a choice is out of reach of the keyboard")

    def select(self, control: Locator, words: str) -> None:
        self._reach(control)
        self.page.keyboard.type(words)
        assert control.evaluate("element => element.selectedOptions[0].text") == words

    def _reach(self, control: Locator) -> None:
        self._tab_until(control, HAS_FOCUS)

    def _tab_until(self, control: Locator, is_there: str) -> None:
        element = control.element_handle()  # once, as it takes longer to find than all the rest
        for _ in range(MANY):
            if element.evaluate(is_there):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError("a control is out of reach of the keyboard")
