"""Which units had been sent a form for their answers when a week was made: kept with the week, which can be rebuilt so.

The outbox, which knows it, is not part of a week.
"""

import csv
import io
from collections.abc import Mapping
from pathlib import Path

from analysis.weeks import paths

COLUMNS = ["unit_code", "day"]


def write_forms(forms: Mapping[str, str]) -> bytes:
    """The file, by unit; no bytes where no unit had been sent one.

    forms : by unit_code, the day of the last one, ISO
    """
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\n").writerows([COLUMNS, *sorted(forms.items())])
    return out.getvalue().encode() if forms else b""


def read_forms(folder: Path) -> dict[str, str]:
    """What ``write_forms`` wrote, from the folder of a week or run."""
    file = folder / "replies" / paths.FORMS
    if not file.is_file():
        return {}
    return {row["unit_code"]: row["day"] for row in csv.DictReader(io.StringIO(file.read_text("utf-8")))}
