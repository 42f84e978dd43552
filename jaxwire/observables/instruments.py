r"""Instruments: what is read along the wire by a probe of the phonon temperature.

The heat P_ph(x) that electrons give to the phonons is seen through the temperature of the phonons (Sec. V). A phonon
carries it over a free path l before others take it up; from there it diffuses over the healing length Lambda until the
substrate takes it; and a probe averages over its own size s:

    -Lambda^2 theta'' + theta = K_l * P_ph,      signal = N_s * theta,      * the convolution,      theta: see `signal`,

    K_l(x) = exp(-|x|/l)/(2l),      N_s a normal distribution of standard deviation s.

Everything is a sum of waves, exponentials on one side of their origin and 0 on the other. P_ph consists of waves

    +-kappa_k [heat_k + I sigma neutral_k] exp(-kappa_k |x|)  on either side (see `flow`),    and P_ext on both, rate 0.

Diffusion is the convolution with K_Lambda, and K_l turns a wave on x > 0 into waves again, with u = kappa l:

    exp(-kappa x)/(1 - u^2) - exp(-x/l)/(2 (1 - u))  at x > 0,            exp(x/l)/(2 (1 + u))  at x < 0.

Near u = 1 two of them are large and cancel. There the wave is first written as a combination of others with rates not
so near 1/l, by interpolation in kappa, which also serves for equal lengths; none of this depends on x. At last the
probe rounds off the edge of every wave, see `probe_reading`.
"""

import abc
import functools
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from jaxwire.kinetics.wave_smoothing import cut_at_ends, probe_reading, smoothed
from jaxwire.model.parameters.domain import (
    NOT_NEGATIVE,
    POSITIVE,
    REAL,
    Domain,
    as_double,
    as_parameter,
    in_domain,
    parameter,
)
from jaxwire.model.printing import Printable
from jaxwire.model.wires.screening import AbstractNonLocalScreening
from jaxwire.model.wires.wire import Wire
from jaxwire.numerics.array_types import Scalar
from jaxwire.numerics.programs import quick_jit
from jaxwire.solver.arguments import refuse_scatterer
from jaxwire.solver.fields import CHUNK, own_phonons
from jaxwire.solver.solution import Solution, as_single

_END = Domain(lambda value: (value is None) or POSITIVE.contains(value), POSITIVE.words)


class AbstractInstrument(Printable):
    """What is measured along the wire: subclass it, and give `signal` and the three fields.

    Attributes:
        gain: factor between signal and reading, in the unit of the reading per unit of the signal. Differentiable.
        offset: reading without signal. Differentiable.
        position: where the scatterer is on the scale of the instrument, in vF tau0. Differentiable.
    """

    gain: eqx.AbstractVar[Scalar]
    offset: eqx.AbstractVar[Scalar]
    position: eqx.AbstractVar[Scalar]

    @abc.abstractmethod
    def signal(self, sol: Solution, x) -> Float[Array, "..."]:
        """Signal at positions x relative to the scatterer, in vF tau0, of any shape: without noise, gain and offset."""

    def read(self, sol: Solution, x) -> Float[Array, "..."]:
        """Reading offset + gain signal(x - position), without noise.

        Args:
            sol: a single solution; map over a batch with jax.vmap.
            x: positions on the scale of the instrument, in vF tau0, any shape.

        Returns:
            Readings of the shape of x; NaN where the solve failed or a traced field is outside its domain.
        """
        reading = self.offset + self.gain * self.signal(sol, as_double("x", x) - self.position)
        return jnp.where(in_domain(self), reading, jnp.nan)


class HeatingProfile(AbstractInstrument):
    """The heating P_ph/P_ext itself, read without any loss of resolution (Eqs. 22-26).

    ```python
    >>> import jaxwire as jw
    >>> from jaxwire.observables.instruments import HeatingProfile
    >>> sol = jw.solve(jw.Lorentzian(center=1.44, width=0.08), temperature=0.3, voltage=0.1)
    >>> print(HeatingProfile(offset=100.0, position=2.0).read(sol, [1.5, 2.5]).round(3))
    [ 80.22  129.384]

    ```
    """

    gain: Scalar = parameter("gain", REAL, default=1.0)
    offset: Scalar = parameter("offset", REAL, default=0.0)
    position: Scalar = parameter("position", REAL, default=0.0)

    def signal(self, sol: Solution, x) -> Float[Array, "..."]:
        """P_ph(x)/P_ext, of the shape of x, of which none must be 0."""
        refuse_scatterer(x)
        return _checked(sol).heating(x).total


def _as_end(given: Any) -> Scalar | None:
    return None if given is None else as_parameter("half_length", given, POSITIVE)


def _as_length(given: Any) -> Scalar | None:
    return None if given is None else as_parameter("healing_length", given, NOT_NEGATIVE)


class Thermometer(AbstractInstrument):
    """A probe of the phonon temperature: what it reads is the heating, smoothed by phonons and by its own size.

    ```python
    >>> import jaxwire as jw
    >>> from jaxwire.observables.instruments import Thermometer
    >>> sol = jw.solve(jw.Lorentzian(center=1.44, width=0.08), temperature=0.3, voltage=0.1)
    >>> probe = Thermometer(healing_length=0.5, phonon_mean_free_path=0.2, probe_width=0.1)
    >>> print((probe.signal(sol, [-50.0, -0.5, 0.5, 50.0]) / sol.external_power).round(4))
    [ 1.     -6.3008 15.2422  1.    ]

    ```

    Attributes:
        healing_length: Lambda = sqrt(thermal conductance along the wire times length/G), in vF tau0, zero or positive;
            zero: the rise at x is P_ph(x)/G. None where the wire has phonons of its own, whose temperature is then what
            is read. Differentiable.
        phonon_mean_free_path: l, in vF tau0, zero or positive. The paper says that P_ph is smeared over it (Sec. V);
            the form is our reading: free paths in one dimension are exponentially distributed. Differentiable.
        probe_width: standard deviation s of the probe's resolution, in vF tau0, zero or positive. Differentiable.
        half_length: where the sample ends, at x = +-half_length from the scatterer, in vF tau0, positive; both ends
            are held at the temperature of the bath. None: no ends. Differentiable.
        gain, offset, position: see `AbstractInstrument`.
    """

    healing_length: Scalar | None = eqx.field(converter=_as_length, metadata={"domain": NOT_NEGATIVE}, default=None)
    phonon_mean_free_path: Scalar = parameter("phonon_mean_free_path", NOT_NEGATIVE, default=0.0)
    probe_width: Scalar = parameter("probe_width", NOT_NEGATIVE, default=0.0)
    half_length: Scalar | None = eqx.field(converter=_as_end, metadata={"domain": _END}, default=None)
    gain: Scalar = parameter("gain", REAL, default=1.0)
    offset: Scalar = parameter("offset", REAL, default=0.0)
    position: Scalar = parameter("position", REAL, default=0.0)

    def signal(self, sol: Solution, x) -> Float[Array, "..."]:
        """Rise of the phonon temperature that the probe reads, in mu0^2/(h vF tau0) per heat conductance G.

        Far from scatterer and ends it is P_ext. Rounding is about 1e-13 of the largest heat in the modes. In a sample
        with ends, electrons and the free paths of phonons do not notice them, diffusion does; beyond them the rise is
        0, and the probe averages that too. Without diffusion the heat just ends there.

        Args:
            sol: a single solution; map over a batch with jax.vmap.
            x: positions relative to the scatterer, in vF tau0, any shape; 0 gives NaN where nothing smooths P_ph.

        Returns:
            Signals of the shape of x; NaN where the solve failed or a traced field is outside its domain.

        Raises:
            TypeError: if sol is no Solution, x is not real numbers, or a non-local potential is no sum of modes.
            ValueError: if sol is a batch, or the healing length is given where the wire has one, or is not where it has
                none, or ends are given to phonons that act back on electrons.
        """
        self.check_wire(_checked(sol).wire)
        if isinstance(sol.wire.screening, AbstractNonLocalScreening):
            found = type(sol.wire.screening).__name__
            raise TypeError(f"`sol` must have a local screening to be read by a Thermometer, got {found}.")
        return _signal(self, sol, as_double("x", x))

    def check_wire(self, wire: Wire) -> None:
        """Refuse a wire whose phonons are not those of the probe.

        Raises:
            ValueError: as `signal`.
        """
        if wire.phonons is None:
            if self.healing_length is None:
                raise ValueError("`healing_length` must be given unless the wire has phonons of its own, got none.")
            return
        for name in ("healing_length", "half_length"):
            if (given := getattr(self, name)) is not None:
                raise ValueError(f"`{name}` must be left out where the wire has phonons of its own, got {given}.")


def _checked(sol: Any) -> Solution:
    return as_single("signal", sol, "lambda sol: instrument.signal(sol, x)")


@quick_jit
def _signal(probe: Thermometer, sol: Solution, x: Float[Array, "..."]) -> Float[Array, "..."]:
    flow = sol.flow
    if probe.healing_length is None:
        healing, waves = own_phonons(sol.wire).healing_length, flow.phonon_waves()
    else:
        healing, waves = probe.healing_length, smoothed(flow.as_waves(flow.heating_shares), probe.healing_length)
    waves = smoothed(waves, probe.phonon_mean_free_path)
    waves = waves._replace(direction=sol.direction * waves.direction)  # of a negative voltage, `flow` sees the mirror
    if probe.half_length is not None:
        waves = cut_at_ends(waves, healing, probe.half_length)
    waves = jax.lax.optimization_barrier(waves)  # or XLA forms them anew at every x: twice as slow
    read, flat = functools.partial(probe_reading, waves, width=probe.probe_width), x.ravel()
    signal = read(flat) if flat.size <= CHUNK else jax.lax.map(lambda x: read(x[None])[0], flat, batch_size=CHUNK)
    is_sharp = (healing == 0) & (probe.phonon_mean_free_path == 0) & (probe.probe_width == 0)
    return jnp.where(in_domain(probe) & ~(is_sharp & (flat == 0)), signal, jnp.nan).reshape(x.shape)
