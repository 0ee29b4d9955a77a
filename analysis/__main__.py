"""``python -m analysis`` calls the command line."""

import sys
from pathlib import Path

if sys.path[:1] == [str(Path.cwd())]:  # -m puts it there; a pandas.py in it would be imported as pandas
    del sys.path[0]

from analysis.cli import main

raise SystemExit(main())
