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
probe rounds off the edge of every wave, see `_read`.
"""

import abc
import functools
from typing import Any, NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, ArrayLike, Float
from numpy.polynomial import chebyshev
from numpy.polynomial.legendre import leggauss

from jaxwire.domain import NOT_NEGATIVE, POSITIVE, REAL, Domain, Scalar, as_double, as_parameter, in_domain, parameter
from jaxwire.solution import CHUNK, Solution
from jaxwire.wire import AbstractNonLocalScreening

NEAR, NODES = 0.1, 12
"""|u - 1| below which a wave is interpolated, and the number of waves that it becomes: with an error of
(NEAR/(2 (1 - NEAR)))^NODES, 1e-15, if the rates are Chebyshev nodes."""

_END = Domain(lambda value: (value is None) or POSITIVE.contains(value), POSITIVE.words)

ERFCX_CENTER, ERFCX_DEGREE = 3.75, 20
"""(1 + 2z) erfcx(z) is a polynomial in (z - center)/(z + center) to 1e-14 (Shepherd and Laframboise, 1981)."""


class AbstractInstrument(eqx.Module):
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
    >>> from jaxwire.thermometry import HeatingProfile
    >>> sol = jw.solve(jw.Lorentzian(center=1.44, width=0.08), temperature=0.3, voltage=0.1)
    >>> print(HeatingProfile(offset=100.0, position=2.0).read(sol, [1.5, 2.5]).round(3))
    [ 80.22  129.384]

    ```
    """

    gain: Scalar = parameter("gain", REAL, default=1.0)
    offset: Scalar = parameter("offset", REAL, default=0.0)
    position: Scalar = parameter("position", REAL, default=0.0)

    def signal(self, sol: Solution, x) -> Float[Array, "..."]:
        """P_ph(x)/P_ext, of the shape of x, with the errors of `Solution.heating`: x must not be 0."""
        return _checked(sol).heating(x).total


def _as_end(given: Any) -> Scalar | None:
    return None if given is None else as_parameter("half_length", given, POSITIVE)


class Thermometer(AbstractInstrument):
    """A probe of the phonon temperature: what it reads is the heating, smoothed by phonons and by its own size.

    ```python
    >>> import jaxwire as jw
    >>> from jaxwire.thermometry import Thermometer
    >>> sol = jw.solve(jw.Lorentzian(center=1.44, width=0.08), temperature=0.3, voltage=0.1)
    >>> probe = Thermometer(healing_length=0.5, phonon_mean_free_path=0.2, probe_width=0.1)
    >>> print((probe.signal(sol, [-50.0, -0.5, 0.5, 50.0]) / sol.external_power).round(4))
    [ 1.     -6.3008 15.2422  1.    ]

    ```

    Attributes:
        healing_length: Lambda = sqrt(thermal conductance along the wire times length/G), in vF tau0, zero or positive;
            zero: the rise at x is P_ph(x)/G. Differentiable.
        phonon_mean_free_path: l, in vF tau0, zero or positive. The paper says that P_ph is smeared over it (Sec. V);
            the form is our reading: free paths in one dimension are exponentially distributed. Differentiable.
        probe_width: standard deviation s of the probe's resolution, in vF tau0, zero or positive. Differentiable.
        half_length: where the sample ends, at x = +-half_length from the scatterer, in vF tau0, positive; both ends
            are held at the temperature of the bath. None: no ends. Differentiable.
        gain, offset, position: see `AbstractInstrument`.
    """

    healing_length: Scalar = parameter("healing_length", NOT_NEGATIVE)
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
            ValueError: if sol is a batch.
        """
        if isinstance(_checked(sol).wire.screening, AbstractNonLocalScreening):
            found = type(sol.wire.screening).__name__
            raise TypeError(f"`sol` must have a local screening to be read by a Thermometer, got {found}.")
        return _signal(self, sol, as_double("x", x))


def _checked(sol: Solution) -> Solution:
    if not isinstance(sol, Solution):
        raise TypeError(f"`sol` must be a Solution such as `solve` returns, got {type(sol).__name__}.")
    if sol.voltage.ndim:
        raise ValueError(f"`signal` needs a single solution, got shape {sol.voltage.shape}; map over it with jax.vmap.")
    return sol


class _Waves(NamedTuple):
    """Sum of coefficient exp(-rate y) over the waves with y = direction (x - origin) > 0; each of shape (m,)."""

    rate: Float[Array, " m"]
    coefficient: Float[Array, " m"]
    direction: Float[Array, " m"]
    origin: Float[Array, " m"]

    def joined(self, rate: Array, coefficient: Array, direction: ArrayLike, origin: ArrayLike = 0.0) -> "_Waves":
        """These waves and others."""
        others = jnp.broadcast_arrays(rate, coefficient, direction, origin)
        return _Waves(*(jnp.concatenate(pair) for pair in zip(self, others, strict=True)))


@eqx.filter_jit
def _signal(probe: Thermometer, sol: Solution, x: Float[Array, "..."]) -> Float[Array, "..."]:
    healing = probe.healing_length
    waves = _smoothed(_smoothed(_heat(sol), probe.phonon_mean_free_path), healing)
    if probe.half_length is not None:
        waves = _cut(waves, healing, probe.half_length)
    waves = jax.lax.optimization_barrier(waves)  # or XLA forms them anew at every x: twice as slow
    read, flat = functools.partial(_read, waves, width=probe.probe_width), x.ravel()
    signal = read(flat) if flat.size <= CHUNK else jax.lax.map(lambda x: read(x[None])[0], flat, batch_size=CHUNK)
    is_sharp = (healing == 0) & (probe.phonon_mean_free_path == 0) & (probe.probe_width == 0)
    return jnp.where(in_domain(probe) & ~(is_sharp & (flat == 0)), signal, jnp.nan).reshape(x.shape)


def _heat(sol: Solution) -> _Waves:
    """P_ph as waves that start at the scatterer; where the voltage is negative, `flow` sees it in a mirror."""
    flow = sol.flow
    waves = _Waves(jnp.zeros(2), jnp.full(2, flow.current * flow.force), jnp.array([-1.0, 1.0]), jnp.zeros(2))
    for side in (flow.upper, flow.lower):
        waves = waves.joined(side.modes.rate, flow.heating_shares(side), sol.direction * side.sign)
    return waves


def _smoothed(waves: _Waves, length: Scalar) -> _Waves:
    """Convolution of waves that start at x = 0 with exp(-|x|/length)/(2 length)."""
    is_on = length > 0
    own_rate = 1.0 / jnp.where(is_on, length, 1.0)
    waves = _kept_apart(waves, length, own_rate)
    u = length * waves.rate
    smoothed = waves._replace(coefficient=waves.coefficient / ((1.0 - u) * (1.0 + u)))
    for toward in (-1.0, 1.0):
        own = waves.coefficient / jnp.where(waves.direction == toward, u - 1.0, u + 1.0)
        smoothed = smoothed.joined(own_rate[None], jnp.where(is_on, 0.5 * jnp.sum(own), 0.0)[None], toward)
    return smoothed


def _kept_apart(waves: _Waves, length: Scalar, own_rate: Scalar) -> _Waves:
    """The same sum without rates near 1/length: their waves are interpolated from others."""
    nodes, from_moments = map(jnp.asarray, _nodes())
    excess = length * waves.rate - 1.0
    is_near = jnp.abs(excess) < NEAR
    rate, far = (jnp.where(is_near, 0.0, each) for each in (waves.rate, waves.coefficient))
    kept, near = waves._replace(rate=rate, coefficient=far), waves.coefficient - far
    t = jnp.where(is_near, excess / NEAR, 0.0)
    polynomials = [jnp.ones_like(t), t]
    for _ in range(NODES - 2):
        polynomials.append(2.0 * t * polynomials[-1] - polynomials[-2])
    rates, weights = own_rate * (1.0 + NEAR * nodes), from_moments @ jnp.stack(polynomials)
    for toward in (-1.0, 1.0):
        kept = kept.joined(rates, weights @ jnp.where(waves.direction == toward, near, 0.0), toward)
    return kept


@functools.cache
def _nodes() -> tuple[np.ndarray, np.ndarray]:
    """Chebyshev nodes in (-1, 1) without the one at 0; the matrix from Chebyshev moments to weights of the nodes."""
    nodes = np.delete(chebyshev.chebpts1(NODES + 1), NODES // 2)
    return nodes, np.linalg.inv(chebyshev.chebvander(nodes, NODES - 1).T)


def _cut(waves: _Waves, healing: Scalar, end: Scalar) -> _Waves:
    """Temperature in -end < x < end, of which diffusion makes both end values vanish; 0 beyond.

    Diffusion adds a multiple of exp(-(end - x)/Lambda) and one of exp(-(end + x)/Lambda), with q = exp(-2 end/Lambda)
    the decay from end to end. Where a wave leaves the sample, its opposite starts.
    """
    is_on = healing > 0
    rate = 1.0 / jnp.where(is_on, healing, 1.0)
    right, left = (_read(waves, at[None], jnp.zeros(())) for at in (end, -end))
    fall = jnp.expm1(-2.0 * rate * end)  # q - 1
    for toward, here, there in ((-1.0, right, left), (1.0, left, right)):
        needed = (here - there - fall * there) / (fall * (2.0 + fall))  # -(here - q there)/(1 - q^2)
        waves = waves.joined(rate[None], jnp.where(is_on, needed, 0.0), toward, -toward * end)
    past = waves.coefficient * jnp.exp(-waves.rate * (end - waves.direction * waves.origin))
    return waves.joined(waves.rate, -past, waves.direction, waves.direction * end)


def _read(waves: _Waves, x: Float[Array, " n"], width: Scalar) -> Float[Array, " n"]:
    """Sum of the waves at x, averaged over a normal distribution of standard deviation s = width.

    A wave becomes, with z = (kappa s - y/s)/sqrt(2), at the right without large exponents and with the sign of z,

        exp(kappa^2 s^2/2 - kappa y) erfc(z)/2 = [z < 0] exp(kappa^2 s^2/2 - kappa y) +- exp(-y^2/2s^2) erfcx(|z|)/2.

    The last term is absent for s = 0. Where z = 0, [z < 0] is 1/2: on its edge half a wave counts.
    """
    is_blurred, rate = width > 0, waves.rate[None, :]
    s = jnp.where(is_blurred, width, 1.0)
    y = waves.direction[None, :] * (x[:, None] - waves.origin[None, :])
    behind = y - rate * width**2
    sign = jnp.sign(behind)
    inside = jnp.exp(jnp.minimum(rate * (0.5 * rate * width**2 - y), 0.0))
    edge = jnp.exp(-0.5 * (y / s) ** 2) * _erfcx(jnp.abs(behind) / (np.sqrt(2.0) * s))
    return 0.5 * ((1.0 + sign) * inside - jnp.where(is_blurred, sign * edge, 0.0)) @ waves.coefficient


def _erfcx(z: Float[Array, "..."]) -> Float[Array, "..."]:
    """Scaled complementary error function exp(z^2) erfc(z), z >= 0."""
    t = (z - ERFCX_CENTER) / (z + ERFCX_CENTER)
    value = jnp.zeros_like(z)
    for coefficient in _erfcx_coefficients():
        value = value * t + coefficient
    return value / (1.0 + 2.0 * z)


@functools.cache
def _erfcx_coefficients() -> np.ndarray:
    """Of (1 + 2z) erfcx(z) = 2/sqrt(pi) int_0^inf exp(-(u/(1 + 2z))^2 - 2zu/(1 + 2z)) du in t, highest first."""
    points, weights = leggauss(100)
    u = 20.0 * (points + 1.0)

    def product(t):
        scale = ((1.0 - t) / (1.0 - t + 2.0 * ERFCX_CENTER * (1.0 + t)))[:, None]
        return 40.0 / np.sqrt(np.pi) * np.exp(-((scale * u[None, :]) ** 2) - (1.0 - scale) * u[None, :]) @ weights

    return np.flip(chebyshev.cheb2poly(chebyshev.chebinterpolate(product, ERFCX_DEGREE)))
