"""Random tables, written in random dialects: they are read back exactly, or refused for a reason that is known."""

import io
import math
import re
import warnings
from dataclasses import dataclass

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import jaxwire as jw

MINUS = {"utf-8": "\u2212", "utf-16": "\u2212", "utf-8-sig": "\u2013", "cp1252": "\u2013"}
HEADS = {
    "x": ("x", "X", "Position", "x (um)", "x [vF tau0]", "x/um"),
    "y": ("y", "Y", "y (K)", "y [mK]", "y/K"),
    "sigma": ("sigma", "dy", "y_err", "Error", "u(y)", "Uncertainty"),
    "note": ("note", "T (K)", "run number", "V"),
}


@dataclass
class Written:
    """A table, and how it is written."""

    rows: list[dict[str, float]]
    columns: list[str]
    separator: str
    decimal: str
    encoding: str
    head: str
    quoted: str
    form: str
    minus: bool
    missing: str
    empty: int
    comments: bool
    ending: str

    def number(self, value: float) -> str:
        """One number as it is written."""
        if math.isnan(value):
            return self.missing
        entry = {"repr": repr(value), "e": f"{value:.17e}", "E": f"{value:+.16E}", "whole": f"{value:.0f}"}[self.form]
        entry = entry.replace(".", self.decimal)
        return entry.replace("-", MINUS[self.encoding]) if self.minus else entry

    def field(self, words: str, is_name: bool) -> str:
        """One field, in quotes where that is asked for."""
        is_quoted = self.quoted == "all" or (self.quoted == "names" and is_name)
        return f'"{words}"' if is_quoted else words

    def text(self, names: dict[str, str]) -> str:
        """All lines."""
        end = self.separator * self.empty if self.separator.strip(" ") else ""
        lines = ["# made on Monday, by hand"] * self.comments
        if self.head != "none":
            mark = "# " if self.head == "comment" else ""
            lines.append(mark + self.separator.join(self.field(names[name], True) for name in self.columns) + end)
        for index, row in enumerate(self.rows):
            lines.append(self.separator.join(self.field(self.number(row[name]), False) for name in self.columns) + end)
            if self.comments and index == 0:
                lines += ["# a pause", "", end]
        return self.ending.join(lines) + self.ending

    def value(self, value: float) -> float:
        """The number that was written."""
        return float(f"{value:.0f}") if self.form == "whole" and not math.isnan(value) else value


finite = st.floats(-1e6, 1e6, allow_subnormal=False) | st.integers(-2000, 2000).map(float)


@st.composite
def tables(draw):
    """Tables in any dialect."""
    n_rows = draw(st.integers(1, 6))
    columns = draw(st.permutations(["x", "y", *draw(st.sampled_from([(), ("sigma",), ("note",), ("sigma", "note")]))]))
    head = draw(st.sampled_from(["names", "names", "comment", "none"]))
    if head == "none":
        columns = sorted(columns)  # without names their order is fixed: x, y
    positive = st.floats(1.0, 1e6) | st.integers(1, 2000).map(float)
    rows = [{name: draw(positive if name == "sigma" else finite) for name in columns} for _ in range(n_rows)]
    separator = draw(st.sampled_from([",", ", ", ";", "; ", "\t", " ", "   "]))
    missing = draw(st.sampled_from(["", "nan", "NA", "-", "n/a"] if separator.strip(" ") else ["nan", "NA", "-"]))
    for row in rows[1:]:
        if draw(st.integers(0, 5)) == 0:
            row["y"] = math.nan
    encoding = draw(st.sampled_from([*MINUS]))
    return Written(
        rows=rows,
        columns=[*columns],
        separator=separator,
        decimal=draw(st.sampled_from([".", ","])),
        encoding=encoding,
        head=head,
        quoted=draw(st.sampled_from(["none", "none", "names", "all"])),
        form=draw(st.sampled_from(["repr", "repr", "e", "E", "whole"])),
        minus=draw(st.booleans()),
        missing=missing,
        empty=draw(st.integers(0, 2)),
        comments=draw(st.booleans()),
        ending=draw(st.sampled_from(["\n", "\r\n", "\r"])),
    )


def may_be_refused(table: Written, names: dict[str, str], text: str) -> bool:
    """Whether there is a reason to refuse a table: more than one way to read it, or none."""
    separator = table.separator.strip(" ")
    commas = [
        entry for row in table.rows for name in table.columns for entry in [table.number(row[name])] if "," in entry
    ]
    all_grouped = all(re.fullmatch(r"\D?[1-9]\d{0,2}(,\d{3})+", entry) for entry in commas)
    return bool(
        (table.head == "none" and len(table.columns) != 2)
        or (commas and (all_grouped or (separator == "," and table.quoted != "all")))
        or (commas and not separator and table.head == "comment" and table.quoted != "none")
        or (table.head == "comment" and "run number" in names.values() and not separator)
        or (not separator and table.quoted == "none" and any(" " in name for name in names.values()))
        or (separator == "," and table.empty and "." not in text)
    )


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(tables(), st.data())
def test_a_table_is_read_back_exactly_or_refused_for_a_reason(table, data):
    names = {name: data.draw(st.sampled_from(HEADS[name])) for name in table.columns}
    text = table.text(names)
    expected = {
        name: [table.value(row[name]) for row in table.rows if not math.isnan(row["y"])]
        for name in ("x", "y", "sigma")
        if name in table.columns
    }
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            found = jw.read_profile(io.BytesIO(text.encode(table.encoding)))
        except ValueError as error:
            assert re.fullmatch(r"`\w+` must .*\.", str(error)), str(error)
            assert may_be_refused(table, names, text), (str(error), text)
            return
    assert {name: column.tolist() for name, column in found.items() if column is not None} == expected, text


@settings(max_examples=300, deadline=None)
@given(st.text(st.sampled_from("0123456789.,;\t -+eExy\"'#()[]\r\n\u2212dnaK/"), max_size=60))
def test_any_text_is_read_or_refused_in_one_line(text):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            found = jw.read_profile(io.StringIO(text, newline=""))
        except ValueError as error:
            assert re.fullmatch(r"`\w+` must .*\.", str(error)), str(error)
        else:
            assert found["x"].shape == found["y"].shape


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=80), st.sampled_from([b"", b"x,y\n1,2\n", b"\xff\xfe", b"\xef\xbb\xbf"]))
def test_any_bytes_are_read_or_refused_in_one_line(data, start):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            jw.read_profile(io.BytesIO(start + data))
        except ValueError as error:
            assert re.fullmatch(r"`\w+` must .*\.", str(error)), str(error)
