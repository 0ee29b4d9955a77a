"""An area that is measured by another index, of hospitals: its own names, groups, maximum, bands and kind of units.

Nothing of it is in the project's own configuration; what the home lacks is the program's.
"""

import json
import shutil
import tempfile
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd

from analysis.config import rules
from analysis.gate import clean
from analysis.report import findings
from analysis.report.edition import Edition
from support import played
from support.district import HOME, words
from support.stored import stored

AREA, CONTROL, LAST, UNITS = "benh-vien", "BYT", date(2025, 11, 30), 14
SHARES = {"TC": 0.25, "BM": 0.35, "NS": 0.4}  # of the maximum, by group
INDEX = """\
short = "PAR"
{maximum}
[name]
vi = "Chỉ số cải cách bệnh viện"
en = "Hospital Reform Index"
[within]
vi = "Chỉ số cải cách"
en = "the reform index"
"""
NAMED = """
[kinds.trust]
vi = "các bệnh viện"
en = "the trusts"
"""
AREA_TOML = """\
code = "BYT"
units = "from-file"
index_folder = "index-par"
scope = "{scope}"
control_rows = ["Toàn khối"]
unit_codes = "B[0-9]+"
weak_bands = ["Kém"]
[name]
vi = "khối Bạch Mai"
en = "the Bach Mai group"
peers_vi = "ngành"
peers_en = "the sectors"
[targets]
{targets}
[document]
superior = "BỘ Y TẾ"
agency = "VĂN PHÒNG"
issuer = "Văn phòng Bộ"
number_suffix = "BC-VP"
place = "Hà Nội"
signer = "CHÁNH VĂN PHÒNG"
basis = []
recipients = ["Các bệnh viện"]
{kinds}"""
GROUPS = {"TC": ("Tiếp cận dịch vụ", "Access"), "BM": ("Bộ máy tinh gọn", "Lean staff"), "NS": ("Ngân sách", "Budget")}


def write(home: Path, maximum: float, scope: str = "par", index: str = INDEX) -> None:
    """The configuration. ``scope`` : "par": two groups and a rate are printed; "": totals alone."""
    folder, own = home / "config" / "index-par", home / "config" / AREA
    folder.mkdir(parents=True)
    own.mkdir()
    if index:
        (folder / "index.toml").write_text(index.format(maximum=f"maximum = {maximum:g}"), "utf-8")
    dated = "2020-01-01,,a test"
    groups = [f"{code},{vi},{en},{SHARES[code] * maximum:g},{dated}" for code, (vi, en) in GROUPS.items()]
    _csv(folder / "groups.csv", "group,name_vi,name_en,max_points,valid_from,valid_to,source", groups)
    rate = f"GN,NS,par,whole,Giải ngân,Spending,percent,{SHARES['NS'] * maximum:g},linear,,null,{dated},stock"
    head = "indicator,group,scope,split,name_vi,name_en,unit,max_points,rule,full_at_pct,if_no_cases"
    _csv(folder / "indicators.csv", f"{head},valid_from,valid_to,source,nature", [rate])
    bands = [f"{vi},{en},{at * maximum:g},{dated}" for vi, en, at in (("Đạt", "Pass", 0.55), ("Kém", "Fail", 0))]
    _csv(folder / "bands.csv", "band,name_en,from_points,valid_from,valid_to,source", bands)
    columns = [("Mã", "code", "text"), ("Tên", "unit", "text"), ("Điểm", "total", "score")]
    if scope:
        columns += [("Tiếp cận", "TC", "points"), ("Bộ máy", "BM", "points"), ("Giải ngân", "GN", "percent")]
    rows = [f"{header},{field},{kind},yes,,refuse" for header, field, kind in columns]
    _csv(own / "columns.csv", "header,field,kind,required,decimals,on_excess", rows)
    text = AREA_TOML.format(scope=scope, targets="GN = 60" if scope else "", kinds=NAMED)
    (own / "area.toml").write_text(text, "utf-8")
    shutil.copy(HOME / "config" / "gia-lai" / "report.docx", own)


def _csv(path: Path, head: str, rows: list[str]) -> None:
    path.write_text("\n".join([head, *rows, ""]), "utf-8")


def tables(maximum: float, scope: str = "par", weeks: int = 4) -> dict[str, str]:
    """The delivered table of each week, as JSON, by cut-off: numbers with two decimals, of one point with four."""
    chance, decimals = np.random.default_rng(80), 2 if maximum > 10 else 4
    share, delivered = chance.uniform(0.3, 0.9, (UNITS + 1, 3)), {}
    for number in range(weeks):
        share = (share + chance.normal(0.005, 0.01, share.shape)).clip(0, 1)
        share[3] -= 0.2 * (number == weeks - 1)  # a fall that is marked
        share = share.clip(0, 1)
        points = (share[:, :2] * maximum * np.array([SHARES["TC"], SHARES["BM"]])).round(decimals)
        rate = (100 * share[:, 2]).round(1)
        table = pd.DataFrame({"Mã": [CONTROL, *(f"B{at}" for at in range(1, UNITS + 1))]})
        table["Tên"] = ["Toàn khối", *(f"Bệnh viện {at}" for at in "ABCDEGHIKLMNOP")]
        table["Điểm"] = (points.sum(axis=1) + rate / 100 * SHARES["NS"] * maximum).round(decimals)
        if scope:
            table = table.assign(**{"Tiếp cận": points[:, 0], "Bộ máy": points[:, 1], "Giải ngân": rate})
        day = str(LAST - timedelta(weeks=weeks - 1 - number))
        delivered[day] = json.dumps(table.to_dict("records"), ensure_ascii=False)
    return delivered


@stored
def edition(maximum: float, lang: str = "vi", scope: str = "par", weeks: int = 4) -> Edition:
    """The newest of so many weeks, by the notebooks."""
    with tempfile.TemporaryDirectory() as folder:
        write(Path(folder), maximum, scope)
        with played.at(Path(folder)) as home:
            held = rules.load(home, AREA, LAST)
            delivered = tables(maximum, scope, weeks)
            for day, text in delivered.items():
                (home / "table.json").write_text(text, "utf-8")
                in_force = rules.load(home, AREA, date.fromisoformat(day))
                cleaned = clean.gate([home / "table.json"], in_force, in_force.worded(words()))
                made = played.cleaned(home, AREA, day, cleaned)
                if day != list(delivered)[-1]:
                    played.publish(home, AREA, day)
            made["findings"] = findings.collect(made, held, held.worded(words(lang)))
    return Edition(held, words(lang), made, "", {"file": "table.json", "hash": "0" * 64, "revision": "1"})
