"""The picture that programs show beside a link to the report: the week's result in large figures."""

from analysis.report.charts.sheet import BLUE, EDGE, GREY, LOOK, Chart, Sheet, wrapped

WIDTH, HEIGHT = 600, 315  # points, in the proportion 1.91 : 1 that previews of links have
DPI = 144  # 1200 × 630 pixels
MARGIN = 36
TITLE, TOTAL, FACTS = 24, 96, 30  # type sizes


@LOOK
def draw_preview(title: str, total: str, facts: list[str]) -> Chart:
    """The title, the total in large type, and below it a few facts in one line; each is text as a reader sees it."""
    sheet = Sheet(WIDTH - 2 * EDGE)
    room = sheet.width - 2 * MARGIN
    lines = wrapped(title, room, TITLE).split("\n")[:2]
    end = sheet.write(MARGIN, MARGIN, "\n".join(lines), TITLE, up=0, color=GREY)
    sheet.write(MARGIN, (end + HEIGHT - MARGIN) / 2 - FACTS / 2, total, TOTAL, color=BLUE, weight="bold")
    said = wrapped(" · ".join(facts), room, FACTS).split("\n")[0]
    sheet.write(MARGIN, HEIGHT - MARGIN, said, FACTS, up=1)
    return sheet.chart(HEIGHT - 2 * EDGE, " · ".join([title, total, *facts]))
