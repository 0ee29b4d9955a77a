"""One notebook run the way a week runs its own, for counting starts that fail: python bench/start.py SOURCE TARGET"""

import sys
from pathlib import Path

from analysis import notebook, wording
from analysis.home import find_home

if __name__ == "__main__":
    notebook.run(Path(sys.argv[1]), Path(sys.argv[2]), {}, wording.load(find_home(), "vi"))
