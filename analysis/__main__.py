"""``python -m analysis`` calls the command line."""

from analysis.cli import main

raise SystemExit(main())
