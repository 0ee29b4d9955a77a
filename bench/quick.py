"""Whether a week still takes the share of papermill's time that RESULTS.md tells: a check of a minute, for CI.

    python bench/quick.py

Times the week of part (a) of compare.py, ours and papermill's with nbconvert, both in the project's own environment.
A busy machine is no fault: it fails only if three tries in turn are worse than the told ratio by more than a third.
"""

import re
import sys
import tempfile
from pathlib import Path

import contenders
from contenders import told

RESULTS = Path(__file__).parent / "RESULTS.md"
ROW = re.compile(r"^\| papermill and nbconvert \|(?:[^|]*\|){2} *([\d.]+) *\|", re.MULTILINE)
MOST = 4 / 3  # of the told ratio
TRIES = 3


def find_told(results: str) -> float:
    """The ratio of the week, ours to papermill's, in the text of RESULTS.md."""
    return float(ROW.search(results)[1])


def main() -> int:
    most = MOST * find_told(RESULTS.read_text("utf-8"))
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        place = contenders.prepared(Path(folder), history=17)
        for _ in range(TRIES):
            ours, theirs = contenders.our_week(place), contenders.their_week(place, binaries="")
            told(f"a week: {ours:.2f} s, papermill's {theirs:.2f} s, ratio {ours / theirs:.2f}, at most {most:.2f}")
            if ours / theirs <= most:
                return 0
    return 1


if __name__ == "__main__":
    sys.exit(main())
