"""Files put on disk and looked at again, and a small table to put there."""

from pathlib import Path

import numpy as np
import pandas as pd


def put(path: Path, text: str = "") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return path


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def points(*values: float, code: str = "00123") -> pd.DataFrame:
    return pd.DataFrame(
        {
            "unit_code": [f"{code}{number}" for number, _ in enumerate(values)],
            "group": "CKMB",
            "indicator": "",
            "points": values,
            "max_points": 18.0,
            "published_points": np.nan,
            "status": "computed",
        }
    )
