"""Runs one notebook as a week does, to count failed starts: python bench/start.py SOURCE TARGET"""

import sys
from pathlib import Path

from analysis.config import wording
from analysis.run import notebook
from analysis.weeks.home import find_home

if __name__ == "__main__":
    home, source, target = find_home(), *map(Path, sys.argv[1:3])
    notebook.run(home, source, target, {}, wording.load(home, "vi"))
