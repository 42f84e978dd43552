r"""What collisions conserve in a half-wire, at one wavenumber, where their times vary with energy.

With W = w f0', S + 2 e phi f0' = 2 f0' h for the even part S of the distribution, and the odd part 2 f0' a,

    (1 - l^2 d^2/dx^2) h = m + eta tau (delta + e theta) + gamma tau e_g theta_ph - l eta tau p du/dx,
    collisions with phonons conserve number,       <W gamma (h - m)> = 0,
    those between electrons number and energy,     <W eta (h - m - delta - e theta)> = <W eta e (h - ...)> = 0,
    and momentum, if so,                           <W eta p (a - p u)> = 0,
    and phonons that warm up obey                  -k theta_ph'' + g theta_ph = 2 <W gamma e_g h> - G theta_ph,

<> sums over nodes, energies e and e_g are relative to their averages with W eta and W gamma. A current j that enters
without its Drude part, sum omega j = 0, leaves cosine transforms at the wavenumber q that are regular at q = 0, with
the sine transform q u of the drift. With y = 1/(1/l^2 + q^2) and the shapes, for eta = rate * s,

    g = [-1, s tau/l^2, s tau e/l^2, gamma tau e_g/l^2, s tau p/l],     h - m: sum_a y g_a c_a + y j/(2 f0' l),
    c = [q^2 m, rate delta, rate theta, theta_ph, -rate q^2 u],         r_a = <y g_a omega j/2>,

the five of them (or fewer) follow from r by a matrix, once equations with eta are divided by the rate:

    P_ab - <W v l y g_a g_b> c_b,   P of <W v l>, <W s e_a e_b>, (G + g + k q^2)/2, <W s gamma tau p^2>, +-<W s p l>,

with the last between number and momentum. Where both nearly cancel, they are put together first, so that nothing is
lost for rare or frequent collisions, slow or fast fields, and rate = 0 is regular.  (physics-collisions.md, section 4)
"""

from collections.abc import Callable
from typing import NamedTuple

import jax.numpy as jnp
from jaxtyping import Array, Float, Inexact

from jaxwire.kinetics.collisions.varying_collisions import Electrons, VaryingCollisions
from jaxwire.numerics.array_types import Scalar
from jaxwire.numerics.small_matrices import inverse

NUMBER, SURPLUS, WARMTH, LATTICE, DRIFT = "number", "surplus", "warmth", "lattice", "drift"
"""What the fields m, delta, theta, theta_ph and u belong to."""

OverNodes = Callable[[Float[Array, "c n"]], Inexact[Array, "c m"]]
"""Sums over the nodes, sum_i c_i y_i, at every wavenumber."""


class Shapes(NamedTuple):
    """The shapes g_a of the module's head on the nodes.

    Attributes:
        by_field: each by its field, of shape (n,), in the order of the matrix.
        rate: factor of each in c, by its field.
    """

    by_field: dict[str, Float[Array, " n"]]
    rate: dict[str, Scalar]

    @classmethod
    def of(cls, electrons: Electrons, collisions: VaryingCollisions) -> "Shapes":
        """Those of the fields that a wire has."""
        returned, one = electrons.time / electrons.path**2, jnp.ones(())
        by_field, rate = {NUMBER: -jnp.ones_like(returned)}, {NUMBER: one}
        colliding = collisions.electrons
        if colliding is not None:
            again = colliding.shape * returned
            by_field |= {SURPLUS: again, WARMTH: again * electrons.relative_energy(colliding.shape)}
            rate |= {SURPLUS: colliding.rate, WARMTH: colliding.rate}
        if collisions.lattice is not None:
            by_field[LATTICE] = collisions.phonons * returned * electrons.relative_energy(collisions.phonons)
            rate[LATTICE] = one
        if colliding is not None and colliding.momentum is not None:
            by_field[DRIFT] = colliding.shape * returned * colliding.momentum * electrons.path
            rate[DRIFT] = colliding.rate
        return cls(by_field, rate)

    def stacked(self) -> Float[Array, "r n"]:
        """All of them."""
        return jnp.stack(list(self.by_field.values()))

    def place(self, field: str) -> int:
        """Where a field is in the matrix."""
        return list(self.by_field).index(field)

    def scale(self, squared: Inexact[Array, " m"]) -> Inexact[Array, "r m"]:
        """Numbers c over the fields."""
        wave = {NUMBER: squared, DRIFT: -squared}
        one = jnp.ones_like(squared)
        return jnp.stack([self.rate[name] * wave.get(name, one) for name in self.by_field])


class Balance(NamedTuple):
    """The fields at every wavenumber, from what enters.

    Attributes:
        scale: c over the fields, shape (r, m).
        inverse: fields by r, shape (r, r, m).
    """

    scale: Inexact[Array, "r m"]
    inverse: Inexact[Array, "r r m"]

    @classmethod
    def of(
        cls,
        shapes: Shapes,
        electrons: Electrons,
        collisions: VaryingCollisions,
        squared: Inexact[Array, " m"],
        over_nodes: OverNodes,
    ) -> "Balance":
        """Work it out.

        Args:
            shapes: of the same wire.
            electrons: on the nodes.
            collisions: of them.
            squared: q^2, of either sign or complex, shape (m,).
            over_nodes: sums over the nodes at the same wavenumbers.
        """
        scale, rows = shapes.scale(squared), _rows(shapes, electrons, collisions)
        summed = dict(zip(rows, over_nodes(jnp.stack(list(rows.values()))), strict=True))
        factor = dict(zip(shapes.by_field, scale, strict=True))
        names = list(shapes.by_field)

        def entry(a: str, b: str) -> Inexact[Array, " m"]:
            pair = (a, b) if names.index(a) <= names.index(b) else (b, a)
            if (bare := (*pair, "bare")) in summed:
                return summed[pair] + squared * summed[bare]
            if pair == (NUMBER, NUMBER):
                return summed[pair]
            if pair == (NUMBER, DRIFT):
                return shapes.rate[DRIFT] * summed[pair] if a == NUMBER else -summed[pair]
            return -summed[pair] * factor[b]

        matrix = jnp.stack([jnp.stack([entry(a, b) for b in names]) for a in names])
        for name, alone in _alone(electrons, collisions, squared).items():
            index = names.index(name)
            matrix = matrix.at[index, index].add(alone)
        return cls(scale, inverse(matrix))

    def fields(self, entering: Inexact[Array, "r m"]) -> Inexact[Array, "r m"]:
        """m, delta, theta, theta_ph and u of r, as far as there are such."""
        return jnp.sum(self.inverse * entering[None], axis=1)


def _rows(
    shapes: Shapes, electrons: Electrons, collisions: VaryingCollisions
) -> dict[tuple[str, ...], Float[Array, " n"]]:
    """What is summed over the nodes for each entry; those of `bare` with the factor q^2."""
    names, carried = list(shapes.by_field), electrons.carried
    rows: dict[tuple[str, ...], Float[Array, " n"]] = {
        (a, b): carried * shapes.by_field[a] * shapes.by_field[b]
        for position, a in enumerate(names)
        for b in names[position:]
    }
    rows[NUMBER, NUMBER] = electrons.density / electrons.time
    phonons = collisions.phonon_share(electrons.time)

    def together(pair: tuple[str, str], bare: Float[Array, " n"], other: Float[Array, " n"]) -> None:
        """W x (1 - share of the channel/(1 + q^2 l^2)) = W x (the other share/l^2 + q^2) y."""
        rows[pair], rows[*pair, "bare"] = bare * other / electrons.path**2, bare

    colliding = collisions.electrons
    if colliding is not None:
        weight, relative = electrons.density * colliding.shape, electrons.relative_energy(colliding.shape)
        together((SURPLUS, SURPLUS), weight, phonons)
        together((SURPLUS, WARMTH), weight * relative, phonons)
        together((WARMTH, WARMTH), weight * relative**2, phonons)
        if colliding.momentum is not None:
            rows[NUMBER, DRIFT] = weight * colliding.momentum / electrons.path
    if collisions.lattice is not None:
        weight = electrons.density * collisions.phonons * electrons.relative_energy(collisions.phonons) ** 2
        between = jnp.zeros_like(phonons)
        if colliding is not None:
            between = colliding.rate * colliding.shape * electrons.time
        together((LATTICE, LATTICE), weight, between)
    return rows


def _alone(
    electrons: Electrons, collisions: VaryingCollisions, squared: Inexact[Array, " m"]
) -> dict[str, Inexact[Array, "*m"]]:
    """What the matrix has on its diagonal beside sums of resolvents."""
    alone = {}
    if (lattice := collisions.lattice) is not None:
        alone[LATTICE] = 0.5 * lattice.loss * (1.0 + lattice.healing_length**2 * squared)
    colliding = collisions.electrons
    if colliding is not None and colliding.momentum is not None:
        lost = colliding.shape * collisions.phonons * electrons.time * colliding.momentum**2
        alone[DRIFT] = electrons.density @ lost
    return alone
