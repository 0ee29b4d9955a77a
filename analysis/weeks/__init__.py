"""In: tables of a week.

Out: the same on disk, published whole or not at all, and the history of an area. Knows no arithmetic of the index.
"""
