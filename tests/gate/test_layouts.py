"""Every example of docs/layouts.md is tried: its configuration and its delivered table give what is printed there.

An example is a section of the document. Its blocks of code are files, named behind the language of the block: those of
the configuration, in ``config/example/`` or as ``index-…/…``, and one or more delivered tables. The block
``measurements`` holds the figures that come out, in the columns it names; ``problems`` one problem a line, as
"severity place: a part of its sentence"; ``scores`` the totals, bands and places.
"""

import io
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from support.district import words
from support.example import CONFIGURATION, home_of, sections
from support.sampled import sampled

from analysis.config import rules
from analysis.gate import clean
from analysis.run.gating import score_tables

CUTOFF = date(2023, 12, 4)
EXPECTED = ("measurements", "problems", "scores")
EXAMPLES = {name: blocks for name, blocks in sections().items() if name}


def gated(blocks: dict[str, str], folder: Path) -> clean.Cleaned:
    home = home_of(blocks, folder)
    delivered = [name for name in blocks if not CONFIGURATION.fullmatch(name) and name not in EXPECTED]
    for name in delivered:
        (folder / name).write_text(blocks[name], "utf-8")
    return clean.gate([folder / name for name in delivered], rules.load(home, "example", CUTOFF), words("en"))


def test_the_document_has_examples_and_each_says_what_comes_of_it():
    assert len(EXAMPLES) >= 2
    assert [name for name, blocks in EXAMPLES.items() if not set(EXPECTED) & set(blocks)] == []


@pytest.mark.parametrize("name", sampled([*EXAMPLES], short=7, long=len(EXAMPLES)))
def test_an_example_of_a_layout_gives_what_the_document_says(name, tmp_path):
    blocks = EXAMPLES[name]
    cleaned = gated(blocks, tmp_path)
    said = [
        f"{each.severity} {each.column_letter}{each.row if each.row != '' else ''}: {each.problem}"
        for each in cleaned.problems.itertuples()
    ]
    wanted = blocks.get("problems", "").splitlines()
    assert len(said) == len(wanted) and all(
        line.startswith(want.partition(": ")[0] + ": ") and want.partition(": ")[2] in line
        for line, want in zip(said, wanted, strict=True)
    ), said
    if "scores" in blocks:
        expected = pd.read_csv(io.StringIO(blocks["scores"]), dtype={"unit_code": str, "band": str})
        scores = score_tables(cleaned, rules.load(tmp_path, "example", CUTOFF))["scores"][list(expected.columns)]
        pd.testing.assert_frame_equal(scores, expected.fillna({"band": ""}), check_dtype=False)
    if "measurements" in blocks:
        expected = pd.read_csv(io.StringIO(blocks["measurements"]), dtype={"unit_code": str})
        found = cleaned.measurements[list(expected.columns)].reset_index(drop=True)
        numbers = expected.select_dtypes("number").columns
        pd.testing.assert_frame_equal(found, expected.astype(dict.fromkeys(numbers, float)), check_dtype=False)
