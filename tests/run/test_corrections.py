"""A correction leaves no page as it was that would be made otherwise now, whatever it changes."""

import random
import shutil

import pandas as pd
import pytest
from support import two_weeks
from support.homes import UNITS

from analysis import tables
from analysis.exits import Exit
from analysis.report import figures, unitpage
from analysis.run import pipeline, verify
from analysis.weeks import paths

AREA, CUTOFF = "cho-moi", "2023-12-04"
DAYS = ("2023-11-20", "2023-11-27", "2023-12-04", "2023-12-11")

# -- cells of the week's tables --------------------------------------------------------------------------------------


def edition_with(**others: pd.DataFrame):
    """The second week, in which each of UNITS has own rates of two indicators, one of them with a signal."""
    days = pd.DataFrame({"cutoff": DAYS, "rate": [20.0, 21, 22, 23], "low": 20.0, "high": 24.0, "cases": 50.0})
    days = days.assign(basis="counts", baseline=21.0, signal="", since="")
    rated = [days.assign(unit_code=unit, indicator=name) for unit in UNITS for name in ("TT", "DVCTT")]
    signal = {"rate": 23.0, "baseline": 21.0, "signal": "up", "since": DAYS[-1]}
    called = [
        signal | {"unit_code": unit, "indicator": name, "score": score}
        for unit in UNITS
        for name, score in (("TT", 1.2), ("DVCTT", 1.1))
    ]
    made = {"own_rates": pd.concat(rated, ignore_index=True), "signals": pd.DataFrame(called)}
    return two_weeks.edition(**made | others)


def all_that_a_page_shows(edition, code) -> list:
    """Its pieces and title, its charts, and the findings of its notebook."""
    charts = [chart for chart in [*figures.contributions(edition, code), figures.own_rates(edition, code)] if chart]
    found = edition.tables["findings"].query("unit_code == @code")
    return [
        *unitpage.page_pieces(edition, code),
        unitpage.title(edition, code),
        *((chart.svg(), chart.alt, chart.caption) for chart in charts),
        found.set_index("finding")[["severity", "indicator", "value", "reference"]].to_html(),
    ]


def with_another_cell(rows: pd.DataFrame, choose: random.Random) -> pd.DataFrame:
    """One cell otherwise: a number moved or missing, a text that stands in another row or nowhere, a mark the other
    way; or one row gone."""
    if choose.random() < 0.1:
        return rows.drop(index=choose.choice(rows.index)).reset_index(drop=True)
    place, column = choose.randrange(len(rows)), choose.choice([name for name in rows if name != "revision"])
    held = rows[column].iat[place]
    if isinstance(held, str):
        new = choose.choice([*rows[column].unique(), "x"])
    elif rows[column].dtype == bool:
        new = not held
    else:
        new = choose.choice([float("nan"), 0.0, 99.0, held + 1, held - 0.01, -held])
    return rows.assign(**{column: [new if at == place else each for at, each in enumerate(rows[column])]})


@pytest.fixture(scope="module")
def before():
    edition = edition_with()
    return edition, {
        code: (unitpage.page_pieces(edition, code), all_that_a_page_shows(edition, code)) for code in UNITS
    }


@pytest.mark.parametrize(
    "seeds",
    [
        pytest.param(range(2), id="a few"),
        pytest.param(range(2, 20), marks=pytest.mark.long, id="more"),
        pytest.param(range(20, 400), marks=pytest.mark.sweep, id="many"),
    ],
)
def test_no_page_stays_that_shows_anything_else_whichever_cell_of_the_weeks_tables_is_another(before, seeds):
    edition, shown = before
    names = [name for name in tables.BEFORE_REPORT if len(edition.tables[name])]
    compared = 0
    for seed in seeds:
        choose = random.Random(seed)
        name = choose.choice(names)
        try:
            now = edition_with(**{name: with_another_cell(edition.tables[name], choose)})
        except Exception:  # no such week can be: its pages are all made again, and that reports the error
            continue
        for code in UNITS:
            pieces, whole = shown[code]
            try:
                stays = unitpage.is_same(now, code, edition.tables, pieces)
            except Exception:
                continue
            if stays:
                assert all_that_a_page_shows(now, code) == whole, (seed, name, code)
                compared += 1
    assert compared > len(seeds) / 2


def test_a_page_is_made_again_where_no_unit_has_the_day_any_more_on_which_its_own_rates_have_a_gap(before):
    rates, unit = before[0].tables["own_rates"], UNITS[0]
    gap = rates["cutoff"] == DAYS[2]
    had = edition_with(own_rates=rates[~(gap & (rates["unit_code"] == unit))])
    now = edition_with(own_rates=rates[~gap])
    assert all_that_a_page_shows(now, unit) != all_that_a_page_shows(had, unit)
    assert not unitpage.is_same(now, unit, had.tables, unitpage.page_pieces(had, unit))


# -- cells of the delivered table ------------------------------------------------------------------------------------

CORRECTIONS = {
    "one cell": [("<u>7.42</u>", "<u>7.43</u>")],
    "one cell that moves a mark on every page": [("<b>19.3</b>", "<b>19.9</b>")],
    "two units": [("82.9\t99.82", "83.9\t99.82"), ("79.6\t99.35", "79.7\t99.35")],
    "the best of a figure": [("28.19", "21.19")],
    "a name": [("TÂN MỸ", "TẤN MỸ")],
    "the row of the district": [("<b>12.17</b>", "<b>12.27</b>")],
    "a total and its change": [("64.55\tTRUNG BÌNH\t64.25\t0.30", "64.56\tTRUNG BÌNH\t64.25\t0.31")],
    "totals that change places": [("49.18\t<b>YẾU</b>\t49.03\t0.15", "51.18\tTRUNG BÌNH\t49.03\t2.15")],
    "a total of before": [("51.1\tTRUNGB ÌNH\t56.88\t<u>-5.78</u>", "51.1\tTRUNGB ÌNH\t50.88\t0.22")],
}


TELLING = ("one cell that moves a mark on every page", "a name", "the row of the district", "totals that change places")


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=pytest.mark.long if name in TELLING else pytest.mark.sweep) for name in CORRECTIONS],
)
def test_after_a_correction_every_byte_is_that_of_a_week_made_from_nothing(real_home, tmp_path, name):
    home = shutil.copytree(real_home, tmp_path / "home")
    text = (home / "data" / "raw" / AREA / f"{CUTOFF}.txt").read_text("utf-8")
    for old, new in CORRECTIONS[name]:
        assert text.count(old) == 1
        text = text.replace(old, new)
    table = tmp_path / f"{CUTOFF}.txt"
    table.write_text(text, "utf-8")
    outcome = pipeline.make_week(home, AREA, CUTOFF, raw=[table], reissue=True)
    assert outcome.status == Exit.DONE, outcome.message
    assert len(list(paths.reports(home, AREA, CUTOFF, "units").iterdir())) == len(UNITS)
    checked = verify.verify_week(home, AREA)
    assert checked.status == Exit.DONE, checked.message
