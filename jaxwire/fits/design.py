"""Design of measurements: what planned readings would tell about the parameters, before anything is measured.

The Fisher information of readings with standard errors sigma is F = J^T J with J = d(reading)/d(parameter)/sigma; no
unbiased estimate has a covariance below its inverse. Everything here can be differentiated by the operating point, the
positions and the instrument, so that an optimiser can choose them.

Where readings leave a combination of parameters open, F has no inverse: the errors of all that take part in it are
infinite, and the rank of F says how many combinations are determined.
"""

from collections.abc import Sequence
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int

from jaxwire.fits.checks import check_sigma_shape, refuse_on_scatterer
from jaxwire.fits.parameters.free import find_free
from jaxwire.fits.parameters.stretch import add_stretches, check_stretch
from jaxwire.fits.readings.program import RESOLUTION, FitProgram
from jaxwire.fits.readings.signals import true_signal
from jaxwire.model.parameters.domain import POSITIVE, REAL, as_parameter
from jaxwire.model.parameters.names import DRIVES, NamedParameters, Objects, ParameterPath, number_at
from jaxwire.model.resolution import Resolution
from jaxwire.model.scatterers.base import AbstractScatterer
from jaxwire.model.wires.wire import Wire
from jaxwire.numerics.array_types import Scalar
from jaxwire.numerics.programs import quick_jit
from jaxwire.observables.instruments import AbstractInstrument, HeatingProfile
from jaxwire.solver.arguments import as_object, as_setting, one_drive
from jaxwire.solver.solve import solve

NO_INFORMATION = 1e-13
"""Share of the largest eigenvalue of F, in units of its diagonal, below which another one is rounding."""

TAKES_PART = 1e-6
"""Share of a parameter in the combinations that are not determined, above which it is not rounding: its square root."""


class Information(NamedTuple):
    """What planned readings tell about the parameters.

    Attributes:
        matrix: Fisher information, shape (k, k).
        covariance: its inverse, the smallest possible covariance, shape (k, k); infinite variances and NaN covariances
            of parameters that are not determined.
        errors: smallest possible standard errors, shape (k,); infinite where the readings do not determine a parameter.
        log_determinant: of the matrix; the larger, the smaller the volume of the parameters (D-optimal design).
            Minus infinity where a combination is not determined.
        rank: how many combinations of the parameters are determined.
    """

    matrix: Float[Array, "k k"]
    covariance: Float[Array, "k k"]
    errors: Float[Array, " k"]
    log_determinant: Scalar
    rank: Int[Array, ""]

    def __str__(self) -> str:
        """The errors, and what is not determined."""
        text = f"smallest standard errors: {', '.join(f'{error:.4g}' for error in self.errors)}"
        open_, all_ = len(self.errors) - int(self.rank), len(self.errors)
        if open_ == 0:
            return text
        words = f"the readings leave {open_} of {all_} combinations of the parameters open: free fewer, or add readings"
        return f"{text}\n{words}"


def information(
    x,
    sigma,
    scatterer: AbstractScatterer,
    wire: Wire | None = None,
    *,
    temperature,
    voltage=None,
    current=None,
    force=None,
    free: Sequence[str] = ("center", "width", "gain"),
    instrument: AbstractInstrument | None = None,
    resolution: Resolution | None = None,
) -> Information:
    """Fisher information of readings at one operating point; those of several points add up (`combine`).

    ```python
    >>> import jaxwire as jw
    >>> x = [-2.0, -1.0, -0.5, 0.5, 1.0, 2.0]
    >>> dot = jw.Lorentzian(center=1.44, width=0.08)
    >>> print(jw.information(x, 0.1, dot, temperature=0.3, voltage=0.1, free=["center", "width"]).errors.round(4))
    [0.0048 0.0014]

    ```

    Args:
        x: positions, in vF tau0, shape (n,).
        sigma: standard errors of the readings, one or n.
        scatterer: with the values that are expected.
        wire: likewise; the paper's unless given.
        temperature: kB T, in mu0.
        voltage: eV, in mu0; one of voltage, current and force.
        current: I, in e mu0/h.
        force: F, in mu0/(vF tau0).
        free: names of the parameters that a fit would look for, of scatterer, wire and instrument, or those given here;
            of the natural units, "mean_free_path", "relaxation_time" and "chemical_potential" in nominal ones.
        instrument: what is measured; `HeatingProfile()` unless given.
        resolution: numbers of nodes.

    Raises:
        TypeError: if an argument is not of its type, or not exactly one drive is given.
        ValueError: if a number is outside its domain, a position is on the scatterer, sigma has another length, or a
            name is unknown.
    """
    setting = as_setting(scatterer, wire, temperature, RESOLUTION if resolution is None else resolution)
    instrument = as_object("instrument", instrument, AbstractInstrument, HeatingProfile())
    given = one_drive(voltage=voltage, current=current, force=force)
    given = {name: as_parameter(name, value, REAL) for name, value in given.items()}
    numbers = NamedParameters("free", scatterer=setting.scatterer, wire=setting.wire, instrument=instrument)
    for name in DRIVES:
        if name not in given:
            del numbers.places[name]
    add_stretches(numbers)
    places = tuple(place for _, place in find_free(free, numbers))
    positions = as_parameter("x", x, REAL, ndim=1)
    if positions.size == 0:
        raise ValueError("`x` must have at least one position, got none.")
    refuse_on_scatterer(positions, instrument)
    check_sigma_shape(np.shape(sigma), positions.size)
    errors = jnp.broadcast_to(as_parameter("sigma", sigma, POSITIVE, ndim=np.ndim(sigma)), positions.shape)
    point = {"temperature": setting.temperature, **given}
    objects = Objects(setting.scatterer, setting.wire, instrument, point)
    check_stretch(places, objects)
    return _information(places, objects, positions, errors, setting.resolution)


def combine(parts: Sequence[Information]) -> Information:
    """Information of independent readings together: the matrices add up.

    Args:
        parts: what `information` gave for each of them, at least one, with the same free parameters in the same order.

    Raises:
        TypeError: if parts are not a list of Information.
        ValueError: if there is none, or their numbers of parameters differ.
    """
    if not isinstance(parts, Sequence) or isinstance(parts, Information):
        raise TypeError(f"`parts` must be a list of Information objects, got {type(parts).__name__}.")
    for part in parts:
        if not isinstance(part, Information):
            raise TypeError(f"`parts` must be a list of Information objects, got one of type {type(part).__name__}.")
    if not parts:
        raise ValueError("`parts` must have at least one Information, got none.")
    if len(sizes := {len(part.errors) for part in parts}) > 1:
        raise ValueError(
            f"`parts` must be of the same parameters, got {' and '.join(map(str, sorted(sizes)))} of them."
        )
    return _conclude(sum((part.matrix for part in parts[1:]), parts[0].matrix))


@quick_jit
def _information(
    places: tuple[ParameterPath, ...],
    objects: Objects,
    x: Float[Array, " n"],
    sigma: Float[Array, " n"],
    resolution: Resolution,
) -> Information:
    layout = FitProgram(places, (), resolution, ())

    def reading(values):
        given = layout.put(objects, values)
        if not layout.stretch(values):
            sol = solve(given.scatterer, given.wire, **given.point, resolution=resolution, error_estimate=False)
            return given.instrument.read(sol, x) / sigma
        signal = true_signal(given, layout, values, x).profile
        return (given.instrument.offset + given.instrument.gain * signal) / sigma

    values = [jnp.asarray(1.0 if one.holder == "stretch" else number_at(objects, one), float) for one in places]
    jacobian = jax.jacfwd(lambda v: reading(v))(jnp.stack(values))
    return _conclude(jacobian.T @ jacobian)


def _conclude(matrix: Float[Array, "k k"]) -> Information:
    """Invert the information, in units in which its diagonal is 1."""
    information = jnp.diag(matrix)
    size = jnp.where(information > 0, jax.lax.rsqrt(jnp.where(information > 0, information, 1.0)), 1.0)
    scaled = matrix * size[:, None] * size[None, :]
    strength, combinations = map(jnp.asarray, jnp.linalg.eigh(jax.lax.stop_gradient(scaled)))
    is_open = strength <= NO_INFORMATION * jnp.max(strength)  # not where it is NaN: nothing was solved
    # What is open gets information 1, so that an inverse exists.
    filling = (combinations * is_open[None, :]) @ combinations.T
    inverse = jnp.asarray(jnp.linalg.inv(scaled + filling)) - filling
    takes_part = jnp.sum(jnp.where(is_open[None, :], combinations**2, 0.0), axis=1) > TAKES_PART
    unknown = jnp.where(jnp.eye(len(matrix), dtype=bool), jnp.inf, jnp.nan)
    covariance = inverse * size[:, None] * size[None, :]
    covariance = jnp.where(takes_part[:, None] & takes_part[None, :], unknown, covariance)
    variance = jnp.asarray(jnp.where(takes_part, 1.0, jnp.diagonal(covariance)))  # a root of infinity has no derivative
    errors = jnp.asarray(jnp.where(takes_part, jnp.inf, jnp.sqrt(variance)))
    determined = jnp.linalg.slogdet(scaled + filling).logabsdet - 2.0 * jnp.sum(jnp.log(size))
    log_determinant = jnp.asarray(jnp.where(jnp.any(is_open), -jnp.inf, determined))
    return Information(matrix, covariance, errors, log_determinant, jnp.sum(~is_open))
