"""Measured profiles: positions, readings and their errors at one operating point, from arrays, CSV files or xarray."""

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from jaxwire.fits.checks import check_sigma_shape
from jaxwire.model.parameters.domain import POSITIVE, REAL, as_known
from jaxwire.model.parameters.names import DRIVES
from jaxwire.numerics.input_file import text_of
from jaxwire.solver.arguments import one_drive

ALIASES = {
    "x": ("x", "position", "positions"),
    "y": ("y", "reading", "readings", "heating", "temperature_rise", "value"),
    "sigma": ("sigma", "error", "errors", "uncertainty", "std"),
}
"""Names of the columns of a file, or of the variables of a Dataset, that are understood."""


@dataclass(frozen=True, eq=False)
class Measurement:
    """A profile measured at one operating point.

    ```python
    >>> from jaxwire import Measurement
    >>> profile = Measurement([-1.0, -0.5, 0.5, 1.0], [-9.0, -20.0, 29.0, 11.0], 0.3, temperature=0.3, voltage=0.1)
    >>> profile.size
    4

    ```

    Attributes:
        x: positions, in vF tau0, shape (n,).
        y: readings, in the unit of the instrument, shape (n,).
        sigma: their standard errors, positive, shape (n,) or one for all; None where they are equal and unknown.
        temperature: kB T, in mu0, positive.
        voltage: eV, in mu0; exactly one of voltage, current and force is given.
        current: I, in e mu0/h.
        force: F, in mu0/(vF tau0).

    Raises:
        TypeError: if a number is not real and in double precision, or not exactly one drive is given.
        ValueError: if arrays differ in length, are empty, or hold values outside their domain.
    """

    x: Any
    y: Any
    sigma: Any = None
    temperature: Any = None
    voltage: Any = None
    current: Any = None
    force: Any = None

    def __post_init__(self) -> None:
        """Check and convert everything."""
        x, y = (as_known(name, getattr(self, name), REAL, ndim=1) for name in ("x", "y"))
        if x.size == 0:
            raise ValueError("`x` must have at least one position, got none.")
        if y.size != x.size:
            raise ValueError(f"`y` must have one reading for each of the {x.size} positions, got {y.size}.")
        sigma = self.sigma
        if sigma is not None:
            errors = as_known("sigma", sigma, POSITIVE, ndim=np.ndim(sigma))
            check_sigma_shape(errors.shape, x.size)
            sigma = np.broadcast_to(errors, x.shape).copy()
        if self.temperature is None:
            raise TypeError("`temperature` must be given; got none.")
        given = one_drive(voltage=self.voltage, current=self.current, force=self.force)
        point = {"temperature": float(as_known("temperature", self.temperature, POSITIVE))}
        point |= {name: float(as_known(name, value, REAL)) for name, value in given.items()}
        for name, value in {"x": x, "y": y, "sigma": sigma, **point}.items():
            object.__setattr__(self, name, value)

    @property
    def size(self) -> int:
        """Number of readings."""
        return self.x.size

    @property
    def drive(self) -> str:
        """What was held fixed: "voltage", "current" or "force"."""
        return next(name for name in DRIVES if getattr(self, name) is not None)

    @property
    def point(self) -> dict[str, float]:
        """Temperature and drive by name."""
        return {"temperature": self.temperature, self.drive: getattr(self, self.drive)}


def read_profile(source: Any) -> dict[str, np.ndarray | None]:
    """Read positions, readings and errors from a CSV file or an xarray Dataset.

    A file has a header line with the names x, y and, optionally, sigma; "position", "reading" and "error" are
    understood as well, other columns are passed over, and lines that begin with # are comments.

    Args:
        source: path of the file, or a Dataset with such variables along one dimension.

    Returns:
        Arrays by name, as `Measurement` takes them; sigma is None where there is none.

    Raises:
        ValueError: if the file cannot be read, a column is missing, or a value is not a finite number.
    """
    if isinstance(source, str | Path):
        columns, what, words = _columns_of(Path(source)), f"'{source}'", "columns"
    else:
        columns = {str(name): np.asarray(source[name], dtype=float).ravel() for name in source.variables}
        what, words = "the Dataset", "variables"
    found: dict[str, np.ndarray | None] = {}
    for name, aliases in ALIASES.items():
        match = next((columns[alias] for alias in aliases if alias in columns), None)
        if match is None and name != "sigma":
            raise ValueError(f"`{name}` must be one of the {words} of {what}, got {', '.join(columns) or 'none'}.")
        if match is not None and not np.all(np.isfinite(match)):
            at = int(np.flatnonzero(~np.isfinite(match))[0])
            raise ValueError(f"`{name}` must be finite numbers, got {match[at]} in entry {at + 1} of {what}.")
        found[name] = match
    return found


def _columns_of(path: Path) -> dict[str, np.ndarray]:
    """Columns of a CSV file by their names in lower case."""
    text = text_of(path, "source")
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    try:
        rows = list(csv.reader(lines, skipinitialspace=True))
    except csv.Error as error:  # an entry of more than 131,072 signs, say
        raise ValueError(f"`x` must be one of the columns of a CSV file, got '{path}': {error}.") from None
    if not rows:
        raise ValueError(f"`x` must be one of the columns of '{path}', got an empty file.")
    names = [name.strip().lower() for name in rows[0]]
    if twice := [name for index, name in enumerate(names) if name in names[:index]]:
        raise ValueError(f"`{twice[0]}` must be one column of '{path}', got two of this name.")
    columns: dict[str, list[float]] = {name: [] for name in names}
    wanted = {alias for aliases in ALIASES.values() for alias in aliases}
    for number, row in enumerate(rows[1:], start=1):
        if len(row) != len(names):
            got = f"{len(row)} in row {number} of '{path}'"
            raise ValueError(f"`x` must be in a table of {len(names)} columns, got {got}.")
        for name, entry in zip(names, row, strict=True):
            if name in wanted:
                columns[name].append(_number(entry, name, number, path))
    return {name: np.array(values) for name, values in columns.items() if name in wanted}


def _number(entry: str, name: str, number: int, path: Path) -> float:
    try:
        return float(entry)
    except ValueError:
        raise ValueError(f"`{name}` must be numbers, got {entry.strip()!r} in row {number} of '{path}'.") from None
