"""In: cells of delivered files and the rules.

Out: measurements and repairs, or every problem at once. Knows no earlier week.
"""
