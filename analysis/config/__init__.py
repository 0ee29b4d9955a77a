"""The law and the office as dated data.

In: the files of config/. Out: rules on a day, units, periods, sentences. Knows no table of a week.
"""
