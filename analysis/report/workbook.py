"""Makes appendix.xlsx from the week's table: every unit and printed column, as numbers to calculate with.

The first sheet is the appendix of the page: the units in the same order, and below them, apart, the whole area, so that
filtering and sorting leave it alone. The second shows where the figures come from: files, control totals, repaired
cells, and what the figures cannot show. A re-issued week has another one with its corrections; then come what units are
asked, the own rates of the week, the totals of all weeks as rows to pivot, and what every column of every sheet means.
A text is always written as text; it never becomes a formula or a link.
"""

import functools
import io
import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

import pandas as pd
import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from analysis.config.wording import capital
from analysis.method.moves import CHANGE
from analysis.report import (
    clusters,
    headline,
    places,
    remarks,
    sentences,
    table_rows,
    workbook_asks,
    workbook_compared,
    workbook_weeks,
)
from analysis.report.edition import Edition, printable

if TYPE_CHECKING:
    from analysis.report.period_edition import PeriodEdition

FONT = {"font_name": "Times New Roman", "font_size": 11, "valign": "top"}
MARKED = {"bold": True, "underline": 1, "font_color": "#9C0006"}
A4 = 9  # xlsxwriter's number for this size of paper
NARROWEST, WIDEST, WIDEST_NAME, WIDEST_SENTENCE = 8, 30, 45, 80  # columns, in characters
SOURCE_WIDTHS = (34, 20, 30, 30, 40)  # of the second sheet, in characters
LETTERS = 1.25  # letters of Times New Roman in one unit of column width
LINE_POINTS, MOST_POINTS = 15, 409  # height of a line, and the maximum height of a row in Excel
DAY = "dd/mm/yyyy"  # with the separator of the reader's own settings
HEADER, FOOTER = '&C&"Times New Roman,Bold"', '&R&"Times New Roman,Regular"&P/&N'

Formats = Callable[..., Format]


@dataclass(frozen=True)
class Column:
    """A column of a sheet: texts if ``decimals`` is None, else numbers with that many decimals; signed adds + or −.

    unit, source, about : what the data dictionary says of it, by keys of the wording: ``workbook.unit_<unit>``,
                          ``workbook.from_<source>``, ``workbook.about_<about>`` (of the code, where about is "")
    A row may give a figure other decimals, under ``<code>_decimals``.
    """

    code: str
    name: str
    decimals: int | None = None
    signed: bool = False
    unit: str = "text"
    source: str = "delivered"
    about: str = ""
    widest: int = WIDEST

    @property
    def is_text(self) -> bool:
        return self.decimals is None and self.unit != "date"


def build_workbook(edition: Edition) -> bytes:
    """The workbook; the same edition gives the same bytes."""
    words = edition.words
    sheets = {
        words.say("workbook.ranking" if edition.has_totals else "page.figures"): _ranking,
        words.say("workbook.sources"): _sources,
        **({words.say("piece.correction_heading"): _corrections} if len(edition.tables["corrections"]) else {}),
        **({words.say("workbook.asks"): _asks} if len(workbook_asks.find_rows(edition)) else {}),
        **({words.say("workbook.week_rates"): _week_rates} if len(edition.tables["week_rates"]) else {}),
        **({words.say("workbook.places"): _places} if len(places.others(edition)) else {}),
        **({words.say("workbook.clusters"): _clusters} if clusters.is_known(edition) else {}),
        **({words.say("workbook.year_ago"): _year_ago} if len(edition.tables["year_ago"]) else {}),
        words.say("workbook.weeks"): _weeks,
    }
    return build_book(headline.title(edition), edition.rules.cutoff, edition, sheets)


def build_book(title: str, day: date, edition: "Edition | PeriodEdition", sheets: dict[str, Callable]) -> bytes:
    """A workbook of these sheets, each with its title on paper, and a last one that says what each column means.

    title, day : of the file;  sheets : by name, what writes one and returns its columns: (sheet, edition, formats)
    """
    out, words = io.BytesIO(), edition.words
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    book.set_properties({"title": title, "created": datetime.combine(day, datetime.min.time())})
    formats = functools.cache(lambda **about: book.add_format(FONT | about))
    described: dict[str, list[Column]] = {}
    last = {words.say("workbook.dictionary"): functools.partial(_dictionary, described=described)}
    for name, write in (sheets | last).items():
        sheet = book.add_worksheet(name)
        sheet.set_landscape()
        sheet.set_paper(A4)
        sheet.set_margins(left=0.6, right=0.6, top=0.9, bottom=0.6)
        sheet.fit_to_pages(1, 0)
        sheet.set_header(HEADER + title.replace("&", "&&"))  # a lone & is a command
        sheet.set_footer(FOOTER)
        described[name] = write(sheet, edition, formats)
    book.close()
    return out.getvalue()


# -- sheets: each writes its rows and returns its columns -------------------------------------------------------------


def _ranking(sheet: Worksheet, edition: Edition, formats: Formats) -> list[Column]:
    say, columns, rows = edition.words.say, ranking_columns(edition), ranking_rows(edition)
    area = [] if edition.district is None else [_row(edition, edition.district)]
    widths = write_list(sheet, columns, rows, formats, frozen=2, also=area)
    last = len(rows)
    _mark(sheet, edition, columns, range(1, last + 1), formats)
    for row in area:  # after an empty row: Excel and LibreOffice extend a filter to a row right below it
        last += 2
        _write(sheet, last, columns, row, widths, formats, bold=True)
    fields = {"date": edition.words.date(edition.rules.cutoff), "note": table_rows.appendix_note(edition)}
    note = say("document.note", **fields).strip()
    _across(sheet, last + 2, 0, note, widths, formats(italic=True, text_wrap=True))
    return columns


def _week_rates(sheet: Worksheet, edition: Edition, formats: Formats) -> list[Column]:
    """The own rates of this cut-off, each with its bounds and cases, or with the reason why it is missing."""
    say, names = edition.words.say, edition.names
    columns = [
        Column("unit", say("piece.unit")),
        Column("indicator", say("piece.indicator"), source="rules"),
        *(Column(each, say(f"workbook.{each}"), 2, unit="percent", source="ours") for each in ("rate", "low", "high")),
        Column("cases", say("workbook.cases"), 0, unit="count", source="ours"),
        Column("basis", say("workbook.basis"), source="ours"),
    ]
    rows = [
        each._asdict()
        | {
            "unit": capital(names.unit(each.unit_code)),
            "indicator": names.indicator(each.indicator),
            "basis": say(f"workbook.basis_{each.basis}"),
        }
        for each in edition.tables["week_rates"].itertuples()
    ]
    write_list(sheet, columns, rows, formats, frozen=2)
    return columns


def _asks(sheet: Worksheet, edition: Edition, formats: Formats) -> list[Column]:
    """What units are asked: open asks, and those that closed this week."""
    columns = asks_columns(edition)
    write_list(sheet, columns, workbook_asks.list_rows(edition), formats, frozen=2)
    return columns


def _places(sheet: Worksheet, edition: Edition, formats: Formats) -> list[Column]:
    """Places in the province or the country, each with the one before."""
    say = edition.words.say
    columns = [
        Column("unit", say("piece.unit")),
        Column("scope", say("workbook.scope")),
        Column("indicator", say("piece.figure"), source="rules", about="figure", widest=WIDEST_NAME),
        *(
            Column(code, say(f"workbook.{code}"), 0, unit="count" if code.endswith("of") else "rank")
            for code in ("place", "of", "previous_place", "previous_of")
        ),
        Column("previous_cutoff", say("workbook.previous_cutoff"), unit="date"),
    ]
    write_list(sheet, columns, workbook_compared.list_places(edition), formats, frozen=3)
    return columns


def _clusters(sheet: Worksheet, edition: Edition, formats: Formats) -> list[Column]:
    """Groups of units (cụm, khối): mean, spread, place, and where each loses most."""
    say = edition.words.say
    ours = {"source": "ours"}
    columns = [
        Column("cluster", say("workbook.cluster"), source="rules"),
        Column("kind", say("workbook.kind"), source="rules"),
        Column("place", say("piece.rank"), 0, unit="rank", about="cluster_place", **ours),
        Column("of", say("workbook.of"), 0, unit="count", about="cluster_of", **ours),
        *(Column(code, say(f"workbook.{code}"), 0, unit="count", **ours) for code in ("units", "known")),
        Column("mean", say("workbook.mean"), 2, unit="points", **ours),
        Column("lowest", say("workbook.lowest"), 2, unit="points"),
        Column("lowest_unit", say("workbook.lowest_unit")),
        Column("highest", say("workbook.highest"), 2, unit="points"),
        Column("highest_unit", say("workbook.highest_unit")),
        Column("part", say("workbook.part"), widest=WIDEST_NAME, **ours),
        Column("lost", say("workbook.lost"), 2, unit="points", **ours),
    ]
    write_list(sheet, columns, workbook_compared.list_clusters(edition), formats, frozen=1)
    return columns


def _year_ago(sheet: Worksheet, edition: Edition, formats: Formats) -> list[Column]:
    """Each total beside that of the same week a year ago, or why it is not compared."""
    say = edition.words.say
    columns = [
        Column("unit", say("piece.unit")),
        Column("total", edition.names.total_heading(), 2, unit="points"),
        Column("year_ago_cutoff", say("workbook.year_ago_cutoff"), unit="date"),
        Column("year_ago_total", say("workbook.year_ago_total"), 2, unit="points"),
        Column("year_ago_change", say("workbook.year_ago_change"), 2, signed=True, unit="points", source="ours"),
        Column("why", say("workbook.why"), source="ours", widest=WIDEST_NAME),
    ]
    write_list(sheet, columns, workbook_compared.list_year_ago(edition), formats, frozen=1)
    return columns


def _weeks(sheet: Worksheet, edition: Edition, formats: Formats) -> list[Column]:
    """All totals known, and this week's figures: one row a cut-off, unit and figure."""
    columns, rows = weeks_columns(edition), workbook_weeks.list_rows(edition)
    write_list(sheet, columns, rows, formats, frozen=3)
    return columns


def _sources(sheet: Worksheet, edition: Edition, formats: Formats) -> list[Column]:
    """The second sheet, as blocks below each other: origin, control totals, repairs, notes about the data, remarks."""
    say, widths, row = edition.words.say, SOURCE_WIDTHS, 0
    _set_columns(sheet, widths)
    title, plain, boxed = formats(bold=True), formats(text_wrap=True), formats(text_wrap=True, border=1)
    _text(sheet, row, 0, say("piece.provenance_heading"), title)
    for what, value in sentences.origin(edition).items():
        row += 1
        _across(sheet, row, 1, value, widths, boxed)
        _text(sheet, row, 0, what, boxed)
    blocks = {"gate.controls": _controls(edition), "piece.repairs_summary": _repairs(edition)}
    blocks = {name: block for name, block in blocks.items() if block[1]}  # a head without rows says nothing
    for name, (columns, held) in blocks.items():
        _text(sheet, row + 2, 0, say(name), title)
        row += 3
        _head(sheet, row, columns, widths, formats)
        for each in held:
            row += 1
            _write(sheet, row, columns, each, widths, formats)
    row += 2
    _text(sheet, row, 0, say("piece.data_heading"), title)
    for text in sentences.data_lines(edition):
        row += 1
        _across(sheet, row, 0, text, widths, plain)
    if said := remarks.remark_rows(edition):
        row += 2
        _text(sheet, row, 0, remarks.say_heading(edition), title)
    for each in said:
        row += 1
        _across(sheet, row, 1, each["text"], widths, boxed)
        _text(sheet, row, 0, each["about"], boxed)
    return [column for columns, _ in blocks.values() for column in columns]


def _corrections(sheet: Worksheet, edition: Edition, formats: Formats) -> list[Column]:
    say, names = edition.words.say, edition.names
    rows = [
        {"unit": capital(names.unit(each.unit_code)), "indicator": names.measured(each.indicator)}
        | {"old": each.old, "new": each.new, "old_decimals": decimals, "new_decimals": decimals}
        for each in edition.tables["corrections"].itertuples()
        for decimals in [names.telling_decimals(each.indicator, each.old, each.new)]
    ]
    columns = [
        Column("unit", say("piece.unit")),
        Column("indicator", say("piece.figure"), source="rules", about="figure"),
        *(Column(each, say(f"piece.{each}"), 2, unit="own") for each in ("old", "new")),
    ]
    write_list(sheet, columns, rows, formats, frozen=1)
    return columns


def _dictionary(
    sheet: Worksheet, edition: Edition, formats: Formats, described: dict[str, list[Column]]
) -> list[Column]:
    """What each column of the other sheets holds: its meaning, its unit, what a missing value is, and its source."""
    say = edition.words.say
    widest = {"column": WIDEST_NAME, "about": WIDEST_SENTENCE, "from": WIDEST_NAME}
    columns = [
        Column(name, say(f"workbook.{name}"), widest=widest.get(name, WIDEST))
        for name in ("sheet", "column", "about", "unit", "missing", "from")
    ]
    rows = [
        {
            "sheet": name,
            "column": column.name,
            "about": say(f"workbook.about_{column.about or column.code}"),
            "unit": say(f"workbook.unit_{column.unit}"),
            "missing": say("workbook.missing_text" if column.decimals is None else "workbook.missing_number"),
            "from": say(f"workbook.from_{column.source}"),
        }
        for name, its in described.items()
        for column in its
    ]
    write_list(sheet, columns, rows, formats, frozen=2)
    return columns


def write_list(
    sheet: Worksheet, columns: list[Column], rows: list[dict], formats: Formats, frozen: int, also: tuple | list = ()
) -> list[int]:
    """Head and rows from the first line on, with a filter; ``frozen`` columns and the head stay in sight.

    also : rows that the caller writes below;  Returns : the widths of the columns, which ``also`` is counted in
    """
    widths = _widths(columns, [*rows, *also])
    _set_columns(sheet, widths)
    _head(sheet, 0, columns, widths, formats)
    for number, row in enumerate(rows, start=1):
        _write(sheet, number, columns, row, widths, formats)
    sheet.freeze_panes(1, frozen)
    sheet.repeat_rows(0)
    sheet.autofilter(0, 0, len(rows), len(columns) - 1)
    return widths


# -- rows ------------------------------------------------------------------------------------------------------------


def ranking_columns(edition: Edition) -> list[Column]:
    """The columns of the page's table of all units, and a column that names the cells below their threshold."""
    say, names, shown = edition.words.say, edition.names, edition.total_columns
    several = edition.units["kind"].nunique() > 1
    return [
        *([Column("rank", say("piece.rank"), 0, unit="rank", source="ours")] if "rank" in shown else []),
        Column("unit", say("piece.unit")),
        *([Column("kind", say("workbook.kind"))] if several else []),
        *(column for column in _total_columns(edition) if column.code in shown),
        *(
            Column(
                each["code"],
                table_rows.column_name(each, edition.words),
                names.decimals(each["code"]),
                unit=workbook_weeks.find_unit(each, edition),
                about="group" if each["figure"] == "published_points" else "figure_of_week",
            )
            for each in table_rows.printed_columns(edition)
        ),
        *(
            [Column("not_itemised", names.rest_heading(), 2, unit="points", source="ours")]
            if "not_itemised" in shown
            else []
        ),
        Column("attention", say("workbook.attention"), source="ours"),
    ]


def _total_columns(edition: Edition) -> list[Column]:
    say, computed = edition.words.say, edition.names.is_total_computed
    about = {"about": "total_computed", "source": "ours"} if computed else {}
    return [
        Column("total", edition.names.total_heading(), 2, unit="points", **about),
        Column("band", say("piece.band"), source="rules"),
        Column("previous_total", say("piece.previous_total"), 2, unit="points"),
        Column("change", say("piece.change"), 2, signed=True, unit="points"),
    ]


def weeks_columns(edition: Edition) -> list[Column]:
    """The columns of the sheet of all weeks."""
    say = edition.words.say
    return [
        Column("cutoff", say("workbook.cutoff"), unit="date"),
        Column("unit_code", say("workbook.unit_code"), source="rules"),
        Column("unit", say("piece.unit")),
        Column("kind", say("workbook.kind"), source="rules"),
        Column("indicator", say("piece.figure"), source="rules", about="figure", widest=WIDEST_NAME),
        Column("value", say("workbook.value"), 2, unit="own"),
        Column("measure", say("workbook.measure"), source="rules"),
        Column("points", say("workbook.points"), 2, unit="points", source="ours"),
        Column("change", say("piece.change"), 2, signed=True, unit="points", source="ours", about="change_of_weeks"),
        Column("rank", say("piece.rank"), 0, unit="rank", source="ours"),
        Column("band", say("piece.band"), source="rules"),
        Column("since", say("workbook.since"), unit="date", source="rules"),
        Column("origin", say("workbook.origin"), source="ours"),
    ]


def asks_columns(edition: Edition) -> list[Column]:
    """The columns of the sheet of asks."""
    say, ours = edition.words.say, {"source": "ours"}
    return [
        Column("ask_id", say("workbook.ask_id"), **ours),
        Column("unit", say("piece.unit"), about="asked_unit"),
        Column("indicator", say("piece.indicator"), source="rules", about="asked_indicator"),
        Column("ask_kind", say("workbook.ask_kind"), **ours),
        Column("ask", say("workbook.ask"), widest=WIDEST_NAME, **ours),
        Column("opened", say("workbook.opened"), unit="date", **ours),
        Column("times", say("workbook.times"), 0, unit="count", **ours),
        *(Column(each, say(f"workbook.{each}"), 2, unit="own", **ours) for each in ("level_opened", "level", "target")),
        Column("progress", say("workbook.progress"), **ours),
        Column("state", say("workbook.state"), **ours),
        Column("department", say("piece.department"), source="rules"),
    ]


def ranking_rows(edition: Edition) -> list[dict]:
    """The units by kind and rank, each as a row by column code."""
    return [_row(edition, unit) for _, unit in edition.units.iterrows()]


def _row(edition: Edition, unit: pd.Series) -> dict:
    names, code = edition.names, unit["unit_code"]
    figures, flagged = edition.figures[code], edition.flagged.get(code, set())
    kind = unit.get("kind", "")
    return {each["code"]: figures[each["figure"]].get(each["code"]) for each in table_rows.printed_columns(edition)} | {
        "rank": unit["rank"],
        "unit": capital(names.unit(code)),
        "kind": capital(edition.words.say(f"kind.{kind}")) if kind else "",
        "total": unit["total"],
        "band": names.band(unit["band"]),
        "previous_total": unit["printed_previous"],
        "change": unit["printed_change"],
        "not_itemised": unit["not_itemised"],
        "attention": "; ".join(
            [
                *(names.measured(each) for each in edition.rules.settings["marks_below"] if each in flagged),
                *_marked_falls(edition, code),
            ]
        ),
    }


def _marked_falls(edition: Edition, code: str) -> list[str]:
    """The unit's marked falls, by the one rule for all tables and charts: of its total, then of parts of it."""
    names, say = edition.names, edition.words.say
    fallen = [part for (unit, part), way in edition.marked.items() if unit == code and way < 0]
    return [
        say("workbook.marked_fall") if part == CHANGE else say("workbook.marked_fall_of", part=names.measured(part))
        for part in sorted(fallen, key=lambda part: part != CHANGE)
    ]


def _controls(edition: Edition) -> tuple[list[Column], list[dict]]:
    say = edition.words.say
    columns = [
        Column("name", say("gate.control"), source="ours"),
        Column("found", say("gate.found"), 0, unit="count", source="ours"),
        Column("expected", say("gate.expected"), 0, unit="count"),
        Column("difference", say("workbook.difference"), 0, signed=True, unit="count", source="ours"),
    ]
    rows = []
    for each in edition.tables["controls"].itertuples():
        if each.control == "units" and edition.rules.from_file:
            continue  # the table itself is the registry
        about = {"column": edition.names.measured(each.indicator)} if each.indicator else {}
        row = {"name": say(f"gate.control_{each.control}", **about), "found": each.found, "expected": each.expected}
        rows.append(row | {"difference": each.found - each.expected})
    return columns, rows


def _repairs(edition: Edition) -> tuple[list[Column], list[dict]]:
    say = edition.words.say
    columns = [
        Column("file", say("workbook.file")),
        *(Column(each, say(f"piece.{each}")) for each in ("cell", "raw")),
        *(Column(each, say(f"piece.{each}"), source="ours") for each in ("clean", "reason")),
    ]
    rows = edition.tables["repairs"].to_dict("records")
    return columns, [each | {"cell": f"{each['column_letter']}{each['row']:.0f}"} for each in rows]


# -- cells -----------------------------------------------------------------------------------------------------------


def _head(sheet: Worksheet, row: int, columns: list[Column], widths: list[int], formats: Formats) -> None:
    form = formats(bold=True, text_wrap=True, align="center", border=1, bg_color="#E7E6E6")
    for place, column in enumerate(columns):
        _text(sheet, row, place, column.name, form)
    _set_height(sheet, row, [column.name for column in columns], widths)


def _write(
    sheet: Worksheet,
    row: int,
    columns: list[Column],
    held: dict,
    widths: list[int],
    formats: Formats,
    bold: bool = False,
) -> None:
    for place, column in enumerate(columns):
        value = held[column.code]
        if isinstance(value, date):
            sheet.write_datetime(row, place, value, formats(num_format=DAY, align="center", border=1))
            continue
        if column.decimals is None:
            form = formats(text_wrap=True, align="left", indent=1, border=1, bold=bold)
            if value:
                _text(sheet, row, place, value, form)
            else:
                sheet.write_blank(row, place, None, form)
            continue
        decimals = held.get(f"{column.code}_decimals", column.decimals)
        place_in_cell = "center" if column.unit == "rank" else "right"
        number_format = _number_format(decimals, column.signed)
        form = formats(num_format=number_format, align=place_in_cell, border=1, bold=bold)
        if pd.isna(value):  # missing, not 0
            sheet.write_blank(row, place, None, form)
        else:
            sheet.write_number(row, place, float(f"{value:.10g}"), form)  # as the week's CSV files have it
    texts = [held[column.code] if column.is_text else "" for column in columns]
    _set_height(sheet, row, texts, widths)


def _across(sheet: Worksheet, row: int, column: int, text: str, widths: list[int], form: Format) -> None:
    """A text over the cells from ``column`` to the last."""
    sheet.merge_range(row, column, row, len(widths) - 1, "", form)
    _text(sheet, row, column, text, form)
    _set_height(sheet, row, [text], [sum(widths[column:])])


def _text(sheet: Worksheet, row: int, column: int, text: str, form: Format) -> None:
    form.set_quote_prefix()  # the cell stays a text when the office edits it
    sheet.write_string(row, column, printable(text), form)  # xlsxwriter cuts texts that are too long for a cell


def _number_format(decimals: int, signed: bool) -> str:
    shown = "#,##0" + ("." + "0" * decimals if decimals else "")
    return f"+{shown};-{shown};{shown}" if signed else shown


def _mark(sheet: Worksheet, edition: Edition, columns: list[Column], rows: range, formats: Formats) -> None:
    """Mark cells below their threshold, by a conditional format that still works when the office corrects a figure;
    and the changes of units with a marked fall."""
    places = {column.code: place for place, column in enumerate(columns)}
    settings, form = edition.rules.settings, formats(**MARKED)
    for row, code in zip(rows, edition.units["unit_code"], strict=True):
        if code in edition.fallen and "change" in places:
            always = {"type": "no_errors", "format": form}
            sheet.conditional_format(row, places["change"], row, places["change"], always)
    for indicator, limit in settings["marks_below"].items():
        place = places.get(indicator)
        if place is not None and rows:
            first = xlsxwriter.utility.xl_rowcol_to_cell(rows[0], place)
            rule = {"type": "formula", "criteria": f"=AND(ISNUMBER({first}),{first}<{limit})", "format": form}
            sheet.conditional_format(rows[0], place, rows[-1], place, rule)
    for band in settings["weak_bands"] if rows and "band" in places else []:
        rule = {"type": "cell", "criteria": "==", "value": f'"{edition.names.band(band)}"', "format": form}
        sheet.conditional_format(rows[0], places["band"], rows[-1], places["band"], rule)


def _widths(columns: list[Column], rows: list[dict]) -> list[int]:
    """Column widths in characters: the longest text, or the longest word of the head, within bounds."""
    texts = ([row[column.code] for row in rows] if column.is_text else [] for column in columns)
    asked = (max(map(len, [*column.name.split(), *its])) for column, its in zip(columns, texts, strict=True))
    least = (len(DAY) + 2 if column.unit == "date" else NARROWEST for column in columns)
    return [
        min(max(each + 2, narrowest), column.widest)
        for each, narrowest, column in zip(asked, least, columns, strict=True)
    ]


def _set_columns(sheet: Worksheet, widths: list[int]) -> None:
    for place, width in enumerate(widths):
        sheet.set_column(place, place, width)


def _set_height(sheet: Worksheet, row: int, texts: list[str], widths: list[int]) -> None:
    """Set the height of a row to the lines of its longest text, because not every program does that by itself."""
    rooms = [int(width * LETTERS) for width in widths]
    if all(len(text) <= room and "\n" not in text for text, room in zip(texts, rooms, strict=False)):
        return  # one line, the height of every row
    lines = [
        sum(max(1, len(textwrap.wrap(line, room))) for line in text.split("\n"))
        for text, room in zip(texts, rooms, strict=False)
    ]
    sheet.set_row(row, min(LINE_POINTS * max(lines), MOST_POINTS))
