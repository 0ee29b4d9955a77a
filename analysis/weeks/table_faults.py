"""What is wrong with a frame that is not its table: every fault with its place, by pandera.

Imported only where ``table_files`` has found that something is wrong: to import pandera takes as long as a notebook.
"""

import numpy as np
import pandas as pd
import pandera.pandas as pa

from analysis.tables import FLAG, TABLES, TEXT, Column, Table, TableError


def validated(name: str, table: Table, frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with its columns converted to the table's types.

    Raises : TableError with every fault
    """
    try:
        return schema(table).validate(frame, lazy=True)
    except pa.errors.SchemaErrors as errors:
        raise TableError("\n".join(_fault(name, each) for each in errors.failure_cases.to_dict("records"))) from None


def schema(table: Table) -> pa.DataFrameSchema:
    """The table as pandera knows it."""
    columns = {name: _column(about) for name, about in table.columns.items()}
    return pa.DataFrameSchema(columns, strict=True, ordered=True, unique=list(table.unique) or None)


def _column(about: Column) -> pa.Column:
    if about.kind == FLAG:
        return pa.Column(bool)  # not coerced, because every text would become True
    if about.kind == TEXT:
        checks = [pa.Check.isin(about.one_of)] if about.one_of else []
        checks += [pa.Check.str_length(min_value=1, error="is empty")] if about.is_key else []
        return pa.Column(str, checks or None, coerce=True)
    finite = pa.Check(lambda values: ~np.isinf(pd.to_numeric(values, errors="coerce")), error="is not finite")
    return pa.Column(float, finite, nullable=True, coerce=True)


def _fault(name: str, case: dict) -> str:
    if case["schema_context"] == "DataFrameSchema" and case["column"] is None:
        expected = ", ".join(TABLES[name].columns)
        return f"{name}.csv: {case['failure_case']}: {case['check']}; expected the columns {expected}"
    row = "" if pd.isna(case["index"]) else f" record {int(case['index']) + 1}"
    return f"{name}.csv{row}: {case['column']}: {case['failure_case']!r}: {case['check']}"
