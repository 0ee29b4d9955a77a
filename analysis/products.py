"""From a run's tables and its executed 4_report to the files that people open."""

from datetime import UTC, datetime
from pathlib import Path

from analysis import atomic, periods, store
from analysis.wording import Wording


def make(home: Path, area: str, cutoff: str, run: str, words: Wording) -> None:
    """report.html, report.docx, appendix.xlsx and mail.eml into the run's private reports, from its 4_report."""
    import nbformat

    from analysis import appendix, document, export, mail, report, rules

    notebook = nbformat.read(store.run_folder(area, run) / "4_report.ipynb", as_version=4)
    day, folder = periods.cutoff(cutoff), store.run_reports(area, run)
    week = store.week(area, cutoff, run)
    said = store.provenance(week)
    tables = week.read_all() | {"findings": week.read("findings")}
    place = notebook.metadata.papermill.parameters.get("province_rank", "")
    edition = report.Edition(rules.load(home, area, day), words, tables, place, said)
    title = report.title(edition)
    atomic.save(folder / "report.html", export.page(notebook, words, title))
    atomic.save(folder / "report.docx", document.compile(edition, home))
    atomic.save(folder / "appendix.xlsx", appendix.compile(edition))  # before the mail, which attaches it
    digest = export.digest(notebook, words, title)
    when = datetime(day.year, day.month, day.day, tzinfo=UTC)  # the cut-off, not now: the same week, the same bytes
    seed = f"{area} {cutoff} {said['revision']}"
    message = mail.compile(digest, subject=report.subject(edition), words=words, date=when, seed=seed)
    mail.save(message, folder / "mail.eml")
