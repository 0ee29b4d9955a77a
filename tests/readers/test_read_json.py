"""The portal's answers, old and new: every list of records is a table, every record of its own is one, too."""

import json

import pytest
from support import delivered

from analysis.readers import kinds
from analysis.readers.grid import Unreadable

OLD = [
    {"ID": "470705", "TEN": "UBND xã Đông Thái", "MA_COQUAN": "H01.187", "TDGQ": "19.81", "TONG_SCORE": "93.21"},
    {"ID": "471251", "TEN": "UBND xã Tân Hội", "MA_COQUAN": "H01.174", "TDGQ": "19.94", "TONG_SCORE": "93.19"},
]


def tables(answer: object) -> dict[str, list[list]]:
    """The rows of each table, by its name."""
    found = kinds.tables(json.dumps(answer, ensure_ascii=False).encode())
    return {grid.name: [[cell[2] for cell in line] for line in grid.lines()] for grid in found}


OLD_TABLE = [
    ["ID", "TEN", "MA_COQUAN", "TDGQ", "TONG_SCORE"],
    ["470705", "UBND xã Đông Thái", "H01.187", "19.81", "93.21"],
    ["471251", "UBND xã Tân Hội", "H01.174", "19.94", "93.19"],
]


def test_the_old_answer_is_one_table_of_texts():
    assert tables(OLD) == {"": OLD_TABLE}
    (grid,) = kinds.tables(json.dumps(OLD).encode())
    assert {cell[3] for line in grid.lines() for cell in line} == {"text"}


def test_an_answer_wrapped_in_an_object_is_named_by_its_key():
    assert tables({"data": OLD}) == {"data": OLD_TABLE}
    assert tables({"error_code": "0", "result": {"rows": OLD}})["result.rows"] == OLD_TABLE


def test_the_new_answer_gives_the_units_their_groups_and_the_area_itself():
    groups = {"CKMB": 11.79, "TDGQ": 19.43, "TTTT": 7}
    answer = {
        "code": "OK",
        "data": {
            "overview": {"departmentCode": "H21", "totalScore": 66.08, "groupScores": groups},
            "growthPercent": 24.05,
            "evaluation": [
                {"departmentCode": "H21.227", "totalScore": 75.31, "scoreDelta": None, "groupScores": groups},
                {"departmentCode": "H21.203", "totalScore": 73.6, "rank": 3},
            ],
        },
    }
    assert tables(answer) == {
        "": [["code"], ["OK"]],
        "data": [["growthPercent"], [24.05]],
        "data.overview": [
            ["departmentCode", "totalScore", *[f"groupScores / {code}" for code in groups]],
            ["H21", 66.08, 11.79, 19.43, 7],
        ],
        "data.evaluation": [
            ["departmentCode", "totalScore", "scoreDelta", *[f"groupScores / {code}" for code in groups], "rank"],
            ["H21.227", 75.31, "", 11.79, 19.43, 7, ""],
            ["H21.203", 73.6, "", "", "", "", 3],
        ],
    }


def test_a_list_in_a_record_is_a_long_table_whose_rows_begin_with_the_texts_of_the_record():
    def unit(code, *metrics):
        return {"departmentCode": code, "name": "a unit", "ratio": 50, "metrics": list(metrics)}

    first = {"name": "PUBLISH_ON_TIME", "numerator": 1, "denominator": 47, "ratio": 2.13}
    second = {"name": "DOSSIER_SYNC", "numerator": 0, "denominator": 0, "score": None}
    found = tables({"data": {"evaluation": [unit("H44.01", first, second), unit("H44.03", first)]}})
    # The record's own number never stands in for one that a metric lacks, nor its name for the metric's.
    assert found["data.evaluation.metrics"] == [
        ["departmentCode", "name", "numerator", "denominator", "ratio", "score", "data.evaluation.name"],
        ["H44.01", "PUBLISH_ON_TIME", 1, 47, 2.13, "", "a unit"],
        ["H44.01", "DOSSIER_SYNC", 0, 0, "", "", "a unit"],
        ["H44.03", "PUBLISH_ON_TIME", 1, 47, 2.13, "", "a unit"],
    ]
    assert found["data.evaluation"][1:] == [["H44.01", "a unit", 50], ["H44.03", "a unit", 50]]


def test_a_tree_gives_its_parent_and_its_children():
    answer = {
        "data": {
            "parent": {"departmentCode": "H44", "totalReceived": 184513, "ratio": 78.38},
            "children": [{"departmentCode": "H44.01", "totalReceived": 0, "score": 0}],
        }
    }
    assert tables(answer)["data.children"] == [["departmentCode", "totalReceived", "score"], ["H44.01", 0, 0]]
    assert tables(answer)["data.parent"][1] == ["H44", 184513, 78.38]


@pytest.mark.parametrize(
    ("text", "value", "kind"),
    [
        ('"1.746"', "1.746", "text"),
        ("1.746", 1.746, "number"),
        ("1746", 1746, "number"),
        ("true", True, "boolean"),
        ("null", "", "empty"),
        ('"null"', "null", "text"),
        ("12345678901234567890", 12345678901234567890, "number"),
    ],
)
def test_a_value_keeps_the_type_the_portal_gave_it(text, value, kind):
    (grid,) = kinds.tables(f'[{{"a": {text}, "b": 1}}]'.encode())
    found = list(grid.lines())[1][0]
    assert found[2:4] == (value, kind)
    assert type(found[2]) is type(value)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ('[{"a": 1, "a": 2}]', "doubled_name"),
        ('[{"a": NaN}]', "broken"),
        ('[{"a": 1e999}]', "broken"),
        (f'[{{"a": {"1" * 31}}}]', "broken"),
        ('[{"a": "\\ud800"}]', "broken"),
        ('[{"a": 1}', "broken"),
        ("[" * 100_000, "broken"),
        ('{"a":' * 30 + "1" + "}" * 30, "broken"),
        (json.dumps([{"a": 1}] * 5_000), "far_cell"),
        (json.dumps([{f"k{number}": 1 for number in range(101)}]), "far_cell"),
        (json.dumps({"a": {f"k{number}": [number] for number in range(101)}}), "too_many_tables"),
    ],
    ids=range(11),
)
def test_an_answer_that_cannot_be_read_for_sure_is_refused(text, key):
    with pytest.raises(Unreadable) as refused:
        kinds.tables(text.encode())
    assert refused.value.key == f"problem.file.{key}"


def test_plain_values_in_a_list_are_a_column():
    assert tables({"ids": ["a", "b"]}) == {"ids": [["ids"], ["a"], ["b"]]}
    assert delivered.listed(kinds.tables(b'[["a", 1], ["b", 2]]'))
