"""A browser that is refused the network, and a small sample of the report to show in it."""

import base64
import io
import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from matplotlib.figure import Figure
from nbformat import v4

from analysis import wording

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


def _seen(browser, html: str, ask: str, width: int = 1280, dark: bool = False, media: str = "screen") -> Seen:
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

    colours = "dark" if dark else "light"
    page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=colours)
    page.route("**/*", refuse)
    page.on("console", hear)
    page.on("pageerror", lambda error: seen.errors.append(str(error)))
    page.on("dialog", dismiss)
    page.emulate_media(media=media)
    page.goto(ADDRESS)
    seen.answer = page.evaluate(ask)
    page.close()
    return seen


ADDRESS = "http://page.test/"  # answered from memory; a real network is never asked


@pytest.fixture(scope="session")
def words():
    return wording.load(PROJECT, "vi")


def shown(tags: str, html: str = "", figure: Figure | None = None, alt: str = "", caption: str = ""):
    """An executed code cell that displays a piece of HTML, or a figure as SVG and PNG."""
    data, about = {"text/html": html}, {}
    if figure:
        svg, png = io.StringIO(), io.BytesIO()
        figure.savefig(svg, format="svg", metadata={"Date": None})
        figure.savefig(png, format="png", metadata={"Software": None})
        data = {"image/svg+xml": svg.getvalue(), "image/png": base64.b64encode(png.getvalue()).decode()}
        about = {"image/svg+xml": {"alt": alt, "caption": caption}}
    cell = v4.new_code_cell("secret_code()", outputs=[v4.new_output("display_data", data, metadata=about)])
    cell.metadata.tags = tags.split()
    return cell


def bars(names: list[str], values: list[float]) -> Figure:
    figure = Figure(figsize=(7, 0.3 * len(names) + 0.6), layout="constrained")
    axes = figure.subplots()
    axes.barh(names[::-1], values[::-1], color="#08519c")
    axes.spines[["top", "right"]].set_visible(False)
    return figure


TABLE = """\
,TOÀN HUYỆN,57.45,57.16,0.29,59.8,94.26,7.7,12.17,25.4,1746,2834
1,Chợ Mới,65.79,65.41,0.38,72.6,99.67,20.1,28.19,33.3,319,323
2,Nhơn Mỹ,64.55,64.25,0.30,79.6,99.35,12.8,26.05,26.6,120,398
3,Bình Phước Xuân,63.82,63.47,0.35,78.7,99.89,11.1,21.15,25,406,503
4,Long Điền A,63.28,62.99,0.29,87.2,99.56,7,10.08,22.5,34,55
5,Tấn Mỹ,62.35,61.12,1.23,72,99.9,12.9,14.95,28,177,180
6,Long Điền B,62.24,61.9,0.34,73.2,99.71,13.2,7.76,28.8,59,96
7,Long Kiến,61.86,61.63,0.23,75.2,99.98,9.3,11.01,26.3,93,448
8,Mỹ Luông,59.94,59.72,0.22,61.7,99.74,10.6,15.94,25.6,64,92
9,Hòa An,58.28,57.80,0.48,65.6,99.55,4.6,10.55,21.6,1,7
10,Kiến Thành,58.25,58.02,0.23,54.4,99.96,9.4,16.31,23.6,43,57
11,An Thạnh Trung,57.81,57.02,0.79,58.6,99.76,5.5,10.92,23.5,78,79
12,Hòa Bình,56.9,56.66,0.24,60.1,99.63,3.6,5.27,21.6,5,16
13,Hội An,56.84,56.73,0.11,37.7,98.06,15.5,22.59,30.1,210,330
14,Long Giang,55.8,55.41,0.39,45.6,99.51,13.3,6.45,26.9,117,142
15,Mỹ An,54.01,53.98,0.03,38.4,99.89,5.40,12.89,21.5,0,4
16,Mỹ Hiệp,51.39,51.18,0.21,26.4,99.88,5.40,7.42,21.9,2,39
17,Mỹ Hội Đông,51.1,56.88,-5.78,82.9,99.82,6.9,17.75,21.8,18,63
18,Kiến An,49.18,49.03,0.15,19.3,99.84,5.4,7.56,22.5,0,2
"""
HEAD = """<thead>
<tr><th rowspan="2">TT</th><th rowspan="2" class="text">Đơn vị</th>
<th rowspan="2">Điểm tổng hợp</th><th rowspan="2" class="text">Xếp loại</th>
<th rowspan="2">Tuần trước</th><th rowspan="2">Tăng, giảm</th><th rowspan="2">Công khai, minh bạch (%)</th>
<th rowspan="2">Tiến độ giải quyết (%)</th><th colspan="2" scope="colgroup">Dịch vụ trực tuyến</th>
<th colspan="3" scope="colgroup">Số hóa</th></tr>
<tr><th>DVCTT (%)</th><th>Thanh toán (%)</th><th>Số hóa (%)</th><th>Chứng thực</th><th>Lũy kế</th></tr></thead>"""


def appendix(words, rows: list[list[str]]) -> str:
    """The real table as the report shows it: the first row is the district's."""
    lines = []
    for number, name, total, previous, change, *rest in rows:
        weak, fell = float(total) < 50, float(change) < 0
        band = f'<td class="{"text weak" if weak else "text"}">{"Yếu" if weak else "Trung bình"}</td>'
        cells = [words.number(float(v), d) for v, d in zip(rest, (1, 2, 1, 2, 1, 0, 0), strict=True)]
        marked = [
            f'<td class="flag">{cell}<span class="visually-hidden"> (thấp)</span></td>'
            if number and float(rest[at]) < {0: 50, 2: 8, 3: 8}.get(at, 0)
            else f"<td>{cell}</td>"
            for at, cell in enumerate(cells)
        ]
        lines.append(
            f'<tr{"" if number else " class=control"}><td>{number}</td><th scope="row">{name}</th>'
            f"<td>{words.number(float(total))}</td>{band}<td>{words.number(float(previous))}</td>"
            f"<td{' class=fell' if fell else ''}>{words.number(float(change), signed=True)}</td>{''.join(marked)}</tr>"
        )
    return (
        '<div class="scroll" tabindex="0" role="region" aria-label="Phụ lục: bảng điểm">'
        f'<table class="appendix">{HEAD}<tbody>{"".join(lines)}</tbody></table></div>'
    )


def short_table(words, rows: list[list[str]]) -> str:
    """What a mail shows of it: few columns under one row of heads."""
    lines = [
        f"<tr{'' if row[0] else ' class=control'}><td>{row[0]}</td><th scope='row'>{row[1]}</th>"
        f"<td>{words.number(float(row[2]))}</td><td>{words.number(float(row[4]), signed=True)}</td>"
        f'<td class="text">{"Yếu" if float(row[2]) < 50 else "Trung bình"}</td></tr>'
        for row in rows
    ]
    names = '<th>TT</th><th class="text">Đơn vị</th><th>Tổng điểm</th><th>Tăng/giảm</th><th class="text">Xếp loại</th>'
    return f'<table class="standings"><thead><tr>{names}</tr></thead><tbody>{"".join(lines)}</tbody></table>'


PIECES = Path(__file__).with_name("pieces.html")


@pytest.fixture(scope="session")
def sample(words):
    """An executed notebook in the manner of 4_report: page and mail cells, beside code, markdown and noise."""
    rows = [line.split(",") for line in TABLE.splitlines()]
    minute, head, requests, notes = PIECES.read_text("utf-8").split("<!-- next cell -->\n")
    ranking = bars([row[1] for row in rows[1:]], [float(row[2]) for row in rows[1:]])
    alt = "Điểm tổng hợp của 18 đơn vị: cao nhất Chợ Mới 65,79; thấp nhất Kiến An 49,18."
    noise = v4.new_code_cell("warn()", outputs=[v4.new_output("stream", name="stderr", text="/secret/path warning")])
    noise.metadata.tags = ["page", "mail"]
    return v4.new_notebook(
        cells=[
            v4.new_markdown_cell("# secret markdown"),
            noise,
            shown("page mail", minute),
            shown("page", head),
            shown("page mail", figure=ranking, alt=alt, caption="Hình 1. Điểm tổng hợp và xếp hạng của 18 đơn vị."),
            shown("page mail", requests),
            shown("page", appendix(words, rows)),
            shown("mail", short_table(words, rows)),
            shown("page", notes),
        ]
    )
