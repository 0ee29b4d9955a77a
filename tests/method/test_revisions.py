"""What a re-issued week corrects, figure by figure."""

import numpy as np
import pandas as pd
import pytest

from analysis.method import revisions
from analysis.weeks import table_files

NAN = np.nan
COLUMNS = ["unit_code", "unit_name", "indicator", "value", "numerator", "denominator", "published_points", "mark"]


def measurements(*rows: tuple) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=COLUMNS)


A = ("1", "Chợ Mới", "TD", 99.67, 299.0, 300.0, NAN, "")
B = ("2", "Kiến An", "CKMB", 19.3, NAN, NAN, 3.47, "u")


@pytest.mark.parametrize(
    ("now", "corrected"),
    [
        pytest.param([A, B], [], id="nothing"),
        pytest.param([B, A], [], id="the order of rows is no correction"),
        pytest.param([(*A[:-1], "b"), B], [], id="nor is a mark"),
        pytest.param(
            [("1", "Chợ Mới", "TD", 99.0, 297.0, 300.0, NAN, ""), B],
            [("1", "Chợ Mới", "TD", "value", 99.67, 99.0), ("1", "Chợ Mới", "TD", "numerator", 299.0, 297.0)],
            id="a rate and its numerator",
        ),
        pytest.param(
            [A, ("2", "Kiến An", "CKMB", 19.3, NAN, NAN, 0.0, "u")],
            [("2", "Kiến An", "CKMB", "published_points", 3.47, 0.0)],
            id="to nought",
        ),
        pytest.param(
            [A, ("2", "Kiến An", "CKMB", NAN, 193.0, NAN, 3.47, "u")],
            [("2", "Kiến An", "CKMB", "value", 19.3, NAN), ("2", "Kiến An", "CKMB", "numerator", NAN, 193.0)],
            id="to missing, from missing",
        ),
        pytest.param(
            [A],
            [("2", "Kiến An", "CKMB", "value", 19.3, NAN), ("2", "Kiến An", "CKMB", "published_points", 3.47, NAN)],
            id="a unit gone",
        ),
        pytest.param(
            [("3", "Mỹ An", "TD", 5.0, NAN, NAN, NAN, ""), A, B],
            [("3", "Mỹ An", "TD", "value", NAN, 5.0)],
            id="a unit come",
        ),
        pytest.param(
            [("1", "Chợ Mới cũ", "TD", 98.0, 299.0, 300.0, NAN, ""), B],
            [("1", "Chợ Mới cũ", "TD", "value", 99.67, 98.0)],
            id="under its name of now",
        ),
    ],
)
def test_every_figure_that_is_not_what_it_was_is_named_and_no_other(now, corrected):
    found = revisions.corrections(measurements(A, B), measurements(*now))
    expected = pd.DataFrame(corrected, columns=revisions.COLUMNS)
    pd.testing.assert_frame_equal(found, expected, check_dtype=False)
    assert table_files.to_csv("corrections", found) == table_files.to_csv("corrections", expected)
