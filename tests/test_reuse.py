"""What of a published week stands in the next run: only what would be the same, byte for byte."""

import shutil

import pytest
from conftest import UNITS
from district import words

from analysis import reuse, run, store, verify

AREA, CUTOFF = "cho-moi", "2023-12-04"
RECORD = {
    "commit": "c",
    "revision": 1,
    "inputs": {
        "code": {"a": "1"}, "config": {"b": "2"}, "versions": {"pandas": "3"}, "raw": ["r"], "earlier": {},
        "parameters": {"lang": "vi", "province_rank": ""}, "units": "none",
    },
}  # fmt: skip


@pytest.fixture(scope="module")
def home(tmp_path_factory, real_home):
    """The real week with the pages of UNITS, as published."""
    return shutil.copytree(real_home, tmp_path_factory.mktemp("reuse") / "home")


def made(home, **about) -> tuple[run.Outcome, list[str]]:
    told = []
    outcome = run.week(home, AREA, CUTOFF, steps=run.Steps(tell=told.append), **about)
    return outcome, [line.replace(",", ".") for line in told]


def kept(told: list[str]) -> list[str]:
    return [line.partition(":")[0] for line in told if "giữ nguyên" in line]


def corrected(home, old: str, new: str):
    """The table with one cell as typed instead."""
    text = (home / "data" / "raw" / AREA / f"{CUTOFF}.txt").read_text("utf-8")
    assert text.count(old) == 1
    (home.parent / "corrected").mkdir(exist_ok=True)
    path = home.parent / "corrected" / f"{CUTOFF}.txt"
    path.write_text(text.replace(old, new), "utf-8")
    return path


# -- a stage ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "stages"),
    [
        ({}, []),
        ({"code": {"a": "9"}}, ["1_clean", "2_score", "3_trend", "4_report"]),
        ({"config": {}}, ["1_clean", "2_score", "3_trend", "4_report"]),
        ({"versions": {"pandas": "4"}}, ["1_clean", "2_score", "3_trend", "4_report"]),
        ({"raw": ["s"]}, ["1_clean", "4_report"]),
        ({"earlier": {"x": "1"}}, ["3_trend"]),
        ({"parameters": {"lang": "vi", "province_rank": "7/11"}}, ["4_report"]),
        ({"parameters": {"lang": "en", "province_rank": ""}}, ["1_clean", "3_trend", "4_report"]),
        ({"units": "all"}, ["4_report"]),
    ],
)
def test_a_stage_is_made_again_where_something_it_reads_beside_the_tables_has_changed(tmp_path, change, stages):
    record = RECORD | {"inputs": RECORD["inputs"] | change}
    keys = {stage: (reuse.key(stage, tmp_path, RECORD), reuse.key(stage, tmp_path, record)) for stage in reuse.OWN}
    assert [stage for stage, (before, now) in keys.items() if before != now] == stages


def test_a_stage_is_made_again_where_a_table_before_it_has_changed_and_an_unknown_one_always(tmp_path):
    before = reuse.key("2_score", tmp_path, RECORD)
    (tmp_path / "measurements.csv").write_text("a\n1\n")
    assert reuse.key("2_score", tmp_path, RECORD) != before
    assert reuse.key("9_other", tmp_path, RECORD) == ""


# -- the real week ---------------------------------------------------------------------------------------------------


@pytest.mark.long
def test_another_place_in_the_province_makes_the_report_again_and_nothing_before_it(home):
    outcome, told = made(home, units=UNITS, province_rank="6/11")
    assert outcome.status == run.DONE
    assert kept(told) == ["1_clean", "2_score", "3_trend", "5_unit"]
    assert "6/11" in outcome.report.read_text("utf-8")


@pytest.mark.long
def test_a_page_more_is_made_beside_those_that_are_there(home):
    _, told = made(home, units=[*UNITS, "30628"])
    assert kept(told) == ["1_clean", "2_score", "3_trend", "5_unit"]
    assert sum(line.startswith("5_unit: xong sau") for line in told) == 1
    assert len(list((home / "reports" / AREA / CUTOFF / "units").iterdir())) == 4


@pytest.mark.long
def test_a_stage_whose_table_was_damaged_is_made_again_and_so_are_pages_that_cannot_be_compared(home):
    scores = home / "data" / "processed" / AREA / CUTOFF / "scores.csv"
    whole = scores.read_bytes()
    scores.write_text("damaged")
    outcome, told = made(home)
    assert outcome.status == run.DONE and kept(told) == ["1_clean", "3_trend", "4_report"]
    assert scores.read_bytes() == whole


@pytest.mark.long
def test_a_correction_of_one_unit_makes_its_page_and_the_report_again_and_every_byte_is_as_from_nothing(home):
    table = corrected(
        home, "<u>7.42</u>", "<u>7.43</u>"
    )  # Mỹ Hiệp's online payment: no median, no best, no band follows from it
    before = {path.name: path.read_bytes() for path in (home / "reports" / AREA / CUTOFF / "units").iterdir()}
    outcome, told = made(home, raw=[table], reissue=True)
    assert outcome.status == run.DONE, outcome.message
    after = {path.name: path.read_bytes() for path in (home / "reports" / AREA / CUTOFF / "units").iterdir()}
    same = [name for name in before if before[name] == after[name]]
    assert len(same) >= 3 and any(line.startswith(f"5_unit: {len(same)} ") for line in told), told
    assert verify.week(home, AREA).status == run.DONE, "a week from nothing is another"
    assert words().say("piece.corrected_title", text="") not in after["30634.html"].decode()
    assert store.at_home(home, store.published, AREA) == [CUTOFF]
