"""The real tables that lie beside the project, made into editions by the notebooks; their own configuration where they
have one. They are read where they are: they are no part of this repository."""

import shutil
import tempfile
from datetime import date
from pathlib import Path

from analysis.config import rules
from analysis.gate import clean
from analysis.report import findings
from analysis.report.edition import Edition
from support import played
from support.district import HOME, words

DATA = HOME.parent / "shared" / "data"
GIA_LAI, REAL = DATA / "gia-lai-2026", DATA / "real"
AN_GIANG = DATA / "an-giang-2025-10" / "bao_cao_T10_2025.xlsx"
DAYS = ("2026-09-23", "2026-10-02", "2026-10-04", "2026-10-08")
SUBCRITERIA = GIA_LAI / "subcriteria_2026-10-08.csv"
MISSING = f"the reference figures are not here: {DATA}"


def gate(area: str, day: str, *files: Path, home: Path = HOME) -> tuple[clean.Cleaned, rules.Rules]:
    """What the gate makes of the files, and the rules of that day."""
    in_force = rules.load(home, area, date.fromisoformat(day))
    return clean.gate(files, in_force, words()), in_force


def editions(area: str, files: dict[str, Path], config: Path | None = None) -> dict[str, Edition]:
    """The edition of each day, by day, made after those before it were published.

    files : the table of each day, by day, oldest first;  config : a folder whose areas come beside the project's own
    """
    made = {}
    with tempfile.TemporaryDirectory() as folder, played.at(Path(folder)) as home:
        if config:
            shutil.copytree(config, home / "config", dirs_exist_ok=True)
        for day, path in files.items():
            cleaned, held = gate(area, day, path, home=home)
            tables = played.cleaned(home, area, day, cleaned)
            tables["findings"] = findings.collect(tables, held, words())
            origin = {"file": path.name, "hash": "0" * 64, "revision": "1", "code": "0.1.0-abc1234"}
            made[day] = Edition(held, words(), tables, "", origin)
            played.publish(home, area, day)
    return made
