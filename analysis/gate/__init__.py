"""In: cells of delivered files and the rules.

Out: measurements and repairs, or all problems at once. Knows no earlier week.
"""
