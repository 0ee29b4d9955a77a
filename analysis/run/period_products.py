"""Makes the files that people open of a period, from its executed notebook: page, mail, Word document, workbook."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.config.wording import Wording
from analysis.weeks import atomic, paths

if TYPE_CHECKING:
    from nbformat import NotebookNode

    from analysis.report.period_edition import PeriodEdition


def page_and_mail(home: Path, area: str, name: str, run: str, words: Wording) -> None:
    """Write report.html with index.html, appendix.xlsx and mail.eml into the run's report folder."""
    from analysis.mail import compose
    from analysis.report import export, indexpage, period_page, period_sentences, period_workbook

    notebook, edition = _read(home, area, name, run, words)
    folder, title = paths.run_reports(home, area, run), period_sentences.title(edition)
    words = edition.words
    atomic.save(folder / "report.html", export.page(notebook, words, title))
    atomic.save(folder / "index.html", indexpage.build_way_in(title, period_page.describe(edition), words))
    atomic.save(folder / "appendix.xlsx", period_workbook.build_workbook(edition))  # before the mail, which attaches it
    day = edition.rules.cutoff
    about = {"subject": period_sentences.subject(edition), "date": datetime(day.year, day.month, day.day, tzinfo=UTC)}
    seed = f"{area} {name} {edition.revision}"
    message = compose.build_mail(export.digest(notebook, words, title), words=words, seed=seed, **about)
    named = paths.saved_name(edition.rules.index.get("short", ""), area, name)
    attached = {f"{named}.xlsx": folder / "appendix.xlsx"}
    if edition.rules.settings["mail"]["attach_page"]:
        attached[f"{named}.html"] = folder / "report.html"
    compose.save(message, folder / "mail.eml", attached)


def word(home: Path, area: str, name: str, run: str, words: Wording) -> None:
    """Write report.docx into the run's private report folder."""
    from analysis.report import period_document

    _, edition = _read(home, area, name, run, words)
    atomic.save(paths.run_reports(home, area, run) / "report.docx", period_document.build_document(edition, home))


PARTS = (page_and_mail, word)  # independent of each other


def _read(home: Path, area: str, name: str, run: str, words: Wording) -> "tuple[NotebookNode, PeriodEdition]":
    """The run's executed notebook, and the edition (tables, rules, words) that it was made from."""
    import nbformat

    from analysis.report.period_edition import read_edition

    notebook = nbformat.read(paths.run_folder(home, area, run) / "6_period.ipynb", as_version=4)
    as_of = notebook.metadata.papermill.parameters["as_of"]
    return notebook, read_edition(home, area, name, run, as_of, words)
