"""In: a call, a notebook or a drawing.

Out: its answer from a forked process with limits. Knows nothing of the index.
"""
