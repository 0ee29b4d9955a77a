"""In: the raw tables of a week.

Out: the week made and published, or a sentence that says why not. Knows how rooms work together.
"""
