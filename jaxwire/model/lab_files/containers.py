"""Tables of other libraries: DataFrame and Series, Dataset and DataArray, structured and masked arrays, mappings.

None of the libraries is imported: what comes from them is known by what it has. A value that is masked, NA or None is
NaN here.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from jaxwire.model.lab_files.headings import Heading, heading_of
from jaxwire.model.parameters.array_likes import is_from, to_numpy


class Container(NamedTuple):
    """A table that is no text.

    Attributes:
        what: what it is, in words.
        headings: of its columns; empty where nothing names them.
        column: gives the numbers of a column, shape (n,).
    """

    what: str
    headings: list[Heading]
    column: Callable[[int], np.ndarray]


def container_of(source: Any) -> Container | None:
    """A table of another library as columns; None for anything else."""
    if is_from(source, "xarray"):
        return _of_dataset(source) if hasattr(source, "data_vars") else _of_data_array(source)
    if is_from(source, "pandas"):
        return _of_frame(source) if hasattr(source, "columns") else _of_series(source)
    if isinstance(source, np.ndarray) and source.dtype.names:
        return _of_columns("the array", {name: source[name] for name in source.dtype.names})
    if isinstance(source, Mapping):
        return _of_columns(f"the {type(source).__name__}", source)
    if not isinstance(source, np.ndarray) and hasattr(source, "columns") and hasattr(source, "to_numpy"):  # polars
        return _of_columns("the DataFrame", {name: source[name] for name in source.columns})
    if isinstance(source, np.ndarray | Sequence) and not isinstance(source, str | bytes):
        return _of_array(source)
    return None


def _numbers(name: str, values: Any) -> np.ndarray:
    """One column as numbers of double precision."""
    array = to_numpy(name, values)
    if array.dtype == object:
        array = _of_objects(array)
    if array.dtype.kind not in "iuf":
        raise TypeError(f"`{name}` must be a column of real numbers, got one of type {array.dtype}.")
    return np.squeeze(array.astype(np.float64)) if array.size > 1 else array.astype(np.float64).ravel()


def _of_objects(array: np.ndarray) -> np.ndarray:
    """Numbers in an array of objects, as tables with values left out have them."""
    flat = [np.nan if one is None or type(one).__name__ == "NAType" else one for one in array.ravel()]
    if any(isinstance(one, bool) or not isinstance(one, int | float | np.integer | np.floating) for one in flat):
        return array
    return np.array(flat, dtype=np.float64).reshape(array.shape)


def _of_columns(what: str, columns: Mapping[Any, Any], units: Mapping[Any, str] | None = None) -> Container:
    names = list(columns)
    headings = [heading_of(str(name)) for name in names]
    if units:
        headings = [
            one._replace(unit=units[name]) if units.get(name) and not one.unit else one
            for one, name in zip(headings, names, strict=True)
        ]
    return Container(what, headings, lambda at: _numbers(headings[at].text, columns[names[at]]))


def _of_frame(frame: Any) -> Container:
    """Columns of a DataFrame, and the levels of its index that have a name."""
    columns = list(frame.columns)
    levels = [name for name in frame.index.names if name is not None and name not in columns]
    headings = [heading_of(str(name)) for name in (*levels, *columns)]

    def column(at: int) -> np.ndarray:
        if at < len(levels):
            return _numbers(headings[at].text, frame.index.get_level_values(levels[at]))
        return _numbers(headings[at].text, frame.iloc[:, at - len(levels)])

    return Container("the DataFrame", headings, column)


def _of_series(series: Any) -> Container | None:
    """A Series of readings over an index of positions."""
    if not hasattr(series, "index") or type(series.index).__name__ == "RangeIndex":
        raise ValueError(
            "`x` must be the index of the Series, got one that only counts; pass a DataFrame with x and y."
        )
    position = series.index.name or "x"
    reading = series.name if series.name not in (None, position) else "y"
    return _of_columns("the Series", {position: series.index, reading: series})


def _of_data_array(array: Any) -> Container:
    """A DataArray of readings over one coordinate of positions."""
    array = array.squeeze()
    coords = [name for name, coord in array.coords.items() if coord.dims == array.dims and coord.dtype.kind in "iuf"]
    if array.ndim != 1 or not coords:
        raise ValueError(
            f"`x` must be the coordinate of a DataArray along one dimension, got dimensions {tuple(array.dims)} and "
            f"coordinates {', '.join(map(str, coords)) or 'none'}."
        )
    position = array.dims[0] if array.dims[0] in coords else coords[0]
    reading = array.name if array.name not in (None, *coords) else "y"
    columns = {name: array[name] for name in coords} | {reading: array}
    only = {position: "x"} if len(coords) == 1 else {}
    return _of_columns("the DataArray", {only.get(name, name): one for name, one in columns.items()}, None)


def _of_dataset(dataset: Any) -> Container:
    units = {name: str(dataset[name].attrs.get("units", "")) for name in dataset.variables}
    return _of_columns("the Dataset", {name: dataset[name] for name in dataset.variables}, units)


def _of_array(source: Any) -> Container:
    """Columns of an array with two axes, or of a list of rows."""
    array = to_numpy("x", source)
    if array.ndim != 2:
        raise ValueError(f"`x` must be a column of a table, got an array of shape {array.shape}.")
    return Container(
        "the array", [Heading("", "")] * array.shape[1], lambda at: _numbers(f"column {at + 1}", array[:, at])
    )
