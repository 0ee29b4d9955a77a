"""In: a week's tables, rules and words.

Out: what people open: pages, Word document, workbook, index, gate page. Knows neither runs nor mail servers.
"""
