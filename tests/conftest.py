"""A browser that is refused the network, the real week as published, and its report to show in a browser."""

import ast
import contextlib
import functools
import gc
import io
import itertools
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

# jsonschema would import a grammar of addresses that takes a second, in every process of a test run.
sys.modules.setdefault("rfc3987_syntax", None)

import district  # noqa: E402
import hypothesis  # noqa: E402
import nbformat  # noqa: E402
import pytest  # noqa: E402
from filelock import FileLock  # noqa: E402
from IPython.core.formatters import DisplayFormatter  # noqa: E402
from nbformat import v4  # noqa: E402

from analysis import figures, page, unitpage, wording  # noqa: E402
from analysis.cli import main  # noqa: E402
from analysis.edition import Edition  # noqa: E402
from analysis.exits import Exit  # noqa: E402

gc.set_threshold(100_000, 50, 100)  # the thousands of tests are garbage to look through again and again
# A busy machine is no fault. What make long tries more often, make test tries as well.
hypothesis.settings.register_profile("busy", deadline=None, max_examples=40)
hypothesis.settings.register_profile("long", deadline=None, max_examples=300)
hypothesis.settings.load_profile("busy")
PROJECT = Path(__file__).parent.parent
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
    """``browse(html, ask=JavaScript, width=1280, dark=False, media="screen")`` => Seen.

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


def _set(page, width: int = 1280, dark: bool = False, media: str = "screen") -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(media=media, color_scheme="dark" if dark else "light")


ADDRESS = "http://page.test/"  # answered from memory; a real network is never asked


def pytest_terminal_summary(terminalreporter):
    """How many faults were tried and survived, also where the tests ran in several processes."""
    for each in itertools.chain.from_iterable(terminalreporter.stats.values()):
        for name, value in getattr(each, "user_properties", ()):
            if name == "count" and each.when == "call":
                terminalreporter.write_line(value)
    for what, tests in ONE_FAULT_EACH.items():
        ended = {
            kind: sum(re.search(tests, each.nodeid) is not None for each in terminalreporter.stats.get(kind, ()))
            for kind in ("passed", "failed")
        }
        if tried := sum(ended.values()):
            terminalreporter.write_line(f"{what}: {tried} faults, {ended['passed']} survived")


ONE_FAULT_EACH = {  # what is tried, by the tests that try it
    "kernel": r"test_kernels\.py::(?!.*outlive)",  # that what a cell starts ends with it is no fault
    "mail server": r"test_sender\.py::test_(each_fault_of_a_server|a_server_that_speaks_for_ever)",
}


UNITS = ["30634", "30637", "30658"]  # Kiến An, Mỹ Hội Đông, and one in the middle


# In the name of a file: everything but what the file system refuses, a slash.
TYPED = """"><img src=x onerror=alert(1)> <script>alert(1)<script> {{ 7*7 }} {% x %} & ${7*7} =1+1 'a' &lt;b&gt; \u202e;.txt"""


@pytest.fixture(scope="session")
def once(tmp_path_factory):
    """``once(name, fill)`` => a folder that ``fill(folder)`` has filled once for all workers of this test run.

    What is in it is only looked at, or copied.
    """
    base = tmp_path_factory.getbasetemp()
    base = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base

    def folder(name: str, fill: Callable[[Path], None]) -> Path:
        with FileLock(base / f"{name}.lock"):
            if not (base / name).is_dir():
                shutil.rmtree(base / f"{name}.begun", ignore_errors=True)
                (base / f"{name}.begun").mkdir()
                fill(base / f"{name}.begun")
                (base / f"{name}.begun").rename(base / name)
        return base / name

    return folder


def analysis_at(home: Path, *arguments: object) -> str:
    """What the command ``week 2023-12-04`` says at that home, where it succeeds."""
    said = io.TextIOWrapper(io.BytesIO(), "utf-8")
    with contextlib.redirect_stdout(said):
        assert main(["week", "2023-12-04", *map(str, arguments), "--home", str(home)]) == Exit.DONE
    said.seek(0)
    return said.read()


# papermill's command line called several times, as a shell would, but imported once; the last call may fail.
PAPERMILL = """\
import json, sys
from papermill.cli import papermill
for arguments in json.loads(sys.argv[1]):
    papermill(arguments, standalone_mode=False)"""


def papermill_called(calls: list[list], home: Path = PROJECT, cwd: Path = PROJECT) -> subprocess.CompletedProcess:
    """What ``papermill`` says that is called so in ``cwd``, its kernels at ``home``."""
    shown = {
        name: value for name, value in os.environ.items() if name != "PYTEST_CURRENT_TEST"
    }  # ipykernel asks for it
    command = [sys.executable, "-c", PAPERMILL, json.dumps(calls, default=str)]
    environment = shown | {"ANALYSIS_HOME": str(home)}
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, timeout=300)


@pytest.fixture(scope="session")
def real_home(once):
    """A home in which the real week is published with the pages of UNITS, as a first issue."""

    def publish(home: Path) -> None:
        shutil.copytree(PROJECT / "config", home / "config")
        (home / "data" / "raw" / "cho-moi").mkdir(parents=True)
        shutil.copy(district.RAW, home / "data" / "raw" / "cho-moi")
        said = analysis_at(home, "--units", ",".join(UNITS))
        assert str(home / "reports" / "cho-moi" / "2023-12-04" / "report.html") in said

    return once("real", publish)


@pytest.fixture(scope="session")
def corrected_home(once, real_home):
    """The same home after a correction of one cell as r2, by a table that is called TYPED where a file may be."""

    def correct(home: Path) -> None:
        shutil.copytree(real_home, home, dirs_exist_ok=True)
        table = district.changed(home.parent, 6, "G", "72.7")
        with contextlib.suppress(OSError):
            table = table.rename(home.parent / TYPED)
        assert "bản r2" in analysis_at(home, "--raw", table, "--reissue", "--units", UNITS[0])

    return once("corrected", correct)


@pytest.fixture(scope="session")
def words():
    return wording.load(PROJECT, "vi")


@functools.cache
def sample(lang: str = "vi", name: str = "4_report", unit: str = "") -> nbformat.NotebookNode:
    """A notebook of the real week with what its cells tagged page or mail show; those before them need no run here."""
    return showing(district.edition(lang), name, unit)


def showing(
    edition: Edition, name: str = "4_report", unit: str = "", kinds: tuple[str, ...] = ("page", "mail")
) -> nbformat.NotebookNode:
    """The same of any edition; only cells tagged with one of ``kinds`` show anything."""
    notebook = nbformat.read(PROJECT / "notebooks" / f"{name}.ipynb", as_version=4)
    values = []
    names = {"figures": figures, "page": page, "unitpage": unitpage, "edition": edition, "unit": unit}
    names["display"] = lambda *each: values.extend(each)
    show = DisplayFormatter()
    for cell in notebook.cells:
        tags = set(cell.metadata.get("tags", []))
        if tags & {"page", *kinds}:  # cells for the mail use names of those for the page
            *before, last = ast.parse(cell.source).body
            exec(compile(ast.Module(before, []), name, "exec"), names)
            values.append(eval(compile(ast.Expression(last.value), name, "eval"), names))
            told = [value for value in values if value is not None and tags & {*kinds}]
            outputs = [show.format(value) for value in told]
            cell.outputs = [v4.new_output("display_data", data, metadata=about) for data, about in outputs]
            values.clear()
    return notebook


def shown(tags: str, html: str) -> nbformat.NotebookNode:
    """An executed code cell that displays a piece of HTML."""
    cell = v4.new_code_cell("secret_code()", outputs=[v4.new_output("display_data", {"text/html": html})])
    cell.metadata.tags = tags.split()
    return cell
