"""No ask opens and closes again and again of a unit whose true rate does not change: simulated years."""

import pandas as pd
import pytest
from support import ledgers
from support.sampled import sampled

SETTINGS = ledgers.SETTINGS | {"marks_below": {"DVCTT": 8}, "targets": {}, "answering": []}
MOST = 4  # times a year that a cell may be done


def count_done(seed: int, lowest: float, highest: float) -> pd.Series:
    """How often each unit's ask was done in the second of two simulated years."""
    history = ledgers.simulated_years(seed, lambda chance, units: chance.uniform(lowest, highest, units))
    made = ledgers.of_rates(history, SETTINGS, ["DVCTT"])
    rows = pd.concat(rows.assign(cutoff=day) for day, rows in made.items())
    assert (rows.groupby("cutoff")["unit_code"].agg(lambda codes: codes.is_unique)).all()
    done = rows[(rows["state"] == "done") & (rows["cutoff"] >= "2023")]
    return done.groupby("unit_code").size()


@pytest.mark.parametrize(("lowest", "highest"), sampled([(0.05, 0.4), (0.06, 0.12), (0.079, 0.081)], short=0, long=1))
def test_a_cell_whose_true_rate_stays_is_done_at_most_four_times_a_year(lowest, highest):
    often = pd.concat([count_done(seed, lowest, highest) for seed in range(6)])
    print(
        f"rates {lowest:.3f} to {highest:.3f}: {len(often)} of {6 * 18} cells were done,",
        often.value_counts().to_dict(),
    )
    assert often.max() <= MOST and len(often) > 5
