"""What a person has still to fill in or to check before an area may have a report.

A new area begins without a letterhead, and with guesses (run/new_area/). Until each key is filled in and each guess is
marked as checked in review.csv, the table can be tried by ``gate`` and ``score``; ``week`` refuses.
"""

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import pandas as pd

# Keys of area.toml that a report cannot be without. The body above the agency and the legal basis may be empty.
NEEDED = {
    "name": ("vi", "en", "peers_vi", "peers_en"),
    "document": ("agency", "issuer", "number_suffix", "place", "signer", "recipients"),
}


class OpenPoint(NamedTuple):
    """Something that is open. ``question`` and ``value`` are those of review.csv; "" where a key is empty."""

    place: str
    question: str = ""
    value: str = ""


def find_open_points(
    area: str, settings: dict, bands: "pd.DataFrame", has_total: bool, review: "pd.DataFrame"
) -> list[OpenPoint]:
    """The empty keys of the letterhead and the names, an index without bands, then the guesses not yet checked.

    bands : the bands in force;  has_total : whether the tables have totals, which bands are of;  review : as review.csv
    """
    toml = f"config/{area}/area.toml"
    empty = [f"[{table}] {key}" for table, keys in NEEDED.items() for key in keys if not settings[table][key]]
    points = [OpenPoint(f"{toml}: {key}") for key in empty]
    if bands.empty and has_total:
        points.append(OpenPoint(f"config/{settings['index_folder']}/bands.csv"))
    for each in review[review["checked"] == ""].itertuples():
        file = each.file if "/" in each.file else f"{area}/{each.file}"
        place = ": ".join(part for part in (f"config/{file}", each.row, each.column) if part)
        points.append(OpenPoint(place, each.question, each.value))
    return points
