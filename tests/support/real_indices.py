"""Homes of the shared real tables of other areas and indices, each by configuration alone.

The configuration lies beside the tables and is no part of this repository: a home is made of it and of these edits, which
say what a configuration can say by now.
"""

import functools
import shutil
import tempfile
from pathlib import Path

from analysis.report.edition import Edition
from support.real import REAL, editions
from support.stored import stored

SIPAS_INDEX = """\
short = "SIPAS"
maximum = 100
[name]
vi = "Chỉ số hài lòng"
en = "Satisfaction Index"
[within]
vi = "Chỉ số hài lòng"
en = "the satisfaction index"
[full]
vi = "Chỉ số hài lòng của người dân, tổ chức đối với sự phục vụ của cơ quan hành chính nhà nước (SIPAS)"
en = "the Satisfaction Index of Public Administrative Services (SIPAS)"
"""
PLACE = ('place = "cả nước"', 'place = "Hà Nội"')
PROVINCES = """\
[kinds.province]
vi = "các tỉnh, thành phố"
en = "the provinces and cities"

[targets]"""
EDITS = {  # by file: what stands there, and what to write instead
    "ha-noi-766": {
        "area.toml": [('place = "thành phố Hà Nội"', 'place = "Hà Nội"')],
        "sheets.csv": [("groups,none,", ",none,,,2026-01-01,,see SOURCE.md\ngroups,none,")],
    },
    "tinh-766-2026": {"area.toml": [('control_rows = ["Cả nước"]', "control_rows = []"), PLACE]},
    "sipas-2015": {
        "area.toml": [
            ('control_rows = ["(không có)"]', 'control_rows = []\nindex_folder = "index-sipas"\nrank_ties = "order"'),
            ('scope = "sipas"', 'scope = ""'),
            ("[targets]", PROVINCES),
            PLACE,
        ]
    },
}
TABLES = {  # by cut-off
    "ha-noi-766": {"2026-10-01": "2026-10-01.json"},
    "tinh-766-2026": {"2026-10-06": "2026-10-06.json", "2026-10-10": "2026-10-10.json"},
    "sipas-2015": {"2015-12-31": "2015-12-31.csv"},
}


def configure(folder: Path, area: str) -> None:
    """The area's configuration, edited, and that of its index in ``folder``, beside which the program's own stands."""
    delivered = REAL / area / "config"
    shutil.copytree(delivered / area, folder / area)
    if (index := delivered / "index-766").is_dir():
        shutil.copytree(index, folder / "index-sipas")
        (folder / "index-sipas" / "index.toml").write_text(SIPAS_INDEX, "utf-8")
    for name, edits in EDITS[area].items():
        path = folder / area / name
        text = path.read_text("utf-8")
        for old, new in edits:
            assert old in text, old
            text = text.replace(old, new)
        path.write_text(text, "utf-8")


@functools.cache
@stored
def newest(area: str) -> Edition:
    """The edition of the newest delivered table, after the earlier ones were published."""
    with tempfile.TemporaryDirectory() as folder:
        configure(Path(folder), area)
        files = {day: REAL / area / name for day, name in TABLES[area].items()}
        return list(editions(area, files, Path(folder)).values())[-1]
