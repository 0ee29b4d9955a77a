"""docs/configuration.md and docs/tables.md are what the code says."""

import re
import runpy
from pathlib import Path

import pytest

from analysis import tables
from analysis.config import area, files
from analysis.config.checks import LONG_FIELDS, STRUCTURAL_FIELDS
from analysis.mail import schema

DOCS = Path(__file__).parents[2] / "docs"
REFERENCE = runpy.run_path(str(DOCS / "reference.py"))


@pytest.mark.parametrize("name", REFERENCE["WRITES"])
def test_what_is_written_from_the_code_is_current(name):
    assert (DOCS / name).read_text("utf-8") == REFERENCE["WRITES"][name](), "make docs"


def test_every_key_and_column_is_there():
    text = REFERENCE["configuration"]()
    for model in (area.Area, schema.Mail, schema.Smtp, area.Step, area.Document):
        assert [name for name in model.model_fields if f"`{name}`" not in text and f"[{name}]" not in text] == []
    for name, columns in files.COLUMNS.items():
        assert f"### {name}" in text and all(f"| `{column}` | " in text for column in columns)
    dictionary = REFERENCE["dictionary"]()
    for name, table in tables.TABLES.items():
        assert f"## {name}\n" in dictionary and all(f"| `{column}` | " in dictionary for column in table.columns)


def test_the_fields_of_a_column_are_all_named():
    named = re.findall(r"\w+", files.COLUMNS["columns.csv"]["field"])
    assert [field for field in (*STRUCTURAL_FIELDS, *LONG_FIELDS) if field not in named] == []
