"""Makes report.docx from the week's findings: the draft that the office edits, numbers and signs.

Its layout is the Word template config/<area>/report.docx, which the office can change (docs/document.md). It is filled
with ``document_rows`` and the rows of the page's table. Values are always shown as typed;
no part of a value is read as a field or as markup. A template that has no place for a part of the letter gets it before
its closing sentence.
"""

import copy
import html
import io
import re
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

from docxtpl import DocxTemplate
from jinja2 import StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

from analysis.config.files import ConfigError
from analysis.config.wording import capital
from analysis.report import document_rows, followup, headline, sentences, table_rows
from analysis.report.edition import Edition, printable
from analysis.report.published_weeks import INTERNAL

TEMPLATE = "report.docx"
BLANK = "\u00a0" * 6  # where the clerk writes the number
HEADS = ("rank", "unit", "total", "band", "previous_total", "change")
OF_TOTALS = ("rank", "total", "band", "previous_total", "change", "not_itemised")  # columns that need totals
GONE = "\u2060\u200b\u2060"  # the head of a column that is taken out of its table; it is not seen
FEW = 6  # a table of so many columns keeps the widths of the template
LONGEST = 13  # characters; a longer text does not make its column wider but is broken into lines
HEAD_LINES = 5
NO_FOLLOWUP = {"followup": {"heading": "", "lines": []}}
ADDED = {  # parts of the letter that came later: an office's own template may have no place for them
    "followup": (
        "{%p if followup.lines %}",
        "{{ followup.heading }}",
        "{%p for line in followup.lines %}",
        "{{ line }}",
        "{%p endfor %}",
        "{%p endif %}",
    ),
    "departments": (
        "{%p for department in departments %}",
        "{{ department.heading }}",
        "{%p for request in department.rows %}",
        "- {{ request.name }}{{ request.text }}",
        "{%p endfor %}",
        "{%p endfor %}",
    ),
}
HEADINGS = ("requests.heading", "trend.heading", "result.heading")  # whose form the headings of added parts take
# An added part stands before the first of these that the template has.
BEFORE = {"followup": ("trend", "requests", "end", "recipients"), "departments": ("end", "recipients", "appendix")}
ZIP_DAY = (1980, 1, 1, 0, 0, 0)  # the first time that a ZIP file can store
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
TOLD = ("author", "last_modified_by", "category", "comments", "content_status", "identifier", "keywords", "subject")


def build_document(edition: Edition, home: Path) -> bytes:
    """The draft as a Word file; the same edition gives the same bytes.

    Raises : ConfigError where the template is missing, is no Word file, or uses an unknown field.
    """
    keywords = INTERNAL if followup.has_internal(edition) else ""
    about = (headline.title(edition), edition.rules.cutoff)
    return fill_template(home, edition.rules.area, fields(edition), *about, keywords=keywords)


def fill_template(
    home: Path,
    area: str,
    told: dict,
    title: str,
    day: date,
    finish: Callable[[object], None] | None = None,
    keywords: str = "",
) -> bytes:
    """The area's template, filled with these values, as a Word file.

    told   : the values by the names in docs/document.md; NO_FOLLOWUP where they say nothing of earlier asks
    title, day, keywords : of the file
    finish : takes the document of python-docx when it is filled
    Raises : as ``build_document``
    """
    name = f"config/{area}/{TEMPLATE}"
    try:
        template = DocxTemplate(home / name)
        for part in _lacking(template):
            _add_part(template.get_docx().element.body, part)
        template.render(NO_FOLLOWUP | told, environment())
    except FileNotFoundError as error:
        raise ConfigError(f"{name}: missing; how to make it: docs/document.md") from error
    except Exception as error:  # the office may have changed anything in Word
        raise ConfigError(f"{name}: {error}; what a template may ask for: docs/document.md") from error
    for table in template.docx.element.body.iter(f"{W}tbl"):
        if _take_out(table) or len(table.tblGrid.gridCol_lst) > FEW:
            _set_widths(table)
    if finish:
        finish(template.docx)
    return sealed(template.docx, title, datetime.combine(day, datetime.min.time()), keywords)


def find_lacking(home: Path, area: str) -> list[str]:
    """The parts of the letter (of ADDED) for which the area's template has no place; none where it cannot be read."""
    try:
        return _lacking(DocxTemplate(home / f"config/{area}/{TEMPLATE}"))
    except Exception:  # whoever makes the document is told why
        return []


def _lacking(template: DocxTemplate) -> list[str]:
    asked = template.get_undeclared_template_variables(environment())
    return [part for part in ADDED if part not in asked]


def _add_part(body, part: str) -> None:
    """Paragraphs at the part's place, in the form of the template's own headings and of what stands there."""
    children = [each for each in body if each.tag != f"{W}sectPr"]
    holders = [next((each for each in children if _asks_for(each, name)), None) for name in BEFORE[part]]
    place = next((each for each in holders if each is not None), None)
    headings = [next((each for each in body.iter(f"{W}p") if _asks_for(each, name)), None) for name in HEADINGS]
    heading = next((each for each in headings if each is not None), None)
    for text in ADDED[part]:
        like = heading if "heading" in text else place
        paragraph = body.add_p()
        if like is not None and like.tag == f"{W}p" and like.pPr is not None:
            paragraph.append(copy.deepcopy(like.pPr))
            for tied in paragraph.pPr.findall(f"{W}keepNext") if like is not heading else ():
                paragraph.pPr.remove(tied)  # the closing sentence stays with the signature; what precedes it need not
        paragraph.add_r().text = text
        if place is not None:
            place.addprevious(paragraph)


def _asks_for(element, name: str) -> bool:
    """Whether the template shows the value of this name there, or asks there whether it has one."""
    text = "".join(each.text or "" for each in element.iter(f"{W}t"))
    return re.search(rf"{{[{{%][^}}]*\b{re.escape(name)}\b", text) is not None


def fields(edition: Edition) -> dict:
    """The values that a template can use, by the names in docs/document.md."""
    words, settings = edition.words, edition.rules.settings
    office, say = settings["document"], words.say
    number = f"{BLANK}/{office['number_suffix']}"
    intro, *result = sentences.result_lines(edition, in_letter=True)
    trend, requests = sentences.trend_lines(edition, in_letter=True), document_rows.request_rows(edition)
    course = document_rows.followup_lines(edition)
    departments = document_rows.department_sections(edition)
    archive = say("piece.archive", archive=office["archive"])
    held = {"result": result, "followup": course, "trend": trend, "requests": requests}
    sections = {name: said for name, said in held.items() if said}
    titles = [*(say(f"document.{name}") for name in sections), *(each["name"] for each in departments)]
    numbered = [say("document.section", number=at, title=title) for at, title in enumerate(titles, start=1)]
    headings = dict.fromkeys(held, "") | dict(zip(sections, numbered, strict=False))
    return {
        "superior": office["superior"],
        "agency": office["agency"],
        "number": f"{say('piece.number')} {number}",
        "nation": say("piece.nation"),
        "motto": say("piece.motto"),
        "place": sentences.place_and_day(edition),
        "report": say("piece.report"),
        "subject": sentences.mark_correction(sentences.heading(edition), edition),
        "basis": sentences.basis_lines(edition),
        "intro": intro,
        "correction": _correction(edition) if edition.revision > 1 else None,
        "result": {"heading": headings["result"], "lines": result},
        "followup": {"heading": headings["followup"], "lines": course},
        "trend": {"heading": headings["trend"], "lines": trend},
        "requests": {"heading": headings["requests"], "rows": requests},
        "departments": [
            {"heading": heading, "rows": each["rows"]}
            for heading, each in zip(numbered[len(sections) :], departments, strict=True)
        ],
        "end": say("piece.end", area=settings["name"][words.lang]),
        "recipients": {
            "heading": say("piece.recipients"),
            "lines": [*(f"- {each};" for each in office["recipients"]), f"- {archive}"],
        },
        "signer": office["signer"],
        "signature": say("piece.signature"),
        "appendix": _appendix(edition, number),
        "tasks": _tasks(edition),
    }


def blank_fields() -> dict:
    """The parts of a letter that a document of another kind may lack, without anything in them."""
    tasks = dict.fromkeys(("department", "task", "flagged", "missed", "lowest", "heading", "title"), "")
    return {"correction": None, "tasks": tasks | {"rows": []}}


def _correction(edition: Edition) -> dict:
    say = edition.words.say
    heads = {name: say(f"piece.{name}") for name in ("unit", "figure", "old", "new")}
    rows = table_rows.correction_rows(edition)
    return heads | {
        "heading": say("piece.correction_heading"),
        "text": sentences.correction_line(edition),
        "rows": rows,
    }


def _tasks(edition: Edition) -> dict:
    words, say = edition.words, edition.words.say
    heads = {"department": "piece.department", "task": "document.task", "flagged": "piece.flagged_units"}
    heads |= {"missed": "piece.missed_units", "lowest": "piece.lowest"}
    return {name: say(key) for name, key in heads.items()} | {
        "heading": say("document.appendix_numbered", number="II"),
        "title": say("document.tasks_title", period=words.period(edition.rules.cutoff)),
        "rows": document_rows.task_rows(edition),
    }


def _appendix(edition: Edition, number: str) -> dict:
    words, say = edition.words, edition.words.say
    attached = {"number": number, "issuer": edition.rules.settings["document"]["issuer"]} | sentences.day_fields(
        edition
    )
    note = table_rows.appendix_note(edition)
    columns = [table_rows.column_name(each, words) for each in table_rows.printed_columns(edition)]
    kinds = [  # each kind has its own ranking
        {
            "name": capital(say(f"kind.{kind}")) if edition.units["kind"].nunique() > 1 else "",
            "rows": [table_rows.table_row(edition, each) for _, each in units.iterrows()],
        }
        for kind, units in edition.units.groupby("kind", sort=False)
    ]
    heads = {name: say(f"piece.{name}") for name in HEADS}
    heads |= {"total": edition.names.total_heading(), "not_itemised": edition.names.rest_heading()}
    heads |= {name: GONE for name in OF_TOTALS if name not in edition.total_columns}
    title = "appendix_title" if edition.has_totals else "appendix_figures"
    return heads | {
        "heading": say("document.appendix_numbered", number="I")
        if document_rows.task_rows(edition)
        else say("document.appendix"),
        "title": say(f"document.{title}", period=words.period(edition.rules.cutoff)),
        "attached": say("document.attached", **attached),
        "columns": columns,
        "width": len(columns) + len(heads),
        "area": table_rows.area_rows(edition),
        "kinds": kinds,
        "note": say("document.note", date=words.date(edition.rules.cutoff), note=note).strip(),
    }


def environment() -> ImmutableSandboxedEnvironment:
    """A sandbox, because a template may come by mail from outside: it can only use the given values."""
    return ImmutableSandboxedEnvironment(undefined=StrictUndefined, finalize=_typed)


def _typed(value: object) -> object:
    """A text as XML that shows it as typed.

    After filling in, docxtpl replaces {_{ by {{ and %_} by %}; so an underscore is written as a character number.
    """
    if not isinstance(value, str):
        return value
    return html.escape(printable(value)).replace("_", "&#95;")


def _take_out(table) -> bool:
    """Take the columns out of the table whose head is GONE, and give their width to the others; whether there were any.

    The template is the office's own, and has these columns for the weeks that have totals.
    """
    rows, columns = table.tr_lst, table.tblGrid.gridCol_lst
    heads = ["".join(each.text or "" for each in cell.iter(f"{W}t")) for cell in rows[0].tc_lst] if rows else []
    gone = {place for place, head in enumerate(heads) if head == GONE}
    if not gone or len(heads) != len(columns):
        return False
    for row in rows:
        place = 0
        for cell in row.tc_lst:
            spanned = set(range(place, place + cell.grid_span))
            place += cell.grid_span
            if kept := len(spanned - gone):
                cell.grid_span = kept
            else:
                row.remove(cell)
    kept = [column for place, column in enumerate(columns) if place not in gone]
    kept[0].w += sum(columns[place].w for place in gone)
    for place in gone:
        table.tblGrid.remove(columns[place])
    return True


def _set_widths(table) -> None:
    """Set the widths of columns by the longest word in the head and the longest text below, within the table."""
    columns, rows = table.tblGrid.gridCol_lst, table.tr_lst
    whole, asked = sum(each.w for each in columns), [0] * len(columns)
    for row in rows:
        texts = ["".join(each.text or "" for each in cell.iter(f"{W}t")) for cell in row.tc_lst]
        if len(texts) == len(columns):  # else a cell spans several
            asked = [max(pair) for pair in zip(asked, map(_head_length if row is rows[0] else len, texts), strict=True)]
    shares = [min(each, LONGEST) + 1 for each in asked]
    widths = [int(whole * share / sum(shares)) for share in shares]
    for column, width in zip(columns, widths, strict=True):
        column.w = width
    for row in rows:
        for cell, width in zip(row.tc_lst, widths, strict=False):
            cell.width = width if cell.grid_span == 1 else whole


def _head_length(text: str) -> int:
    """The width that a head needs in at most HEAD_LINES lines, in characters; one more because it is bold."""
    return max([len(text) // HEAD_LINES, *(len(word) + 1 for word in text.split())])


def sealed(document, title: str, day: datetime, keywords: str = "") -> bytes:
    """The document as bytes without author, times and machine names, and without references to other files.

    document : a document of python-docx; it is changed
    """
    about = document.core_properties
    for name in TOLD:
        setattr(about, name, "")
    about.title, about.revision, about.created, about.modified, about.keywords = title, 1, day, day, keywords
    for printed in about._element.xpath("cp:lastPrinted"):
        about._element.remove(printed)
    package, settings = document.part.package, document.part.part_related_by(f"{RELATIONS}/settings")
    for name, relation in list(package.rels.items()):
        if not relation.reltype.endswith(("/officeDocument", "/core-properties")):
            del package.rels[name]  # properties such as the company, and a picture of the first page
    for link in settings.element.findall(f"{W}attachedTemplate"):  # holds the path of the template on somebody's disk
        settings.element.remove(link)
    for name, relation in list(settings.rels.items()):
        if relation.is_external:
            del settings.rels[name]
    held, out = io.BytesIO(), io.BytesIO()
    document.save(held)
    with zipfile.ZipFile(held) as parts, zipfile.ZipFile(out, "w") as packed:
        for part in parts.namelist():
            packed.writestr(zipfile.ZipInfo(part, ZIP_DAY), parts.read(part), zipfile.ZIP_DEFLATED)
    return out.getvalue()
