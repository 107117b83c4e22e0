"""How long Chromium takes to open a page."""

from __future__ import annotations

import shutil
from pathlib import Path
from time import perf_counter

from measuring import in_turn

__all__ = ["openings"]

_BROWSERS = ("chromium", "chromium-browser", "google-chrome")
_ARGUMENTS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking")
_ROWS = {
    True: "document.querySelectorAll('#body tr').length",
    False: "document.querySelectorAll('noscript tbody tr').length",
}


def openings(page: Path, repetitions: int) -> dict[str, list[float]]:
    """
    Seconds until a class's page is open, by `with_script` and `without_script`.

    Each time in a fresh window of a running browser: from the request until the rows are in the
    table and, with JavaScript, two frames have been drawn.
    """
    from playwright.sync_api import sync_playwright

    executable = next(filter(None, map(shutil.which, _BROWSERS)), None)
    if executable is None:
        raise RuntimeError(f"no browser found: none of {', '.join(_BROWSERS)} is on the PATH")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=list(_ARGUMENTS))

        def opening(*, with_script: bool) -> float:
            context = browser.new_context(
                viewport={"width": 1280, "height": 900}, java_script_enabled=with_script
            )
            window = context.new_page()
            start = perf_counter()
            window.goto(page.as_uri(), wait_until="load")
            window.wait_for_function(_ROWS[with_script])
            if with_script:
                window.evaluate(
                    "new Promise(r => requestAnimationFrame(() => requestAnimationFrame(r)))"
                )
            took_s = perf_counter() - start
            context.close()
            return took_s

        found = in_turn(
            repetitions,
            {
                "with_script": lambda: opening(with_script=True),
                "without_script": lambda: opening(with_script=False),
            },
        )
        browser.close()
    return found
