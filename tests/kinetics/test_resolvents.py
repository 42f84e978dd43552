"""Products with resolvents: values, derivatives and batches, on either platform, against the matrix itself."""

import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_allclose

from jaxwire.kinetics.resolvents import products
from jaxwire.kinetics.resolvents.products import Resolvents

SQUARED, WAVENUMBER = jnp.geomspace(1e-8, 3.0, 7), jnp.geomspace(1e-3, 1e6, 5)
PRODUCTS = ["over_nodes", "over_wavenumbers"]


def rows(product: str, *batch: int) -> jax.Array:
    shape = (*batch, 2, 7 if product == "over_nodes" else 5)
    return jnp.cos(jnp.arange(float(np.prod(shape)))).reshape(shape)


def plain(product: str, squared, wavenumber, rows):
    matrix = 1.0 / (1.0 / squared[None, :] + wavenumber[:, None])
    return rows @ (matrix.T if product == "over_nodes" else matrix)


def fast(product: str, squared, wavenumber, rows):
    return getattr(Resolvents(squared, wavenumber), product)(rows)


@pytest.fixture(params=["cpu", "gpu"], autouse=True)
def way(request, monkeypatch):
    """What a GPU does is computed on the CPU as well."""
    if request.param == "gpu":
        rule = jax.interpreters.mlir.lower_fun(products._by_sums, multiple_results=False)
        jax.interpreters.mlir.register_lowering(products._product_p, rule, platform="cpu")
        jax.clear_caches()
    yield request.param
    rule = jax.interpreters.mlir.lower_fun(products._by_matrix, multiple_results=False)
    jax.interpreters.mlir.register_lowering(products._product_p, rule, platform="cpu")
    jax.clear_caches()


@pytest.mark.parametrize("product", PRODUCTS)
def test_derivatives_of_products_are_those_of_the_matrix(product):
    factor = rows(product)
    point = SQUARED, WAVENUMBER, factor
    direction = jnp.cos(jnp.arange(7.0)) * SQUARED, jnp.sin(jnp.arange(5.0)) * WAVENUMBER, jnp.sin(factor)
    found, expected = (jax.jvp(functools.partial(one, product), point, direction) for one in (fast, plain))
    assert_allclose(found[0], expected[0], rtol=1e-14)  # rounding of ten terms; so below
    assert_allclose(found[1], expected[1], rtol=0, atol=1e-14 * np.max(np.abs(expected[1])))


@pytest.mark.slow
@pytest.mark.parametrize("product", PRODUCTS)
@pytest.mark.parametrize("argument", [0, 1, 2])
def test_second_derivatives_and_reverse_mode_are_those_of_the_matrix(product, argument):
    point = [SQUARED, WAVENUMBER, rows(product)]

    def bend(one):
        def total(relative):
            moved = [*point]
            moved[argument] = point[argument] * (
                1.0 + relative * jnp.cos(jnp.arange(point[argument].size)).reshape(point[argument].shape)
            )
            return jnp.sum(jnp.sin(one(product, *moved)) * jnp.arange(1.0, 3.0)[:, None])

        return jax.grad(total)(0.1), jax.grad(jax.grad(total))(0.1)

    assert_allclose(bend(fast), bend(plain), rtol=1e-11)  # of sums that cancel in part


@pytest.mark.parametrize("product", PRODUCTS)
@pytest.mark.parametrize("axes", [(None, None, 0), (None, None, 1), (0, None, None), (None, 1, 0), (1, 0, 2)])
def test_a_batch_of_products_is_the_products_one_by_one(product, axes):
    """Three members, along any axis of any argument; twice, since a batch of batches is one."""
    base = SQUARED, WAVENUMBER, rows(product)
    stretched = [
        x if axis is None else jnp.stack([x, 2.0 * x, 5.0 * x], axis) for x, axis in zip(base, axes, strict=True)
    ]
    found = jax.vmap(functools.partial(fast, product), in_axes=axes)(*stretched)
    for index, factor in enumerate([1.0, 2.0, 5.0]):
        alone = [x if axis is None else factor * x for x, axis in zip(base, axes, strict=True)]
        assert_allclose(found[index], plain(product, *alone), rtol=1e-13)  # sums cancel in part
    twice = jax.vmap(
        lambda scale: jax.vmap(functools.partial(fast, product), in_axes=axes)(scale * stretched[0], *stretched[1:])
    )(jnp.array([1.0, 3.0]))
    assert_allclose(twice[0], found, rtol=1e-13)
    again = jax.vmap(functools.partial(fast, product), in_axes=axes)(3.0 * stretched[0], *stretched[1:])
    assert_allclose(twice[1], again, rtol=1e-13)


@pytest.mark.parametrize("product", PRODUCTS)
def test_many_rows_are_as_good_as_few(product):
    """More than `SUMMED` of them go another way."""
    many = rows(product, 30).reshape(60, -1)
    assert_allclose(fast(product, SQUARED, WAVENUMBER, many), plain(product, SQUARED, WAVENUMBER, many), rtol=1e-13)


def test_the_reciprocal_is_right_to_rounding_wherever_single_precision_ends():
    x = np.concatenate([np.linspace(1.0, 2.0, 1001), np.geomspace(1.0, 1e37, 1001)])
    assert_allclose(products.reciprocal(jnp.asarray(x)) * x, 1.0, rtol=3e-16)
    assert np.all(np.asarray(products.reciprocal(jnp.array([1e39, 1e300]))) < 1e-37)
