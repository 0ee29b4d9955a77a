"""Pure functions, frame in, new frame out: points, changes, signals, peers, ways to the next band.

Knows no disk and no sentence.
"""
