"""Makes the files that people open: page and mail from a run's executed notebook 4_report, all others from its tables.

Those others can be made while 4_report runs: their findings are those that 4_report writes, found from the same tables.
"""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.config.wording import Wording
from analysis.weeks import atomic, paths, store

if TYPE_CHECKING:
    from analysis.report.edition import Edition


def page_and_mail(home: Path, area: str, cutoff: str, run: str, words: Wording) -> None:
    """Write report.html with index.html, and mail.eml, into the run's report folder, from its 4_report. Call it after
    ``workbook``, which the mail brings."""
    import nbformat

    from analysis.mail import compose
    from analysis.report import export, figures, headline, indexpage
    from analysis.report.charts.preview import DPI
    from analysis.report.html_head import PREVIEW

    notebook = nbformat.read(paths.run_folder(home, area, run) / "4_report.ipynb", as_version=4)
    place = notebook.metadata.papermill.parameters.get("province_rank", "")
    edition, folder = _edition(home, area, cutoff, run, words, place), paths.run_reports(home, area, run)
    title = headline.title(edition)
    atomic.save(folder / "report.html", export.page(notebook, words, title))
    if edition.rules.settings["public"]["base_url"] and (picture := figures.preview(edition)):
        atomic.save(folder / PREVIEW, picture.png(DPI))
    atomic.save(folder / "index.html", indexpage.build_way_in(title, headline.head(edition), words))
    digest = export.digest(notebook, words, title)
    when = _date(edition)
    seed = f"{area} {cutoff} {edition.provenance['revision']}"
    message = compose.build_mail(digest, subject=headline.subject(edition), words=words, date=when, seed=seed)
    named = paths.saved_name(edition.rules.index.get("short", ""), area, cutoff)
    attached = {f"{named}.xlsx": folder / "appendix.xlsx"}
    if edition.rules.settings["mail"]["attach_page"]:
        attached[f"{named}.html"] = folder / "report.html"
    compose.save(message, folder / "mail.eml", attached)


def workbook(home: Path, area: str, cutoff: str, run: str, words: Wording, place: str = "") -> None:
    """Write appendix.xlsx into the run's report folder."""
    from analysis.report import workbook

    edition = _edition(home, area, cutoff, run, words, place)
    atomic.save(paths.run_reports(home, area, run) / "appendix.xlsx", workbook.build_workbook(edition))


def word(home: Path, area: str, cutoff: str, run: str, words: Wording, place: str = "") -> list[str]:
    """Write report.docx into the run's private report folder; return its parts for which the template has no place."""
    from analysis.report import document

    edition = _edition(home, area, cutoff, run, words, place)
    atomic.save(paths.run_reports(home, area, run) / "report.docx", document.build_document(edition, home))
    return document.find_lacking(home, area)


def letters(home: Path, area: str, cutoff: str, run: str, words: Wording, place: str = "") -> None:
    """Write the letters of units and departments into the run's folder, below ``mail/``, and the list of them."""
    import itertools

    from analysis.mail import addressees, compose
    from analysis.report import export
    from analysis.report import letters as report

    edition, folder = _edition(home, area, cutoff, run, words, place), paths.run_folder(home, area, run)
    (folder / "mail").mkdir()
    files = {}
    for each in itertools.chain(report.unit_letters(edition), report.department_letters(edition)):
        digest = export.digest(export.as_notebook(each.pieces, "mail"), words, each.title)
        # No revision: a unit that a correction does not concern keeps its letter, and is sent no second one.
        about = {"subject": each.subject, "date": _date(edition), "seed": f"{area} {cutoff} {each.code}"}
        files[each.code] = paths.letter_file(each.code)
        compose.save(compose.build_mail(digest, words=words, **about), folder / files[each.code])
    units = edition.tables["units"].itertuples()
    known = [
        (each.unit_code, addressees.UNIT, f"{each.type} {each.unit_name}".strip(), each.unit_name)
        for each in units
        if each.unit_code != edition.names.control
    ]
    known += [(each.code, addressees.DEPARTMENT, each.vi, each.en) for each in edition.rules.departments]
    listed = [addressees.Listed(*each, files.get(each[0], "")) for each in known]
    atomic.save(folder / addressees.LIST, addressees.write_list(listed))


def reminders(home: Path, area: str, cutoff: str, run: str, words: Wording) -> list[str]:
    """Write the reminder and the form of each unit that is to be reminded into the run's report folder, and the letter
    that brings the form into its folder, below ``mail/``; return the units' codes. Call it after ``letters``."""
    from analysis.mail import compose
    from analysis.report import export, form, reminder

    edition, folder = _edition(home, area, cutoff, run, words), paths.run_folder(home, area, run)
    reports = paths.run_reports(home, area, run)
    codes = reminder.reminded_units(edition)
    if codes:
        (reports / "units").mkdir(exist_ok=True)
    for code in codes:
        sheet = reports / paths.form_file(code)
        atomic.save(reports / paths.reminder_file(code), reminder.build_reminder(edition, home, code))
        atomic.save(sheet, form.build_form(edition, code))
        title = reminder.title(edition, code)
        digest = export.digest(export.as_notebook(reminder.build_pieces(edition, code), "mail"), words, title)
        about = {"subject": reminder.subject(edition, code), "date": _date(edition)}
        message = compose.build_mail(digest, words=words, seed=f"{area} {cutoff} {code} don-doc", **about)
        compose.save(message, folder / paths.reminder_letter(code), {sheet.name: sheet})
    return codes


def of_tables(*about: object) -> list[str]:
    """Make ``letters``, ``word`` and ``workbook``, which need no notebook; return the parts for which the Word template
    has no place. In one process, because they ask much of the same of the edition."""
    letters(*about)
    workbook(*about)
    return word(*about)


def _date(edition: "Edition") -> datetime:
    """The date of a draft: not now, because the same week gives the same bytes."""
    day = edition.rules.cutoff
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def _edition(home: Path, area: str, cutoff: str, run: str, words: Wording, place: str = "") -> "Edition":
    from analysis.report import unitpage

    week = store.open_week(area, cutoff, run, home)
    kept = unitpage.keep_edition(week, week.rules(), words)
    return kept.with_place(place) if place else kept
