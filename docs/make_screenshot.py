"""The README's picture of a report: `python docs/make_screenshot.py bench-results/report.html`."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
PICTURE = Path(__file__).with_name("report.png")
WIDTH, HEIGHT = 1080, 1500


def main(report: Path) -> None:
    """Takes the top of the report as a reader meets it, in a light window."""
    executable = next(filter(None, map(shutil.which, BROWSERS)), None)
    if executable is None:
        raise SystemExit(f"no browser found: put one of {', '.join(BROWSERS)} on the PATH")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=executable,
            args=["--no-sandbox", "--disable-gpu", "--no-first-run"],
        )
        page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT}, color_scheme="light")
        page.goto(report.resolve(strict=True).as_uri())
        page.screenshot(path=PICTURE)
        browser.close()


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit("usage: python docs/make_screenshot.py REPORT.html")
    main(Path(sys.argv[1]))
