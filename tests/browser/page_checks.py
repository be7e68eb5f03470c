"""Looking at a page as somebody with eyes, a small screen or a screen reader would."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from axe_playwright_python.base import AXE_FILE_PATH
from playwright.sync_api import ConsoleMessage, Page

WIDTHS = (1280, 768, 390)
"""A desk, a tablet and a telephone, in CSS pixels."""

AXE = Path(AXE_FILE_PATH).read_text(encoding="utf-8")

CHECK = """async contrast => {
  const rules = {"color-contrast": {enabled: contrast}};
  const found = await axe.run(document, {resultTypes: ["violations"], elementRef: false, rules});
  return found.violations.map(rule => ({id: rule.id, help: rule.help,
    nodes: rule.nodes.map(node => node.html + " | " + (node.failureSummary || ""))}));
}"""

WIDER = """() => {
  const page = document.documentElement;
  if (page.scrollWidth <= page.clientWidth) return [];
  return [...document.querySelectorAll("body *")]
    .filter(element => element.getBoundingClientRect().right > page.clientWidth + 1)
    .map(element => element.outerHTML.slice(0, 120)).slice(0, 5).concat(["wider than the screen"]);
}"""


ILL_SET = """() => {
  const faults = [];
  for (const link of document.querySelectorAll(".govuk-breadcrumbs a")) {
    const text = link.firstChild, found = text ? [...text.data.matchAll(/\\b[A-Za-z]{2,14}\\b/g)] : [];
    for (const word of found) {
      const range = document.createRange();
      range.setStart(text, word.index);
      range.setEnd(text, word.index + word[0].length);
      if (range.getClientRects().length > 1) faults.push(`the word ${word[0]} is broken`);
    }
  }
  for (const kept of document.querySelectorAll(".app-keeps-lines")) {
    const blocks = [...kept.children].filter(child => getComputedStyle(child).display !== "inline");
    const found = blocks.find(block => !block.matches("span"));
    if (found) faults.push(`lines kept around ${found.outerHTML.slice(0, 80)}`);
  }
  return faults;
}"""
"""Words that are broken though they have room, and the line breaks of a template shown as those of a text."""

OUTLINE = "() => [...document.querySelectorAll('*')].map(e => `${e.tagName} ${e.getAttribute('class')}`).join()"


class Window:
    """One window of the browser. `faults` are the errors of scripts and of the content security policy."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.faults: list[str] = []
        page.on("console", self._said)
        page.on("pageerror", lambda error: self.faults.append(str(error)))

    def open(self, href: str, status: int = 200) -> None:
        answer = self.page.goto(href)
        assert answer is not None
        assert answer.status == status, f"{href}: {answer.status}"

    def sign_in(self, name: str, value: str) -> None:
        """Be the person whose session the cookie is."""
        context = self.page.context
        context.clear_cookies()
        context.add_cookies([{"name": name, "value": value, "domain": "127.0.0.1", "path": "/"}])

    def resize(self, width: int) -> None:
        self.page.set_viewport_size({"width": width, "height": 900})

    def outline(self) -> str:
        """How the page is built, without its words: two pages of one outline look alike."""
        found: str = self.page.evaluate(OUTLINE)
        return found

    def violations(self, *, contrast: bool = True) -> list[str]:
        """What axe finds against the accessibility of the page as it stands; looking at contrast takes longest."""
        if not self.page.evaluate("() => 'axe' in window"):
            self.page.evaluate(AXE)
        found: Sequence[Mapping[str, Any]] = self.page.evaluate(CHECK, contrast)
        return [f"{rule['id']}: {rule['help']}: {rule['nodes']}" for rule in found]

    def too_wide(self) -> list[str]:
        """What makes the page scroll sideways."""
        found: list[str] = self.page.evaluate(WIDER)
        return found

    def ill_set(self) -> list[str]:
        """What looks wrong though it fits."""
        found: list[str] = self.page.evaluate(ILL_SET)
        return found

    def wrong_at_any_width(self, *, contrast_everywhere: bool = True) -> list[str]:
        """What is wrong with the page on a desk, a tablet or a telephone; its width is afterwards as it was."""
        own = self.page.viewport_size
        wrong: list[str] = []
        for width in WIDTHS:
            self.resize(width)
            contrast = contrast_everywhere or width == WIDTHS[0]
            faults = (*self.too_wide(), *self.ill_set(), *self.violations(contrast=contrast))
            wrong += [f"at {width}: {fault}" for fault in faults]
            self.keep_picture(urlsplit(self.page.url).path)
        if own is not None:
            self.resize(own["width"])
        return wrong

    def keep_picture(self, name: str) -> None:
        """Keep a picture of the whole page in the folder that SIS_SCREENSHOTS names, if it names one."""
        folder = os.environ.get("SIS_SCREENSHOTS")
        if folder:
            Path(folder).mkdir(parents=True, exist_ok=True)
            width = (self.page.viewport_size or {"width": 0})["width"]
            name = re.sub(r"[^A-Za-z0-9]+", "-", name).strip("-")
            self.page.screenshot(path=Path(folder) / f"{name}-{width}.png", full_page=True)

    def _said(self, message: ConsoleMessage) -> None:
        told_by_status = "Failed to load resource" in message.text and "status of" in message.text
        if message.type in {"error", "warning"} and not told_by_status:
            self.faults.append(f"{message.type}: {message.text}")
