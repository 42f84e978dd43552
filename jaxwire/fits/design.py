"""Design of measurements: what planned readings would tell about the parameters, before anything is measured.

The Fisher information of readings with standard errors sigma is F = J^T J with J = d(reading)/d(parameter)/sigma; no
unbiased estimate has a covariance below its inverse. Everything here can be differentiated by the operating point, the
positions and the instrument, so that an optimiser can choose them.
"""

from collections.abc import Sequence
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from jaxwire.fits.fit import RESOLUTION
from jaxwire.model.parameters.domain import POSITIVE, REAL, as_parameter
from jaxwire.model.parameters.names import DRIVES, NamedParameters, Objects, ParameterPath, number_at, with_values
from jaxwire.model.resolution import Resolution
from jaxwire.model.scatterers.base import AbstractScatterer
from jaxwire.model.wires.wire import Wire
from jaxwire.numerics.array_types import Scalar
from jaxwire.numerics.programs import quick_jit
from jaxwire.observables.instruments import AbstractInstrument, HeatingProfile
from jaxwire.solver.arguments import as_object, as_setting, one_drive
from jaxwire.solver.solve import solve


class Information(NamedTuple):
    """What planned readings tell about the parameters.

    Attributes:
        matrix: Fisher information, shape (k, k).
        covariance: its inverse, the smallest possible covariance, shape (k, k).
        errors: smallest possible standard errors, shape (k,).
        log_determinant: of the matrix; the larger, the smaller the volume of the parameters (D-optimal design).
    """

    matrix: Float[Array, "k k"]
    covariance: Float[Array, "k k"]
    errors: Float[Array, " k"]
    log_determinant: Scalar


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
        free: names of the parameters that a fit would look for, of scatterer, wire and instrument, or those given here.
        instrument: what is measured; `HeatingProfile()` unless given.
        resolution: numbers of nodes.

    Raises:
        TypeError: if an argument is not of its type, or not exactly one drive is given.
        ValueError: if a number is outside its domain, or a name is unknown.
    """
    setting = as_setting(scatterer, wire, temperature, RESOLUTION if resolution is None else resolution)
    instrument = as_object("instrument", instrument, AbstractInstrument, HeatingProfile())
    given = one_drive(voltage=voltage, current=current, force=force)
    given = {name: as_parameter(name, value, REAL) for name, value in given.items()}
    numbers = NamedParameters("free", scatterer=setting.scatterer, wire=setting.wire, instrument=instrument)
    for name in DRIVES:
        if name not in given:
            del numbers.places[name]
    names = (free,) if isinstance(free, str) else free
    places = tuple(numbers.find(name) for name in names)
    positions = as_parameter("x", x, REAL, ndim=1)
    errors = jnp.broadcast_to(as_parameter("sigma", sigma, POSITIVE, ndim=jnp.ndim(sigma)), positions.shape)
    point = {"temperature": setting.temperature, **given}
    objects = Objects(setting.scatterer, setting.wire, instrument, point)
    return _information(places, objects, positions, errors, setting.resolution)


def combine(parts: Sequence[Information]) -> Information:
    """Information of independent readings together: the matrices add up.

    Args:
        parts: what `information` gave for each of them, at least one, with the same free parameters in the same order.
    """
    return _conclude(sum((part.matrix for part in parts[1:]), parts[0].matrix))


@quick_jit
def _information(
    places: tuple[ParameterPath, ...],
    objects: Objects,
    x: Float[Array, " n"],
    sigma: Float[Array, " n"],
    resolution: Resolution,
) -> Information:
    def reading(values):
        scatterer, wire, instrument, point = with_values(objects, places, values)
        sol = solve(scatterer, wire, **point, resolution=resolution, error_estimate=False)
        return instrument.read(sol, x) / sigma

    values = [jnp.asarray(number_at(objects, place), float) for place in places]
    jacobian = jax.jacfwd(lambda v: reading(v))(jnp.stack(values))
    return _conclude(jacobian.T @ jacobian)


def _conclude(matrix: Float[Array, "k k"]) -> Information:
    covariance = jnp.linalg.inv(matrix)
    return Information(matrix, covariance, jnp.sqrt(jnp.diag(covariance)), jnp.linalg.slogdet(matrix)[1])
