"""What several parts of a product ask of an edition is found out once for it, and anew for another."""

from dataclasses import replace

from support.district import edition

from analysis.report.edition import once

asked = []


@once
def count(edition, what: str) -> int:
    asked.append(what)
    return len(edition.tables[what])


def test_an_edition_is_asked_once_for_the_same_and_another_edition_answers_for_itself():
    asked.clear()
    one = edition()
    less = replace(one, tables=one.tables | {"units": one.tables["units"].head(2)})
    told = [count(each, name) for each in (one, less, one, less) for name in ("units", "scores")]
    assert told == [len(each.tables[name]) for each in (one, less, one, less) for name in ("units", "scores")]
    assert asked == ["units", "scores"] * 2
