"""run.json of any content is a record of its week, or none; never an error, and never a way out of the week's folders."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.weeks import atomic, record

AREA, CUTOFF = "cho-moi", "2023-12-04"
TABLES, REPORTS = f"data/processed/{AREA}/{CUTOFF}", f"reports/{AREA}/{CUTOFF}"
RECORD = {
    "area": AREA,
    "cutoff": CUTOFF,
    "revision": 1,
    "commit": "0123456789ab+",
    "inputs": {
        "raw": ["a"],
        "remarks": [],
        "config": {"config/cho-moi/area.toml": "a"},
        "code": {"analysis/api.py": "a"},
        "earlier": {f"data/processed/{AREA}/2023-11-27": "a"},
        "parameters": {"lang": "vi", "province_rank": ""},
        "units": ["30634"],
        "versions": {"pandas": "3"},
    },
    "stages": {"1_clean": "a"},
    "units": ["30634"],
    "failed": [],
    "products": {f"{TABLES}/scores.csv": "a", f"{REPORTS}/units/30634.html": "a"},
    "finished": "2023-12-04T08:00:00+00:00",
    "seconds": 1.5,
}


def with_inputs(**values):
    return RECORD | {"inputs": RECORD["inputs"] | values}


def with_product(path: str):
    return RECORD | {"products": {path: "a"}}


NONE = {
    "null": None,
    "a list": [RECORD],
    "a number": 3,
    "a text": "x",
    "of another area": RECORD | {"area": "gia-lai"},
    "of another week": RECORD | {"cutoff": "2023-11-27"},
    "a revision of text": RECORD | {"revision": "1"},
    "a revision that is true": RECORD | {"revision": True},
    "inputs as a list": RECORD | {"inputs": []},
    "inputs as null": RECORD | {"inputs": None},
    "raw as text": with_inputs(raw="a"),
    "raw of numbers": with_inputs(raw=[1]),
    "earlier as a list": with_inputs(earlier=["x"]),
    "earlier of another area": with_inputs(earlier={"data/processed/gia-lai/2023-11-27/scores.csv": "a"}),
    "earlier of no week": with_inputs(earlier={"data/processed/cho-moi/x": "a"}),
    "earlier of numbers": with_inputs(earlier={f"data/processed/{AREA}/2023-11-27/scores.csv": 1}),
    "parameters as text": with_inputs(parameters="vi"),
    "another parameter": with_inputs(parameters={"home": "/"}),
    "another language": with_inputs(parameters={"lang": "fr"}),
    "units as a number": with_inputs(units=3),
    "units as another word": with_inputs(units="some"),
    "versions as a list": with_inputs(versions=[]),
    "config of lists": with_inputs(config={"a": []}),
    "stages as text": RECORD | {"stages": "x"},
    "pages of numbers": RECORD | {"units": [1]},
    "failed as a word": RECORD | {"failed": "no"},
    "failed as true": RECORD | {"failed": True},
    "commit as a list": RECORD | {"commit": []},
    "products as null": RECORD | {"products": None},
    "products as a list": RECORD | {"products": [f"{TABLES}/scores.csv"]},
    "a digest of null": RECORD | {"products": {f"{TABLES}/scores.csv": None}},
    "a path out of the week": with_product(f"{TABLES}/../2023-11-27/scores.csv"),
    "a path out of the home": with_product(f"{REPORTS}/../../../../etc/passwd"),
    "a path with backslashes": with_product(f"{REPORTS}/..\\..\\x"),
    "an absolute path": with_product("/etc/passwd"),
    "a path of another area": with_product(f"reports/gia-lai/{CUTOFF}/report.html"),
    "a path of the configuration": with_product("config/cho-moi/area.toml"),
    "the folder itself": with_product(f"{REPORTS}/"),
    "a path with a NUL": with_product(f"{REPORTS}/\0"),
}
BYTES = {
    "empty": b"",
    "truncated": json.dumps(RECORD).encode()[:-40],
    "no UTF-8": json.dumps(RECORD).encode("utf-16"),
    "nothing but zeros": bytes(4096),
    "without end": b"[" * 100_000,
    "a number of too many digits": b'{"revision": ' + b"1" * 5000 + b"}",
    "larger than may be": b" " * (atomic.MOST_JSON + 1),
}


@pytest.fixture
def place(tmp_path):
    folder = tmp_path / TABLES
    folder.mkdir(parents=True)
    return folder / record.NAME


def read(place):
    return record.read(place.parents[4], AREA, CUTOFF)


@pytest.mark.parametrize("without", ["", *RECORD])
def test_a_record_is_one_also_without_what_older_programs_did_not_write(place, without):
    held = {key: value for key, value in RECORD.items() if key != without}
    atomic.save_json(place, held)
    assert read(place) == held


@pytest.mark.parametrize("content", [json.dumps(each).encode() for each in NONE.values()], ids=NONE)
def test_what_is_no_record_of_the_week_is_none(place, content):
    place.write_bytes(content)
    assert read(place) == {}


@pytest.mark.parametrize("content", BYTES.values(), ids=BYTES)
def test_what_is_no_json_is_none(place, content):
    place.write_bytes(content)
    assert read(place) == {} and record.read_products(place.parents[4], AREA, CUTOFF) is None


def test_without_a_file_or_with_a_folder_there_is_none(place):
    assert read(place) == {}
    place.mkdir()
    assert read(place) == {}


PLACES = ["", "x", "..", f"{TABLES}/scores.csv", f"{TABLES}/../x.csv", f"{REPORTS}/report.html", "/etc/passwd"]
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(PLACES), inner, max_size=3),
    max_leaves=6,
)


@given(
    st.dictionaries(st.sampled_from([*RECORD]), VALUES), st.dictionaries(st.sampled_from([*RECORD["inputs"]]), VALUES)
)
def test_of_any_values_a_record_has_the_types_that_its_readers_count_on(tmp_path_factory, outer, inner):
    place = tmp_path_factory.getbasetemp() / "any" / TABLES / record.NAME
    atomic.save_json(place, RECORD | {"inputs": RECORD["inputs"] | inner} | outer)
    held = record.read(place.parents[4], AREA, CUTOFF)
    products, inputs = held.get("products", {}), held.get("inputs", {})
    assert all(path.startswith((f"{TABLES}/", f"{REPORTS}/")) and ".." not in path for path in products)
    assert all(isinstance(digest, str) for digest in [*products.values(), *inputs.get("earlier", {}).values()])
    assert all(len(path.split("/")) == 4 for path in inputs.get("earlier", {}))
    assert isinstance(held.get("revision", 1), int) and set(inputs.get("parameters", {})) <= {"lang", "province_rank"}


@pytest.mark.parametrize(
    "tables", [None, [], ["scores"], "scores", {"scores": None}, {"../x": "a"}, {"/etc/x": "a"}, {"a/b": "a"}, 3]
)
def test_a_token_that_is_none_names_no_table(tmp_path, tables):
    atomic.save_json(tmp_path / "2_score.json", {"tables": tables})
    assert record.read_token(tmp_path / "2_score.json") == {}


def test_a_token_names_its_tables(tmp_path):
    atomic.save_json(tmp_path / "2_score.json", {"tables": {"scores": "a"}})
    assert record.read_token(tmp_path / "2_score.json") == {"scores": "a"}


def test_the_tables_of_an_earlier_week_have_one_digest_that_changes_with_each_of_them():
    week, other = (f"data/processed/{AREA}/{day}" for day in ("2023-11-20", "2023-11-27"))
    tables = {f"{week}/scores.csv": "a", f"{week}/changes.csv": "b", f"{other}/scores.csv": "c"}
    found = record.by_week(tables)
    assert [*found] == [week, other]
    for path in tables:
        changed = record.by_week(tables | {path: "d"})
        assert [folder for folder in found if changed[folder] != found[folder]] == [path.rpartition("/")[0]]
    assert record.by_week(found) == found


@pytest.mark.parametrize(
    ("made", "failed"),
    [
        ({"failed": ["30634"]}, ["30634"]),
        ({"failed": ["30634"], "products": {"../x": "a"}}, ["30634"]),
        ({"failed": "30634"}, []),
        ({"failed": [1]}, []),
        ({"failed": ["30634"], "cutoff": "2023-11-27"}, []),
        ({}, []),
    ],
)
def test_the_failed_pages_are_told_by_a_record_of_the_week_whatever_else_it_says(place, made, failed):
    atomic.save_json(place, made)
    assert record.read_failed(place.parents[4], AREA, CUTOFF) == failed
