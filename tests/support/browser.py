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
        tab = thread.submit(Tab, browser).result()
        yield lambda html, ask="0", **how: thread.submit(tab.see, html, ask, **how).result()
        thread.submit(browser.close).result()
        thread.submit(driver.stop).result()


class Tab:
    """The one tab in which one page after the other is opened: to open a tab takes longer than most questions do.

    It is empty between two pages, so that what one of them still does is not taken for the next one's.
    """

    def __init__(self, browser) -> None:
        self.browser, self.html, self.seen, self.page = browser, "", Seen(), None

    def see(self, html: str, ask: str, looks: tuple[dict, ...] = (), **look) -> Seen:
        self.html, self.seen = html, Seen()
        page = self.page = self.page or self._open()
        try:
            _set(page, **(looks[0] if looks else look))
            page.goto(ADDRESS)
            if looks:
                self.seen.answer = [(_set(page, **each), page.evaluate(ask))[1] for each in looks]
            else:
                self.seen.answer = page.evaluate(ask)
            page.goto("about:blank")
        except BaseException:
            self.page = None  # whatever state it is in, the next page has a tab of its own
            page.close()
            raise
        return self.seen

    def _open(self):
        page = self.browser.new_page()
        page.route("**/*", self._refuse)
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.seen.errors.append(str(error)))
        page.on("dialog", self._dismiss)
        return page

    def _refuse(self, route) -> None:
        if route.request.url == ADDRESS:
            route.fulfill(body=self.html, content_type="text/html; charset=utf-8")
        else:
            self.seen.requests.append(route.request.url)
            route.abort()

    def _hear(self, message) -> None:
        if message.type in ("error", "warning"):
            self.seen.errors.append(message.text)

    def _dismiss(self, dialog) -> None:
        self.seen.dialogs.append(dialog.message)
        dialog.dismiss()


def _set(
    page, width: int = 1280, height: int = 900, dark: bool = False, media: str = "screen", forced: bool = False
) -> None:
    page.set_viewport_size({"width": width, "height": height})
    colours = {"color_scheme": "dark" if dark else "light", "forced_colors": "active" if forced else "none"}
    page.emulate_media(media=media, **colours)


ADDRESS = "http://page.test/"  # answered from memory; a real network is never asked
