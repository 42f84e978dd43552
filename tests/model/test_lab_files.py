"""Tables of laboratories: what is unambiguous is read, all else is refused with its line and the cure."""

import io
import logging
import os
import warnings

import numpy as np
import pandas as pd
import pytest
import xarray as xr

import jaxwire as jw
from jaxwire.model.parameters.hints import InputWarning

# Every text holds the same numbers: what is read is known without reading it.
ROWS = {"x": [-0.5, 1.25], "y": [-20.0, 29.5], "sigma": [0.25, 0.5]}
WITH_ERRORS = {
    "commas": "x,y,sigma\n-0.5,-20,0.25\n1.25,29.5,.5\n",
    "semicolons and decimal commas": "x;y;sigma\n-0,5;-20;0,25\n1,25;29,5;0,5\n",
    "tabs and decimal commas": "x\ty\tsigma\n-0,5\t-20\t0,25\n1,25\t29,5\t0,5\n",
    "blanks": "  x   y sigma\n -0.5  -20  0.25\n 1.25 29.5   0.5\n",
    "blanks and decimal commas": "x y sigma\n-0,5 -20 0,25\n1,25 29,5 0,5\n",
    "names that commas separate over blanks": "x, y, sigma\n-0.5 -20 0.25\n1.25 29.5 0.5\n",
    "quotes": '"x","y","sigma"\n"-0.5","-20","0.25"\n"1.25","29.5","0.5"\n',
    "quoted decimal commas": 'x,y,sigma\n"-0,5",-20,"0,25"\n"1,25","29,5","0,5"\n',
    "Excel's empty columns and rows": "x,y,sigma,,\n-0.5,-20,0.25,,\n,,,,\n1.25,29.5,0.5,,\n,,,,\n",
    "Excel's first line": "sep=;\nx;y;sigma\n-0,5;-20;0,25\n1,25;29,5;0,5\n",
    "comments": "# run 5, 300 K\n% of Monday\nx,y,sigma\n-0.5,-20,0.25\n// pause\n1.25,29.5,0.5  # last\n",
    "names in a comment (savetxt)": "# x y sigma\n-5.0e-01 -2.0e+01 2.5e-01\n1.25e+00 2.95e+01 5.0e-01\n",
    "names in a comment, after words": "# columns: y, x, sigma\n-20,-0.5,0.25\n29.5,1.25,0.5\n",
    "an index, and other columns": ",y,note,x,sigma\n0,-20,good,-0.5,0.25\n1,29.5,,1.25,0.5\n",
    "minus signs": "x,y,sigma\n\u22120.5,\u201320,0.25\n1.25,29.5,0.5\n",
    "exponents of Fortran": "x y sigma\n-0.5D0 -2.0D+01 2.5d-1\n1.25D0 2.95D1 0.5D0\n",
    "capitals and aliases": "Position,READING,y_err\n-0.5,-20,0.25\n1.25,29.5,0.5\n",
    "old Macintosh": "x,y,sigma\r-0.5,-20,0.25\r1.25,29.5,0.5\r",
    "Windows, no end of line": "x,y,sigma\r\n-0.5,-20,0.25\r\n1.25,29.5,0.5",
}


def read(source):
    """What is read, and what is remarked."""
    with warnings.catch_warnings(record=True) as remarks:
        warnings.simplefilter("always")
        found = jw.read_profile(source)
    assert all(issubclass(each.category, InputWarning) and "\n" not in str(each.message) for each in remarks)
    return found, [str(each.message) for each in remarks]


def text(words):
    return io.StringIO(words, newline="")


def numbers(found):
    return {name: None if column is None else column.tolist() for name, column in found.items()}


@pytest.mark.parametrize("words", WITH_ERRORS.values(), ids=[*WITH_ERRORS])
def test_every_dialect_gives_the_same_numbers(words):
    found, remarks = read(text(words))
    assert numbers(found) == ROWS and remarks == []


ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"]


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_every_encoding_gives_the_same_numbers(encoding, tmp_path):
    (tmp_path / "a.csv").write_bytes("x;y (\u00b5K);dy\n\u20130,5;-20;0,25\n1,25;29,5;0,5\n".encode(encoding))
    for source in (tmp_path / "a.csv", str(tmp_path / "a.csv"), io.BytesIO((tmp_path / "a.csv").read_bytes())):
        found, remarks = read(source)
        assert numbers(found) == ROWS and found.units == {"y": "\u00b5K"} and remarks == []


@pytest.mark.parametrize(
    "words",
    [
        "-0.5,-20\n1.25,29.5\n",
        "-0,5;-20\n1,25;29,5\n",
        "-0.5 -20\n1.25 29.5\n",
        "# of Monday\n-0,5\t-20\t\n1,25\t29,5\t\n",
    ],
)
def test_two_columns_without_names_are_x_and_y(words, caplog):
    with caplog.at_level(logging.INFO, "jaxwire"):
        found, _ = read(text(words))
    assert numbers(found) == ROWS | {"sigma": None}
    assert "has no names of columns: they are taken as x, y in this order" in caplog.text
    assert [caplog.messages[-1]] == list(found.notes)


@pytest.mark.parametrize("minus", ["-", "\u2212", "\u2013"])
def test_a_first_row_is_no_head_because_of_its_minus(minus):
    assert read(text(f"{minus}2 0\n1 3\n"))[0]["x"].tolist() == [-2.0, 1.0]


@pytest.mark.parametrize(
    "head",
    ["x (um),y (K)", "x [um],y [K]", "x / um,y/K", "x (um) y (K)", "x in um,y in K", "x,y\num,K", '"x\n(um)","y\n(K)"'],
)
def test_units_of_the_head_are_told_and_nothing_is_converted(head):
    separator = "," if "," in head else " "
    found, remarks = read(text(f"{head}\n-0.5{separator}-20\n1.25{separator}29.5\n"))
    assert numbers(found) == ROWS | {"sigma": None}
    assert found.units == {"x": "um", "y": "K"}
    (remark,) = remarks
    assert remark.startswith("`x` is in um by its heading") and "numbers in vF tau0" in remark


NAMES_OF_ERRORS = (
    *("dy", "yerr", "y_err", "y err", "stderr", "error", "sigma_y", "uncertainty", "u(y)", "std", "Sigma", "y-error"),
    *("delta_y", "\u03c3", "\u00b1", "+/-", "error (K)", "Fehler", "err_y", "std_err", "sd", "y_unc"),
)


@pytest.mark.parametrize("name", NAMES_OF_ERRORS)
def test_a_column_of_errors_is_used(name):
    found, remarks = read(text(f"x,y (K),{name}\n-0.5,-20,0.25\n1.25,29.5,0.5\n"))
    assert numbers(found) == ROWS and remarks == []


@pytest.mark.parametrize(
    "name", ["u", "err_low", "errors_2", "s", "dx", "x_err", "sigma_x", "y_err_minus", "uncertainty of T"]
)
def test_a_column_that_looks_like_errors_and_is_not_used_is_named(name):
    found, remarks = read(text(f"x,y,{name}\n-0.5,-20,0.25\n1.25,29.5,0.5\n"))
    assert numbers(found) == ROWS | {"sigma": None}
    assert len(remarks) == 1 and remarks[0].startswith(f"`{name}` of ") and "not used" in remarks[0]


def test_rows_without_a_value_are_left_out_and_said():
    found, remarks = read(text("x,y,sigma\n-0.5,-20,0.25\n,1,1\n3,NaN,1\n4,4,#N/A\n5,-,1\n1.25,29.5,0.5\n"))
    assert numbers(found) == ROWS
    assert remarks == [
        "4 of 6 rows of 'the open file' have no value of x or y or sigma and are left out: line 3, 4, 5, 6."
    ]


def test_errors_without_any_value_are_unknown():
    found, remarks = read(text("x,y,sigma\n-0.5,-20,\n1.25,29.5,\n"))
    assert numbers(found) == ROWS | {"sigma": None} and len(remarks) == 1


REFUSED = {
    "": "`x` must be one of the columns of F, got an empty file.",
    "# x,y\n\n": "got an empty file",
    "x,T,n\n1,2,3\n": "`y` must be one of the columns of F, got x, T, n; call the one that is meant y.",
    "x|y\n0|2\n": "got 2 without numbers in line 2 of F; begin lines that are no rows with #.",
    "1,2,3\n4,5,6\n": "got 3 columns without names in line 1 of F; write a line such as x,y,sigma above them.",
    "# a\nx,y\n1,2\n\n2,two\n": "`y` must be numbers, got 'two' in line 5 of F",
    "x,1\n1,2\n": "`x` must be numbers, got 'x' in line 1",
    "x,y\n1,2\nx,y\n3,4\n": "`x` must be numbers, got 'x' in line 3 of F; begin lines that are no rows with #.",
    "x,y\n1,2\n1,2 K\n": "`y` must be numbers, got '2 K' in line 3 of F; units belong into the first line.",
    "x,y\n1,2\n3\n": "`x` must be in a table of 2 columns, got 1 in line 3",
    "x,y\n1,5,2,5\n": "got 4 in line 2 of F; with decimal commas, separate columns by semicolons or tabs.",
    "x,y,,\n1,5,2,5\n": "`x` must have a name for column 3, got none in line 2",
    "x,y,note\n1,5,2,\n": "`x` must be in a table of 3 columns, got 4 in line 2 of F; leave out commas",
    "x;y\n1,234;5\n2,345;6\n": "got '1,234' in line 2 of F; write it as 1.234 or as 1234.",
    'x,y\n"1,234","2"\n"1,5",2.5\n': "`x` must be numbers, got '1,234' in line 2",
    "x;y\n1.5;2,5\n": "`y` must be numbers, got '2,5' in line 2 of F; write all numbers with one decimal sign.",
    "x;y\n1.234,5;2\n": "got '1.234,5' in line 2 of F; write numbers without signs between groups of digits.",
    "x,y\n1_000,2\n": "`x` must be numbers, got '1_000' in line 2",
    "x,y\n0x10,2\n": "`x` must be numbers, got '0x10' in line 2",
    "x,y\n\u0661,2\n": "`x` must be numbers, got '\u0661' in line 2",
    "1\u00a0234 5\n6 7\n": "`x` must be numbers, got '1\\xa0234' in line 1 of F; write",
    "x,y\n1e400,2\n": "`x` must be finite numbers, got '1e400' in line 2",
    "x,y\n1,-inf\n": "`y` must be finite numbers, got '-inf' in line 2",
    "x,x,y\n1,2,3\n": "`x` must be one column of F, got two of this name.",
    "position,pos,y\n1,2,3\n": "`x` must be one column of F, got position, pos; call the right one x.",
    "x,y,dy,error\n1,2,3,4\n": "`sigma` must be one column of F, got dy, error; call the right one sigma.",
    "x,y (K),dy (mK)\n1,2,3\n": "`sigma` must be in the unit of `y` in F, got mK and K; convert one of them.",
    "x,y,error (%)\n1,2,3\n": "`sigma` must be in the unit of `y` in F, got % and none",
    "x,y,sigma\n1,2,3\n4,5,0\n": "`sigma` must be positive, got 0 in line 3 of F.",
    'x,y\n1,"2\n3,4\n': "must have quotes around whole entries, got others in line 2",
    'x "y\n1 2\n': "must have quotes around whole entries, got others in line 1",
    'x y\n1 2"3"\n': "must have quotes around whole entries, got others in line 2",
    "1\t2\t\n3\t\t4\n": "got 3 columns without names in line 1",
    "x,y\n" + "1" * 140_000 + ",2\n": "must have lines of at most 100,000 characters, got 140,002 in line 2",
    "x,y\n" + "1,2\n" * 100_010: "must have at most 100,000 rows, got more in line 100006",
    "x" + ",a" * 1500 + "\n1" + ",2" * 1500 + "\n": "must have at most 1,000 columns, got 1,501 in line 1",
}


@pytest.mark.parametrize(("words", "complaint"), REFUSED.items(), ids=[repr(words[:30]) for words in REFUSED])
def test_what_is_not_understood_is_refused_with_line_and_cure(words, complaint):
    with pytest.raises(ValueError, match=r"^`\w+` must .*\.$") as caught:
        read(text(words))
    assert complaint in str(caught.value).replace("'the open file'", "F") and "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("data", "complaint"),
    [
        (
            b"PK\x03\x04\x14\x00",
            "must be a text file, exported as CSV for example, got an Excel workbook or a ZIP file",
        ),
        (b"\x89HDF\r\n\x1a\n", "got an HDF5 or NetCDF file"),
        (b"x,y\n1,2\x00\n", "must be a text file in UTF-8"),
        (b"x,y\n1,\x81\n", "must be a text file in UTF-8"),
        (b"\xff\xfex\x00,", "must be a text file in UTF-16-LE"),
        (b" " * 16_000_001, "must be a file of at most 16 MB"),
    ],
)
def test_files_that_hold_no_text_are_refused_by_what_they_are(data, complaint, tmp_path):
    (tmp_path / "a.csv").write_bytes(data)
    with pytest.raises(ValueError, match="^`source` must be ") as caught:
        read(tmp_path / "a.csv")
    assert complaint in str(caught.value) and "a.csv'" in str(caught.value)
    assert complaint in str(pytest.raises(ValueError, read, io.BytesIO(data)).value)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_into_which_nobody_writes_is_not_waited_for(tmp_path, monkeypatch):
    monkeypatch.setattr("jaxwire.numerics.input_file.PATIENCE", 0.1)
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(ValueError, match=r"^`source` must be a file that can be read, got '.*pipe': no data for 0.1 s"):
        read(tmp_path / "pipe")


FRAME = pd.DataFrame(ROWS)
MASKED = {
    "x": [*ROWS["x"], 3.0],
    "y": np.ma.masked_equal([*ROWS["y"], -999.0], -999.0),
    "sigma": [*ROWS["sigma"], 1.0],
}
CONTAINERS = {
    "DataFrame": FRAME,
    "of nullable numbers": FRAME.astype("Float64"),
    "with names and units": FRAME.rename(columns={"x": "Position", "y": "y (K)", "sigma": "dy"}),
    "with positions as index": FRAME.set_index("x"),
    "with text beside": FRAME.assign(label=["a", "b"], when=pd.Timestamp("2026-01-01")),
    "of objects": FRAME.astype(object),
    "Dataset": xr.Dataset({"y": ("x", ROWS["y"]), "sigma": ("x", ROWS["sigma"])}, {"x": ROWS["x"]}),
    "Dataset with text": xr.Dataset(
        {name: ("n", column) for name, column in ROWS.items()} | {"side": ("n", ["left", "right"])}
    ),
    "Dataset with a dimension of one": xr.Dataset(
        {"heating": (("center", "x"), [ROWS["y"]]), "sigma": ("x", ROWS["sigma"])}, {"x": ROWS["x"], "center": [1.4]}
    ),
    "mapping": ROWS,
    "structured array": np.array([*zip(*ROWS.values(), strict=True)], [(name, float) for name in ROWS]),
}


@pytest.mark.parametrize("source", CONTAINERS.values(), ids=[*CONTAINERS])
def test_tables_of_other_libraries_give_the_same_numbers(source):
    found, remarks = read(source)
    assert numbers(found) == ROWS and remarks == []


@pytest.mark.parametrize(
    "source",
    [
        pd.Series(ROWS["y"], ROWS["x"]),
        pd.Series(ROWS["y"], pd.Index(ROWS["x"], name="position"), dtype="Float64", name="rise"),
        xr.DataArray(ROWS["y"], {"x": ROWS["x"]}, "x"),
        xr.DataArray([ROWS["y"]], {"along": ROWS["x"], "side": ["left"]}, ("side", "along"), "heating"),
        np.transpose([ROWS["x"], ROWS["y"]]),
        [*zip(ROWS["x"], ROWS["y"], strict=True)],
    ],
    ids=["Series", "nullable Series", "DataArray", "DataArray with a label", "array", "rows"],
)
def test_readings_over_their_positions_are_a_profile(source):
    if isinstance(source, pd.Series) and source.name == "rise":
        with pytest.raises(ValueError, match="`y` must be one of the columns of the Series, got position, rise"):
            read(source)
        source = source.rename("y")
    assert numbers(read(source)[0]) == ROWS | {"sigma": None}


@pytest.mark.parametrize("source", [MASKED, FRAME.reindex([0, 1, 2]), FRAME.astype("Float64").reindex([0, 5, 1])])
def test_masked_and_missing_values_of_tables_are_left_out_and_said(source):
    found, remarks = read(source)
    assert numbers(found) == ROWS
    assert len(remarks) == 1 and "1 of 3 rows of the " in remarks[0]


NO_TABLES = {
    "text": (FRAME.astype(str), "`x` must be a column of real numbers, got one of type"),
    "an index that counts": (FRAME["y"], "`x` must be the index of the Series, got one that only counts"),
    "two dimensions": (xr.Dataset({"y": (("x", "n"), [[1.0, 2.0]] * 2)}, {"x": [1.0, 2.0]}), "along one dimension"),
    "three columns": (np.ones((3, 3)), "`x` must be named in the array, got 3 columns without names."),
    "no positions": (FRAME[["y"]], "`x` must be one of the columns of the DataFrame, got y; "),
    "infinite": ({"x": [1.0, np.inf], "y": [1.0, 2.0]}, "`x` must be finite numbers, got inf in entry 2 of the dict."),
    "lengths": ({"x": [1.0], "y": [1.0, 2.0]}, "along one dimension with the others"),
    "None": (None, "`source` must be a path, an open file, or a table such as a DataFrame or a Dataset, got None."),
    "the text itself": ("x,y\n1,2\n", "`source` must be the path of a file, got a text: pass io.StringIO(text)."),
    "an address": ("https://example.org/a.csv", "download it first"),
}


@pytest.mark.parametrize(("source", "complaint"), NO_TABLES.values(), ids=[*NO_TABLES])
def test_what_is_no_profile_is_refused_in_one_line(source, complaint):
    with pytest.raises((ValueError, TypeError), match=r"^`\w+` must .*\.$") as caught:
        read(source)
    assert complaint in str(caught.value) and "\n" not in str(caught.value)
