"""In every kind of week a unit's place before is the one that was published, whoever is compared today."""

from itertools import product

import pytest
from support import kinds

from analysis.report import unitpage

# Those in which places can differ are tried before the others.
CASES = kinds.among(kinds.KINDS, short=("merged",), long=("first", "renamed", "new year", "other totals carried"))


def published_places(edition):
    """Each unit's place at the previous cut-off: of its own published week, else among the totals that the table carries."""
    course, cells = edition.tables["course"], edition.tables["measurements"]
    previous_cutoff = edition.tables["changes"]["previous_cutoff"].max()
    published = course[(course["cutoff"] == previous_cutoff) & (course["carried_by"] == "")]
    if len(published):
        return published.set_index("unit_code")["rank"].dropna()
    carried = cells[(cells["indicator"] == "PREVIOUS_TOTAL") & cells["unit_code"].isin(edition.units["unit_code"])]
    totals = carried.set_index("unit_code")["value"].dropna()
    return totals.map(lambda total: 1.0 + (totals > total).sum())


@pytest.mark.parametrize("kind", CASES)
def test_a_place_before_is_the_published_one(kind):
    edition = kinds.made(kind)
    compared = edition.units[edition.units["change"].notna()].set_index("unit_code")
    assert compared["previous_rank"].to_dict() == published_places(edition).reindex(compared.index).to_dict()
    assert edition.units.loc[edition.units["change"].isna(), "previous_rank"].isna().all()


def test_where_another_unit_was_merged_a_page_tells_the_move_between_the_published_places():
    edition = kinds.made("merged")
    units, before = edition.units.set_index("unit_code").drop(kinds.MERGED), published_places(edition)
    for code, unit in units.iterrows():
        told = "".join(unitpage.page_pieces(edition, code))
        moves = [(before[code], unit["rank"])] if before[code] != unit["rank"] else []
        assert [move for move in product(range(1, 19), repeat=2) if say_move(edition.words, *move) in told] == moves


def say_move(words, previous, rank):
    fields = {"previous": words.number(previous, 0), "rank": words.number(rank, 0)}
    return words.say("unit.up" if rank < previous else "unit.down", **fields)
