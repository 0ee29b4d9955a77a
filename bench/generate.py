"""Generates raw tables of any size, deterministically, with the configuration of their areas.

    python bench/generate.py HOME [--units 3321] [--areas 34] [--cutoffs 2]

Lays out HOME with the areas ``tinh-01`` … (``--units 156 --areas 1``: a province), their registries and their tables in
the form of the portal; ``python -m analysis week --area all --home HOME`` makes their reports. ``earlier_weeks`` gives
the real week of Chợ Mới a past: the tables of the weeks before it, walked backwards from its own figures.
"""

import argparse
import re
import shutil
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd

from analysis.config import periods, rules, wording
from analysis.gate import clean

PROJECT = Path(__file__).parent.parent
SEED = 766
NEWEST, WEEK = date(2026, 10, 5), timedelta(weeks=1)
MODEL = "gia-lai"  # the area whose settings and form of table the generated provinces take

# Parts of a commune's name: first and last syllables of real names.
FIRST = (
    "An Bình Châu Chánh Cẩm Diên Đại Định Đông Đức Gia Hàm Hải Hòa Hưng Kiến Kim Lộc Long Lương Mỹ Nam Nghĩa Nhơn "
    "Phong Phú Phước Quảng Sơn Tam Tân Tây Thạnh Thanh Thiện Thới Thuận Tiên Trung Trường Vạn Văn Việt Vĩnh Xuân "
    "Yên"
)
LAST = (
    "An Bảo Bình Châu Cường Điền Định Đồng Đông Đức Giang Hà Hải Hậu Hiệp Hòa Hội Hưng Khánh Khê Kiến Lâm Lập Lạc "
    "Lộc Lợi Long Lương Mỹ Ngãi Nghĩa Nguyên Nhơn Ninh Phong Phú Phúc Phước Quới Sơn Tân Tây Thành Thạnh Thắng "
    "Thịnh Thọ Thới Thuận Tiến Trạch Trị Trung Trường Tường Viên Vinh Xuân Yên"
)


# -- a province, a nation --------------------------------------------------------------------------------------------


def nation(home: Path, units: int = 3321, areas: int = 34, cutoffs: int = 2) -> list[str]:
    """``units`` communes in ``areas`` provinces of nearly one size, as areas of ``home``; the names of the areas."""
    shutil.copytree(PROJECT / "config" / "index-766", home / "config" / "index-766")
    shutil.copytree(PROJECT / "config" / "wording", home / "config" / "wording")
    shares = np.array_split(np.arange(units), areas)
    return [province(home, number, len(share), cutoffs) for number, share in enumerate(shares, start=1)]


def province(home: Path, number: int, units: int, cutoffs: int) -> str:
    """One area: its folder of config/, and a raw table for each of the last ``cutoffs`` Mondays; its name."""
    area, code, title = f"tinh-{number:02d}", f"G{number:02d}", f"Số {number:02d}"
    config, raw, random = home / "config" / area, home / "data" / "raw" / area, np.random.default_rng(SEED + number)
    raw.mkdir(parents=True)
    shutil.copytree(PROJECT / "config" / MODEL, config)
    (config / "area.toml").write_text(settings((config / "area.toml").read_text("utf-8"), code, title), "utf-8")
    registry = registered(code, units, random)
    registry.to_csv(config / "units.csv", index=False)
    names = dict(zip(registry["code"], registry["type"] + " " + registry["name"], strict=True))
    names[code] = f"tỉnh {title}"
    points = standing(registry["code"].tolist(), code, random)
    for back in reversed(range(cutoffs)):
        table = (points / 100).assign(name=points.index.map(names), total=points.sum(axis="columns") / 100)
        table = table.sort_values("total", ascending=False, kind="stable")
        table = table.loc[[code, *table.index.drop(code)], ["name", "total", *points.columns]]
        table.rename_axis("code").to_csv(raw / f"{NEWEST - back * WEEK}.csv")
        points = moved(points, random)
    return area


def settings(model: str, code: str, title: str) -> str:
    """The model's area.toml with another code, name and registry."""
    text = re.sub(r'(?m)^code = "[^"]*"', f'code = "{code}"', model)
    text = re.sub(r'(?m)^units = "[^"]*"', 'units = "units.csv"', text)
    text = re.sub(r"(?m)^unit_codes = .*\n", "", text)
    return text.replace("Gia Lai", title).replace("GIA LAI", title.upper())


def registered(code: str, units: int, random: np.random.Generator) -> pd.DataFrame:
    """A registry of ``units`` communes with distinct names; every eighth is a ward."""
    pairs = [f"{first} {last}" for first in FIRST.split() for last in LAST.split() if first != last]
    chosen = random.choice(pairs, units, replace=False)
    return pd.DataFrame(
        {
            "code": [f"{code}.{number}" for number in range(101, 101 + units)],
            "name": chosen,
            "type": np.where(np.arange(units) % 8 == 0, "phường", "xã"),
            "kind": "commune",
            "valid_from": "2025-07-01",
            "valid_to": "",
            "successor_code": "",
            "source": "generated",
        }
    )


def standing(codes: list[str], control: str, random: np.random.Generator) -> pd.DataFrame:
    """Group points in hundredths, one row per unit, the province first; distributed like those of Gia Lai in 2026.

    MDHL has all its points, or an item of them is lost; CKMB is the same for every unit.
    """
    count = len(codes) + 1
    lost = random.choice([0, 12, 6], count, p=[0.85, 0.12, 0.03])
    points = {
        "CKMB": np.full(count, 11.79),
        "TDGQ": 20 - random.exponential(0.8, count),
        "DVCTT": random.normal(6.8, 0.7, count),
        "TTTT": random.normal(7.2, 0.8, count),
        "MDHL": 18.0 - lost,
        "MDSH": random.normal(11.5, 1.5, count),
    }
    frame = pd.DataFrame(points, index=[control, *codes])
    frame.loc[control, ["TDGQ", "MDHL", "MDSH"]] = [17.1, 11.3, 9.5]  # it includes the province's own offices
    return hundredths(frame)


def moved(points: pd.DataFrame, random: np.random.Generator) -> pd.DataFrame:
    """A week later: small steps everywhere but in CKMB and MDHL, and one unit in fifty loses or regains an item."""
    steps = random.normal(2, 8, points.shape) * [0, 1, 1, 1, 0, 1]
    later = points + steps.round()
    turned = random.random(len(points)) < 0.02
    later["MDHL"] = points["MDHL"].where(~turned, np.where(points["MDHL"] > 1500, 600, 1800))
    return hundredths(later / 100)


def hundredths(points: pd.DataFrame) -> pd.DataFrame:
    most = {"CKMB": 18, "TDGQ": 20, "DVCTT": 12, "TTTT": 10, "MDHL": 18, "MDSH": 22}
    return (100 * points.clip(0, pd.Series(most), axis="columns")).round().astype(int)


# -- the past of Chợ Mới ---------------------------------------------------------------------------------------------

AREA, CUTOFF, CONTROL = "cho-moi", date(2023, 12, 4), "893"
STEPS = {  # mean and spread of a week's step in percentage points, points a percentage point is worth, decimals
    "CKMB": (0.2, 0.5, 0.18, 1),
    "TD": (0.0, 0.03, 0.20, 2),
    "DVCTT": (0.1, 0.25, 0.12, 1),
    "TT": (0.15, 0.4, 0.06, 2),
    "SH": (0.1, 0.3, 0.22, 1),
}


def earlier_weeks(home: Path, count: int) -> list[str]:
    """Write the tables of the ``count`` weeks before the real one into ``home``; their cut-offs, oldest first.

    Each carries the totals of the week before it; those of the newest are the ones that the real table carries.
    """
    real = home / "data" / "raw" / AREA / f"{CUTOFF}.txt"
    random, weeks = np.random.default_rng(SEED), [_measured(real)]
    for _ in range(count + 1):
        weeks.append(before(weeks[-1], random))
    days = [CUTOFF - back * WEEK for back in range(1, count + 1)]
    head = real.read_text("utf-8").split("\n")[:4]
    for day, (week, previous) in zip(days, pairwise(weeks[1:]), strict=True):
        text = "\n".join([*_headed(head, day), *_rows(week.assign(PREVIOUS_TOTAL=previous["TOTAL"]), day)])
        real.with_name(f"{day}.txt").write_text(text + "\n", "utf-8")
    return sorted(map(str, days))


def before(now: pd.DataFrame, random: np.random.Generator) -> pd.DataFrame:
    """The week before: every rate a usual step lower, the total by what those steps are worth and a little more.

    now : by unit code, the control row among them: TOTAL, PREVIOUS_TOTAL (where known, it is the total of the week
          before), CT, CT_LUYKE and the rates of STEPS
    """
    earlier, gained = now.copy(), random.normal(0, 0.08, len(now))
    for rate, (mean, spread, worth, decimals) in STEPS.items():
        earlier[rate] = (now[rate] - random.normal(mean, spread, len(now))).clip(0, 100).round(decimals)
        gained += worth * (now[rate] - earlier[rate])
    earlier["TOTAL"] = now["PREVIOUS_TOTAL"].fillna((now["TOTAL"] - gained).round(2))
    earlier["PREVIOUS_TOTAL"] = np.nan
    units = earlier.index != CONTROL
    earlier["CT_LUYKE"] = now["CT_LUYKE"] - now["CT"]
    earlier.loc[units, "CT"] = random.binomial(earlier.loc[units, "CT_LUYKE"].astype(int), 0.05)
    earlier.loc[CONTROL, ["CT", "CT_LUYKE"]] = earlier.loc[units, ["CT", "CT_LUYKE"]].sum()
    return earlier


def _measured(raw: Path) -> pd.DataFrame:
    """A table's figures as the gate reads them, by unit code, with the units' names."""
    measurements = clean.gate([raw], rules.load(PROJECT, AREA, CUTOFF), wording.load(PROJECT, "vi")).measurements
    figures = measurements.pivot(index="unit_code", columns="indicator", values="value")
    return figures.assign(name=measurements.drop_duplicates("unit_code").set_index("unit_code")["unit_name"])


def _headed(head: list[str], day: date) -> list[str]:
    """The head of the real table with another day and the labels of its week and the one before."""
    this, previous = (f"TUẦN {periods.week_of_month(each):02d}/{each:%m}" for each in (day, day - WEEK))
    spoken = f"{day:%d/%m/%Y} -Tuần {periods.week_of_month(day)}"
    said = {"04/12/2023 -Tuần 1": spoken, "TUẦN 01/12": this, "TUẦN 04/11": previous}
    return [re.sub("|".join(said), lambda found: said[found[0]], line) for line in head]


def _rows(week: pd.DataFrame, day: date) -> list[str]:
    """The control row, then the units by their total."""
    bands = rules.load(PROJECT, AREA, day).bands
    ranked = [CONTROL, *week.drop(CONTROL).sort_values("TOTAL", ascending=False, kind="stable").index]
    rows = []
    for rank, (code, unit) in enumerate(week.loc[ranked].iterrows()):
        total, previous = unit["TOTAL"], unit["PREVIOUS_TOTAL"]
        band = bands.loc[bands["from_points"] <= total, "band"].iat[0].upper()
        place = ["TOÀN HUYỆN", ""] if code == CONTROL else [str(rank), unit["name"].upper()]
        rates = [f"{unit[rate]:.{decimals}f}" for rate, (*_, decimals) in STEPS.items()]
        counts = [f"{unit[count]:.0f}" for count in ("CT", "CT_LUYKE")]
        cells = [*place, f"{total:.2f}", band, f"{previous:.2f}", f"{total - previous:.2f}", *rates, *counts]
        rows.append("\t".join(cells))
    return rows


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("home", type=Path)
    options.add_argument("--units", type=int, default=3321)
    options.add_argument("--areas", type=int, default=34)
    options.add_argument("--cutoffs", type=int, default=2)
    chosen = options.parse_args()
    names = nation(chosen.home, chosen.units, chosen.areas, chosen.cutoffs)
    print(f"{chosen.units} units in {len(names)} areas, {chosen.cutoffs} cut-offs up to {NEWEST}: {chosen.home}")


if __name__ == "__main__":
    main()
