"""Dated rows of config/ as an office changes them: closed with ``valid_to``, and entered anew below."""

from datetime import date, timedelta
from pathlib import Path

import pandas as pd


def enter_anew(path: Path, row: str, day: str, **values: str) -> None:
    """The one open row that begins so is closed the day before ``day``; below it stands the same one with other values
    from ``day`` on."""
    table = pd.read_csv(path, dtype=str, keep_default_na=False)
    (place,) = table.index[[",".join(each).startswith(row) for each in table.to_numpy()]]
    after = table.loc[[place]].assign(valid_from=day, **values)
    table.loc[place, "valid_to"] = str(date.fromisoformat(day) - timedelta(days=1))
    pd.concat([table[: place + 1], after, table[place + 1 :]]).to_csv(path, index=False)
