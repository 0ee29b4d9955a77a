"""Places, groups of units and the same week a year ago from raw files to tables, against a second opinion."""

import csv

import pandas as pd
import pytest
from support import district, played, years
from support.second_opinion import Comparison

from analysis.gate import clean
from analysis.tables import TABLES
from analysis.weeks import paths, store

AREA, REAL, THEN = "cho-moi", str(district.CUTOFF), "2022-12-05"
DAYS = ["2022-11-28", THEN, "2022-12-12", "2023-11-27"]
MOVED = "30634"  # into another cluster after a year
PLACES = """Đơn vị;Phạm vi;Chỉ số;Hạng;Trên;Nguồn
;;;7;11;Công văn số 1
;cả nước;;190;705;
;tỉnh;Thanh toán trực tuyến;9;11;
Kiến An;tỉnh;;151;156;
"""
READ = [
    ("893", "province", "TOTAL", 7, 11, "Công văn số 1"),
    ("893", "country", "TOTAL", 190, 705, ""),
    ("893", "province", "TT", 9, 11, ""),
    (MOVED, "province", "TOTAL", 151, 156, ""),
]


def enter_clusters(path):
    """Every third unit in one of three clusters; one of them moves within the year."""
    head, *rows = csv.reader(path.read_text("utf-8").splitlines())
    told, codes = [[*head, "cluster"]], list(dict.fromkeys(row[0] for row in rows))
    for row in rows:
        told.append([*row, ("Cụm 2", "", "Cụm 1")[codes.index(row[0]) % 3]])
        if row[0] == MOVED:
            told[-1][5:7] = ["2023-06-30", ""]
            told.append([*row[:4], "2023-07-01", *row[5:], "Cụm 2"])
    path.write_text("\n".join(",".join(f'"{cell}"' for cell in row) for row in told) + "\n", "utf-8")


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Four generated weeks, three of them about a year ago, then the real one with its places: the home, and all of
    them compared with the second opinion."""
    with played.at(tmp_path_factory.mktemp("home")) as home:
        enter_clusters(home / "config" / AREA / "units.csv")
        comparison = Comparison(home, AREA)
        for number, day in enumerate(years.made(home, years.ordinary(DAYS, seed=7))):
            comparison.add(day)
            said = [("893", "province", "TOTAL", 5.0 + number, 11.0, ""), ("893", "province", "TT", 9.0, 12.0, "")]
            rows = pd.DataFrame(said, columns=list(TABLES["places"].columns))
            store.write_table(paths.processed(home, AREA, day), "places", rows)
        beside = home / f"{REAL}-xep-hang.csv"
        beside.write_text(PLACES, "utf-8")
        cleaned = clean.gate([district.RAW, beside], store.open_week(AREA, REAL, home=home).rules(), district.words())
        played.cleaned(home, AREA, REAL, cleaned)
        played.publish(home, AREA, REAL)
        comparison.add(REAL)
        yield store.Week(home, AREA, REAL, paths.processed(home, AREA, REAL)), comparison


@pytest.mark.long
def test_places_are_read_as_the_file_has_them_beside_the_newest_before(made):
    week, _ = made
    assert list(week.read("places").itertuples(index=False, name=None)) == READ
    before = week.read("place_changes")[["previous_place", "previous_of", "previous_cutoff"]].fillna(0)
    assert before.to_numpy().tolist() == [[8, 11, DAYS[-1]], [0, 0, ""], [9, 12, DAYS[-1]], [0, 0, ""]]


@pytest.mark.long
def test_the_second_opinion_computes_places_clusters_and_the_year_ago_alike(made):
    _, comparison = made
    assert comparison.differences == []
    # clusters: two in each of five weeks; a year ago: of the last two weeks, for every unit and the area
    cells = {name: comparison.cells[name] for name in ("place_changes", "clusters", "year_ago")}
    assert cells == {"place_changes": 4 * 5, "clusters": 5 * 2 * 12, "year_ago": 2 * 19 * 5}


@pytest.mark.long
def test_a_unit_that_only_moved_into_another_cluster_is_compared_with_itself(made):
    week, _ = made
    rows = week.read("year_ago").set_index("unit_code")
    assert (rows.loc[MOVED, "reason"], rows.loc[MOVED, "year_ago_cutoff"]) == ("", THEN)
    then = store.Week(week.home, AREA, THEN, paths.processed(week.home, AREA, THEN)).read("clusters")
    counts = [dict(table[["cluster", "units"]].to_numpy()) for table in (then, week.read("clusters"))]
    assert [counts[1][name] - counts[0][name] for name in ("Cụm 1", "Cụm 2")] == [-1, 1]
