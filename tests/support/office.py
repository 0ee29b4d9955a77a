"""What LibreOffice prints of an Office file: pages, words and fonts, measured in millimetres; and editions to print."""

import functools
import html
import io
import re
import shutil
import subprocess
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pytest

from analysis.report.edition import Edition
from support import district

SOFFICE, MM = shutil.which("soffice"), 25.4 / 72
TIMES, TINOS = "Times New Roman", "Tinos"  # free, and each letter is as wide; Liberation has no Vietnamese ones


def _lacking() -> str:
    lacking = [name for name in ("soffice", "pdftohtml", "pdftotext", "fc-list") if not shutil.which(name)]
    fonts = "" if "fc-list" in lacking else subprocess.run(["fc-list"], capture_output=True, text=True).stdout
    return ", ".join([*lacking, *([] if TINOS in fonts else [f"the font {TINOS}"])])


needs_office = pytest.mark.skipif(bool(_lacking()), reason=f"not installed: {_lacking()}")


@dataclass(frozen=True)
class Box:
    """A word, or a run of one font, on a page from 1; its sides in mm from the top left corner."""

    page: int
    left: float
    top: float
    right: float
    bottom: float
    text: str = ""
    font: tuple[str, int, bool, bool] | None = None  # family, points, bold, italic

    @property
    def middle(self) -> tuple[float, float]:
        return (self.left + self.right) / 2, (self.top + self.bottom) / 2

    def holds(self, other: "Box") -> bool:
        across, down = other.middle
        return self.page == other.page and self.left <= across <= self.right and self.top <= down <= self.bottom


@dataclass(frozen=True)
class Printed:
    sizes: list[tuple[float, float]]
    words: list[Box]
    runs: list[Box]
    links: str

    def text(self, page: int | None = None) -> str:
        return " ".join(word.text for word in self.words if page in (None, word.page))

    def find(self, phrase: str) -> list[Box]:
        """The words of the first place where the phrase stands."""
        wanted = phrase.split()
        for start in range(len(self.words)):
            found = self.words[start : start + len(wanted)]
            if [word.text for word in found] == wanted:
                return found
        raise AssertionError(f"{phrase!r} is not printed")

    def fonts(self, phrase: str) -> set[tuple[int, bool, bool]]:
        """Points, bold, italic of the runs that hold the words of the phrase."""
        return {run.font[1:] for word in self.find(phrase) for run in self.runs if run.holds(word)}


def printed(data: bytes, kind: str) -> Printed:
    """Opened by LibreOffice and printed to PDF, with Tinos for Times New Roman; ``kind`` is docx or xlsx."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"file.{kind}"
        path.write_bytes(_in_tinos(data))
        profile = f"-env:UserInstallation={(Path(folder) / 'profile').as_uri()}"
        command = [SOFFICE, profile, "--headless", "--convert-to", "pdf", "--outdir", folder, path]
        subprocess.run(command, check=True, capture_output=True, timeout=120)
        pdf = path.with_suffix(".pdf")
        words = _run("pdftotext", "-bbox", pdf, "-")
        runs = _run("pdftohtml", "-xml", "-i", "-zoom", "1", "-noroundcoord", "-stdout", pdf)
        links = _run("pdfinfo", "-url", pdf) + _run("pdfinfo", "-js", pdf)
    sizes = [_numbers(each) for each in re.findall(r'<page width="([\d.]+)" height="([\d.]+)"', words)]
    return Printed(sizes, list(_words(words)), list(_runs(runs)), links)


def _in_tinos(data: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as parts, zipfile.ZipFile(out, "w") as changed:
        for name in parts.namelist():
            changed.writestr(name, parts.read(name).replace(TIMES.encode(), TINOS.encode()))
    return out.getvalue()


def _run(*command: object) -> str:
    return subprocess.run([str(each) for each in command], check=True, capture_output=True, text=True).stdout


def _numbers(texts: tuple[str, ...]) -> tuple[float, ...]:
    return tuple(float(each) * MM for each in texts)


def _words(text: str):
    for page, part in enumerate(text.split("<page ")[1:], start=1):
        for *sides, word in re.findall(r'<word xMin="(.*?)" yMin="(.*?)" xMax="(.*?)" yMax="(.*?)">(.*?)</word>', part):
            yield Box(page, *_numbers(sides), html.unescape(word))


def _runs(text: str):
    fonts = dict(re.findall(r'<fontspec id="(\d+)" (.*?)/>', text))
    for page, part in enumerate(text.split("<page ")[1:], start=1):
        for top, left, width, height, font, run in re.findall(
            r'<text top="(.*?)" left="(.*?)" width="(.*?)" height="(.*?)" font="(\d+)">(.*?)</text>', part
        ):
            top, left, width, height = _numbers((top, left, width, height))
            size, family = re.search(r'size="(\d+)" family="(?:\w+\+)?(\w+)', fonts[font]).groups()
            about = (family, int(size), "<b>" in run, "<i>" in run)
            yield Box(page, left, top, left + width, top + height, font=about)


# -- editions --------------------------------------------------------------------------------------------------------


def crowd(names: list[str], origin: dict | None = None) -> Edition:
    """As many units as names, ranked in that order; their figures are those of the real units, over and over."""
    week = district.week()
    codes = week["scores"].query("unit_code != @district.CONTROL").sort_values("rank")["unit_code"].tolist()
    tables = {}
    for name in (name for name, frame in week.items() if "unit_code" in frame and name != "pages"):
        groups, named = dict(tuple(week[name].groupby("unit_code"))), "unit_name" in week[name]
        copies = [
            groups[code].assign(unit_code=f"unit-{number}", **({"unit_name": unit} if named else {}))
            for number, (unit, code) in enumerate(zip(names, codes * (len(names) // 18 + 1), strict=False))
            if code in groups
        ]
        others = week[name][~week[name]["unit_code"].isin(codes)]
        tables[name] = pd.concat([others, *copies], ignore_index=True)
    order = {f"unit-{number}": number + 1.0 for number in range(len(names))}
    tables["scores"]["rank"] = tables["scores"]["unit_code"].map(order)
    return district.edition(origin=origin, **tables)


@functools.cache
def corrected() -> Edition:
    """The real week as a second issue: one figure of it was another before."""
    row = {"unit_code": "30628", "unit_name": "Chợ Mới", "indicator": "CKMB", "field": "value", "old": 76.2}
    return district.edition(origin={"revision": "2"}, corrections=pd.DataFrame([row | {"new": 72.6}]))
