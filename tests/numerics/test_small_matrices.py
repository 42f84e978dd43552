"""Inverses of many small matrices."""

import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_allclose

from jaxwire.numerics.small_matrices import inverse


@pytest.mark.parametrize("size", [1, 2, 5])
def test_quasi_definite_matrices_are_inverted_without_a_search_for_pivots(size):
    rng = np.random.default_rng(size)
    half = rng.normal(size=(7, size, size))
    definite = half @ np.swapaxes(half, 1, 2) + 0.1 * np.eye(size)
    sign = np.ones(size)
    sign[-1] = 1.0 if size == 1 else -1.0
    quasi = definite * np.where(np.outer(sign, sign) < 0, 1.0, sign)  # blocks A, B, -C of [[A, B], [B^T, -C]]
    found = inverse(jnp.moveaxis(jnp.asarray(quasi), 0, -1))
    product = np.einsum("abm,mbc->mac", np.asarray(found), quasi)
    assert_allclose(product, np.broadcast_to(np.eye(size), product.shape), rtol=0, atol=1e-11)  # conditions up to 1e3
