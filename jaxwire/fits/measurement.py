"""Measured profiles: positions, readings and their errors at one operating point, from arrays, CSV files or xarray."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from jaxwire.fits.checks import check_sigma_shape
from jaxwire.model.lab_files.columns import Columns, read_columns
from jaxwire.model.lab_files.headings import Role, Wanted
from jaxwire.model.parameters.domain import POSITIVE, REAL, as_known
from jaxwire.model.parameters.hints import hint_at_temperature
from jaxwire.model.parameters.names import DRIVES
from jaxwire.solver.arguments import one_drive

PROFILE = Wanted(
    (
        Role("x", ("position", "positions", "pos"), REAL, unit="vF tau0"),
        Role("y", ("reading", "readings", "heating", "temperature_rise", "value"), REAL),
        Role("sigma", (), POSITIVE, errors_of="y"),
    )
)
"""The columns of a profile, and the names that are understood."""


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
        measured_current: a current that was measured besides, and its standard error, where voltage or force is given:
            one more datum of a fit; None without.
        measured_voltage: likewise a voltage eV, where the current is given.

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
    measured_current: Any = None
    measured_voltage: Any = None

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
        hint_at_temperature(point["temperature"])
        point |= {name: float(as_known(name, value, REAL)) for name, value in given.items()}
        electric = {name: self._pair(name) for name in ("measured_current", "measured_voltage")}
        for name, value in {"x": x, "y": y, "sigma": sigma, **point, **electric}.items():
            object.__setattr__(self, name, value)

    def _pair(self, name: str) -> tuple[float, float] | None:
        """Value and standard error of what was measured besides the profile."""
        given = getattr(self, name)
        if given is None:
            return None
        if (name == "measured_current") == (self.current is not None):
            raise ValueError(f"`{name}` must be of what is not given, got it with `{self.drive}`.")
        if np.shape(given) != (2,):
            raise ValueError(f"`{name}` must be a value and its standard error, got {given!r:.60}.")
        value, error = given
        return float(as_known(name, value, REAL)), float(as_known(name, error, POSITIVE))

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


class ProfileColumns(dict[str, np.ndarray | None]):
    """What `read_profile` read: x, y and sigma by name, as `Measurement` and `fit_profile` take them.

    Attributes:
        units: those that the headings name, by column. Nothing is converted.
        notes: what was understood of the table, a line each.
    """

    def __init__(self, read: Columns) -> None:
        """Keep the columns, and what is known of them."""
        super().__init__(read.values)
        self.units, self.notes = read.units, read.notes


def read_profile(source: Any) -> ProfileColumns:
    r"""Read positions, readings and errors from a file of text, or a table of pandas, xarray or NumPy.

    Columns are separated by commas, semicolons, tabs or blanks, with decimal points or commas, in UTF-8, UTF-16 or
    Windows-1252, with or without quotes; lines that begin with #, % or // are comments. A line of names above the rows
    (or a comment with them) says which columns are x, y and, where there are errors, sigma: "position", "reading",
    "dy", "y_err" and their like are understood as well, units in brackets are told and not used, other columns are
    passed over. Two columns without names are x and y. At most 16 MB and 100,000 rows.

    ```python
    >>> import io
    >>> from jaxwire import read_profile
    >>> read = read_profile(io.StringIO("x;y (mK);dy\n-0,5;-20,1;0,3\n0,5;29,4;0,3\n"))
    >>> read["x"], read["sigma"], read.units
    (array([-0.5,  0.5]), array([0.3, 0.3]), {'y': 'mK'})

    ```

    Args:
        source: path of the file, an open file, a DataFrame, a Dataset with such variables along one dimension, a
            DataArray over its coordinate, a Series over its index, a mapping, a structured array, or one with two
            columns. Rows with missing or masked values are left out, with a warning.

    Returns:
        Arrays by name, as `Measurement` takes them; sigma is None where there is none. Its `units` are those that the
        headings name, its `notes` say what was understood.

    Raises:
        TypeError: if the source is of no such kind, or a column holds no numbers.
        ValueError: if a file cannot be read, a column is missing, a value is no number or outside its domain, or the
            table can be understood in more than one way; the message has the line and the cure.
    """
    return ProfileColumns(read_columns(source, PROFILE))
