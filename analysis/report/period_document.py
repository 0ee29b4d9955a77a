"""Makes a period's report.docx from the office's own Word template, the same as a week's (docs/document.md).

The template's sections take the four of a periodical report; the table of units by band is put in below its caption.
"""

from pathlib import Path

from analysis.config.wording import capital
from analysis.report import document, period_asks, period_page, sentences, table_rows
from analysis.report import period_sentences as said
from analysis.report.document import BLANK, GONE, OF_TOTALS
from analysis.report.period_edition import PeriodEdition
from analysis.report.published_weeks import INTERNAL

OPEN = "\u00a0" * 4  # where the clerk writes a day
GRID = "Table Grid"
STYLES = ("Tiêu đề bảng", "Ô chữ", "Ô số")  # of our template: the head, a text, a number


def build_document(edition: PeriodEdition, home: Path) -> bytes:
    """The draft as a Word file; the same edition gives the same bytes. Raises : as ``document.build_document``."""
    tables = period_page.band_tables(edition)

    def finish(filled) -> None:
        for table in tables:
            _insert(filled, table, edition)

    keywords = INTERNAL if period_asks.has_internal(edition) else ""
    return document.fill_template(
        home, edition.rules.area, fields(edition), said.title(edition), edition.rules.cutoff, finish, keywords
    )


def fields(edition: PeriodEdition) -> dict:
    """The values that a template can use, by the names in docs/document.md."""
    words, settings = edition.words, edition.rules.settings
    office, say = settings["document"], words.say
    number = f"{BLANK}/{office['number_suffix']}"
    headings = {name: period_page.section_heading(edition, name) for name in period_page.SECTIONS}
    signed = {"day": OPEN, "month": OPEN, "year": OPEN}  # the office dates it when it signs
    first = say("piece.sentence", text=said.basis(edition))
    captions = [table["caption"] for table in period_page.band_tables(edition)]
    standing = [{"name": f"{each['name']}: ", "text": each["text"]} for each in period_asks.open_rows(edition)]
    follow = filter(None, [period_asks.balance_line(edition), *period_asks.follow_lines(edition)])
    told = [f"{each.head}: {each.text} {each.rest}".rstrip() for each in period_asks.list_statements(edition)]
    internal = [*filter(None, [period_asks.by_word_line(edition)]), *told]
    lines = [{"name": "", "text": text} for text in follow]
    return document.blank_fields() | {
        "superior": office["superior"],
        "agency": office["agency"],
        "number": f"{say('piece.number')} {number}",
        "nation": say("piece.nation"),
        "motto": say("piece.motto"),
        "place": say("piece.place", place=office["place"], **signed),
        "report": say("piece.report"),
        "subject": said.heading(edition),
        "basis": sentences.basis_lines(edition),
        "correction": _correction(edition) if edition.revision > 1 else None,
        "intro": say("period.in_result", issuer=office["issuer"], span=edition.label),
        "result": {
            "heading": headings["general"],
            "lines": [first, *said.general_lines(edition), *said.about_lines(edition), *captions],
        },
        "trend": {"heading": headings["figures"], "lines": said.figure_lines(edition)},
        "requests": {
            "heading": headings["standing"],
            "rows": [*lines, *standing, *({"name": "", "text": text} for text in internal)],
        },
        "departments": [{"heading": headings["requests"], "rows": _requests(edition)}],
        "end": say("piece.end", area=settings["name"][words.lang]),
        "recipients": {
            "heading": say("piece.recipients"),
            "lines": [
                *(f"- {each};" for each in office["recipients"]),
                f"- {say('piece.archive', archive=office['archive'])}",
            ],
        },
        "signer": office["signer"],
        "signature": say("piece.signature"),
        "appendix": _appendix(edition, number, signed),
    }


def _correction(edition: PeriodEdition) -> dict:
    """That the document replaces an earlier issue, and each total that changed."""
    say = edition.words.say
    heads = {name: say(f"piece.{name}") for name in ("unit", "figure", "old", "new")}
    told = {"heading": say("piece.correction_heading"), "text": said.correction_line(edition)}
    return heads | told | {"rows": table_rows.correction_rows(edition)}


def _requests(edition: PeriodEdition) -> list[dict]:
    """Section IV: each department by name, then what it is asked and its tasks."""
    rows = []
    for section in period_asks.department_rows(edition):
        rows.append({"name": f"{section['name']}:", "text": ""})
        rows += [{"name": "", "text": text} for text in (*section["asks"], *section["tasks"])]
    return rows or [{"name": "", "text": edition.words.say("period.nothing_asked")}]


def _appendix(edition: PeriodEdition, number: str, signed: dict[str, str]) -> dict:
    """The table of all units, in the columns of the template."""
    words, names = edition.words, edition.names
    say, held = words.say, edition.figures.set_index(["unit_code", "indicator"])["value"]

    def row(unit) -> dict:
        return {
            "rank": words.number(unit.rank, 0) if unit.kind else "",
            "unit": capital(names.unit(unit.unit_code)),
            "total": words.number(unit.total),
            "band": names.band(unit.band),
            "weak": unit.band in edition.rules.settings["weak_bands"],
            "previous_total": words.number(unit.previous_total),
            "change": words.number(unit.change, signed=True),
            "fell": False,
            "cells": [
                {"text": words.number(held.get((unit.unit_code, code)), names.decimals(code)), "flag": False}
                for code in edition.printed
            ],
            "not_itemised": "",
        }

    heads = {name: say(f"piece.{name}") for name in document.HEADS} | {"total": names.total_heading()}
    shown = ("rank", "total", "band", "previous_total", "change") if edition.has_totals else ()
    if edition.previous_day is None or edition.units["previous_total"].isna().all():
        shown = tuple(name for name in shown if name not in ("previous_total", "change"))
    heads |= {"not_itemised": GONE} | {name: GONE for name in OF_TOTALS if name not in shown}
    columns = [names.measured(code) for code in edition.printed]
    control = edition.tables["period_units"].query("unit_code == @names.control")
    several = edition.units["kind"].nunique() > 1
    attached = {"number": number, "issuer": edition.rules.settings["document"]["issuer"]} | signed
    return heads | {
        "heading": say("document.appendix"),
        "title": say("period.appendix_title", basis=said.basis(edition)),
        "attached": say("document.attached", **attached),
        "columns": columns,
        "width": len(columns) + len(document.HEADS) + 2,
        "area": [row(each) for each in control.itertuples()],
        "kinds": [
            {
                "name": capital(say(f"kind.{kind}")) if several else "",
                "rows": [row(each) for each in units.itertuples()],
            }
            for kind, units in edition.units.groupby("kind", sort=False)
        ],
        "note": said.compared_line(edition),
    }


def _insert(filled, table: dict, edition: PeriodEdition) -> None:
    """Put the table of units by band below the paragraph that is its caption."""
    captions = [each for each in filled.element.body.iter(f"{document.W}p") if _text(each) == table["caption"]]
    if not captions:
        return  # a template of the office without the section
    say, rows = edition.words.say, table["rows"]
    heads = [say("piece.band"), say("period.head_units"), say("period.head_share")]
    names = ["band", "units", "share"]
    if table["previous"]:
        heads += [table["previous"], say("period.head_share"), say("period.head_difference")]
        names += ["previous_units", "previous_share", "difference"]
    made = filled.add_table(len(rows) + 1, len(heads))
    if GRID in filled.styles:
        made.style = GRID
    _fill(filled, made, 0, heads, STYLES[:1] * len(heads))
    for place, row in enumerate(rows, start=1):
        _fill(filled, made, place, [row[name] for name in names], (STYLES[1], *STYLES[2:] * (len(heads) - 1)))
    page = filled.sections[0]
    for column in made.columns:
        column.width = (page.page_width - page.left_margin - page.right_margin) // len(heads)
        for cell in column.cells:
            cell.width = column.width
    captions[-1].addnext(made._tbl)


def _fill(filled, made, row: int, texts: list[str], styles: tuple[str, ...]) -> None:
    for cell, text, style in zip(made.rows[row].cells, texts, styles, strict=True):
        paragraph = cell.paragraphs[0]
        paragraph.text = text
        if style in filled.styles:
            paragraph.style = style


def _text(paragraph) -> str:
    return "".join(each.text or "" for each in paragraph.iter(f"{document.W}t"))
