"""A stand-in week with a draft and a workbook, and what people do to them."""

import dataclasses
import io
import zipfile
from pathlib import Path

from analysis.run import pipeline
from analysis.weeks import atomic, paths
from support.stand_in import AREA, CUTOFF, accepted, echo, published, put

DRAFT = f"reports/{AREA}/{CUTOFF}/report.docx"


def office_file(text: str, kind: str = "docx", who: str = "") -> bytes:
    """As much of an Office file as an office program looks for first. who : wrote it last"""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as file:
        file.writestr(zipfile.ZipInfo({"docx": "word/document.xml", "xlsx": "xl/workbook.xml"}[kind]), text)
        if who:
            core = '<p xmlns:a="a" xmlns:b="b"><a:lastModifiedBy>{}</a:lastModifiedBy><b:modified>{}</b:modified></p>'
            file.writestr(zipfile.ZipInfo("docProps/core.xml"), core.format(who, "2023-12-05T08:30:00Z"))
    return held.getvalue()


def export(home: Path, area: str, cutoff: str, name: str, words) -> None:
    """What ``echo`` makes, with a draft, a workbook and a unit's page of the same text."""
    echo(home, area, cutoff, name, words)
    folder = paths.run_reports(home, area, name)
    text = (folder / "report.html").read_text()
    for kind in ("docx", "xlsx"):
        atomic.save(folder / {"docx": "report.docx", "xlsx": "appendix.xlsx"}[kind], office_file(text, kind))
    atomic.save(folder / "units" / "A.html", text)


STEPS = pipeline.Pipeline(
    lambda *_: accepted(), Path("no notebooks"), (), export, lambda line: None, index=lambda *_: None
)


def week(home: Path, text: str = "first", reissue: bool = False, **steps) -> pipeline.Outcome:
    """The week made from a table that says ``text``."""
    raw = [put(home.parent / f"{text}.txt", text)]
    return pipeline.make_week(home, AREA, CUTOFF, raw, reissue=reissue, steps=dataclasses.replace(STEPS, **steps))


def reports(home: Path, name: str = "") -> Path:
    return published(home)[1] / name


def held(home: Path) -> dict[str, bytes]:
    """What the folder of reports holds, by its path there."""
    return {
        path.relative_to(reports(home)).as_posix(): path.read_bytes()
        for path in reports(home).rglob("*")
        if path.is_file()
    }


def new_rule(home: Path) -> None:
    """What makes the week due again: the same figures, by another rule."""
    path = home / "config" / AREA / "units.csv"
    put(path, (path.read_text() if path.exists() else "") + "a rule\n")
