"""Takes the README's pictures of the demonstration, with Debian's Chromium."""

from __future__ import annotations

import shutil
import threading
from pathlib import Path

from playwright.sync_api import sync_playwright
from werkzeug.serving import make_server

from web import create_app
from web.console.opening import opened
from web.demonstration.loading import PASSWORD, load_demonstration, sign_ins
from web.runtime.settings import settings_from_environment

PICTURES = {"caseload": "/caseload", "school": "/schools/900080/file"}
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]


def main() -> None:
    """Make the demonstration if it is not there, and look at it as a secondary officer."""
    settings = settings_from_environment()
    with opened(settings) as services:
        if services.log.max_notification_id() is None:
            load_demonstration(services)
        server = make_server("127.0.0.1", 0, create_app(settings, services=services), threaded=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        officer = next(one.name for one in sign_ins(services) if one.post == "Officer, secondary")
        _take(f"http://127.0.0.1:{server.port}", officer)
        server.shutdown()


def _take(base: str, officer: str) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.goto(f"{base}/sign-in")
        page.locator("input[type=email]").fill(officer)
        page.locator("input[type=password]").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        for name, path in PICTURES.items():
            page.goto(f"{base}{path}")
            page.screenshot(path=Path("docs") / f"{name}.png")
        browser.close()


if __name__ == "__main__":
    main()
