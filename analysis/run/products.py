"""Makes the files that people open from a run's tables and its executed notebook 4_report."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.config import periods
from analysis.config.wording import Wording
from analysis.weeks import atomic, paths, provenance, store

if TYPE_CHECKING:
    from nbformat import NotebookNode

    from analysis.report.edition import Edition


def page_and_mail(home: Path, area: str, cutoff: str, run: str, words: Wording) -> list[str]:
    """Write report.html with index.html, appendix.xlsx and mail.eml into the run's report folder, from its 4_report;
    nothing to tell of them."""
    from analysis.mail import compose
    from analysis.report import export, figures, headline, indexpage, workbook
    from analysis.report.charts.preview import DPI
    from analysis.report.head import PREVIEW

    notebook, edition = _report(home, area, cutoff, run, words)
    day, folder, title = edition.rules.cutoff, paths.run_reports(home, area, run), headline.title(edition)
    atomic.save(folder / "report.html", export.page(notebook, words, title))
    if edition.rules.settings["public"]["base_url"] and (picture := figures.preview(edition)):
        atomic.save(folder / PREVIEW, picture.png(DPI))
    atomic.save(folder / "index.html", indexpage.build_way_in(title, headline.head(edition), words))
    atomic.save(folder / "appendix.xlsx", workbook.build_workbook(edition))  # before the mail, which attaches it
    digest = export.digest(notebook, words, title)
    when = datetime(day.year, day.month, day.day, tzinfo=UTC)  # not now: the same week gives the same bytes
    seed = f"{area} {cutoff} {edition.provenance['revision']}"
    message = compose.build_mail(digest, subject=headline.subject(edition), words=words, date=when, seed=seed)
    named = f"766-{area}-{cutoff}"  # what a reader saves keeps its area and week; names on disk stay
    attached = {f"{named}.xlsx": folder / "appendix.xlsx"}
    if edition.rules.settings["mail"]["attach_page"]:
        attached[f"{named}.html"] = folder / "report.html"
    compose.save(message, folder / "mail.eml", attached)
    return []


def word(home: Path, area: str, cutoff: str, run: str, words: Wording) -> list[str]:
    """Write report.docx into the run's private report folder; tell which of its parts the template has no place for."""
    from analysis.report import document

    _, edition = _report(home, area, cutoff, run, words)
    atomic.save(paths.run_reports(home, area, run) / "report.docx", document.build_document(edition, home))
    names = [words.say(f"run.part_{part}") for part in document.find_lacking(home, area)]
    return [words.say("run.template_lacks", area=area, parts=words.listed(names))] if names else []


PARTS = (page_and_mail, word)  # independent of each other


def _report(home: Path, area: str, cutoff: str, run: str, words: Wording) -> "tuple[NotebookNode, Edition]":
    """The run's executed 4_report, and the edition (tables, rules, words) that it was made from."""
    import nbformat

    from analysis.config import rules
    from analysis.report.edition import Edition

    notebook = nbformat.read(paths.run_folder(home, area, run) / "4_report.ipynb", as_version=4)
    week = store.open_week(area, cutoff, run, home)
    tables = week.read_all() | {"findings": week.read("findings")}
    place = notebook.metadata.papermill.parameters.get("province_rank", "")
    in_force = rules.load(home, area, periods.cutoff(cutoff))
    return notebook, Edition(in_force, words, tables, place, provenance.provenance(week))
