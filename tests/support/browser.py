"""A browser that is refused the network."""

import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import pytest

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


@dataclass
class Seen:
    """What opening a page did: outside requests (all refused), console errors, dialogs, and the answer to ``ask``."""

    requests: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    dialogs: list[str] = field(default_factory=list)
    answer: object = None


@pytest.fixture(scope="session")
def browse():
    """``browse(html, ask=JavaScript, width=1280, height=900, dark=False, media="screen", forced=False)`` => Seen.

    With ``looks``, each a dict of such settings, one page is asked in each of them: ``answer`` is a list.
    Works in a thread of its own: Playwright keeps an event loop running, which would disturb tests that run notebooks.
    """
    if CHROMIUM is None:
        pytest.skip("no chromium, chromium-browser or google-chrome on PATH")
    from playwright.sync_api import sync_playwright

    with ThreadPoolExecutor(max_workers=1) as thread:
        driver = thread.submit(lambda: sync_playwright().start()).result()
        options = {"executable_path": CHROMIUM, "args": ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"]}
        browser = thread.submit(driver.chromium.launch, **options).result()
        yield lambda html, ask="0", **how: thread.submit(_seen, browser, html, ask, **how).result()
        thread.submit(browser.close).result()
        thread.submit(driver.stop).result()


def _seen(browser, html: str, ask: str, looks: tuple[dict, ...] = (), **look) -> Seen:
    seen = Seen()

    def refuse(route):
        if route.request.url == ADDRESS:
            return route.fulfill(body=html, content_type="text/html; charset=utf-8")
        seen.requests.append(route.request.url)
        return route.abort()

    def hear(message):
        if message.type in ("error", "warning"):
            seen.errors.append(message.text)

    def dismiss(dialog):
        seen.dialogs.append(dialog.message)
        dialog.dismiss()

    page = browser.new_page()
    page.route("**/*", refuse)
    page.on("console", hear)
    page.on("pageerror", lambda error: seen.errors.append(str(error)))
    page.on("dialog", dismiss)
    _set(page, **(looks[0] if looks else look))
    page.goto(ADDRESS)
    if looks:
        seen.answer = [(_set(page, **each), page.evaluate(ask))[1] for each in looks]
    else:
        seen.answer = page.evaluate(ask)
    page.close()
    return seen


def _set(
    page, width: int = 1280, height: int = 900, dark: bool = False, media: str = "screen", forced: bool = False
) -> None:
    page.set_viewport_size({"width": width, "height": height})
    colours = {"color_scheme": "dark" if dark else "light", "forced_colors": "active" if forced else "none"}
    page.emulate_media(media=media, **colours)


ADDRESS = "http://page.test/"  # answered from memory; a real network is never asked
