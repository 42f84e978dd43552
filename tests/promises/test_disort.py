"""The benchmark beside PythonicDISORT: its closed forms, and that both codes solve the same problem."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

pytest.importorskip("PythonicDISORT", reason="the extra benchmark is not installed")

from benchmarks import disort  # noqa: E402


def test_closed_forms_have_their_known_values():
    assert_allclose(disort.h_function(np.array([1.0])), 2.90781053, rtol=0, atol=5.1e-9)  # Chandrasekhar's digits
    # q(0) = 1/sqrt(3) exactly; near it q grows as tau ln(tau)/2, here by 2e-14.
    assert_allclose(disort.hopf_function(np.array([1e-15])), 1 / np.sqrt(3), rtol=1e-13)


def test_closed_forms_do_not_depend_on_the_steps_of_their_integrals():
    cosine, depth = np.array([1e-4, 0.1, 1.0]), np.array([0.01, 0.1, 3.0])
    # Halved steps square the error of the trapezoidal rule: what remains is rounding.
    assert_allclose(disort.h_function(cosine, 0.05), disort.h_function(cosine), rtol=2e-13)
    assert_allclose(disort.hopf_function(depth, 0.025), disort.hopf_function(depth), rtol=1e-13)


def test_both_codes_agree_on_the_same_nodes():
    found = disort.difference(8)
    # Five albedos down to 0.99 leave an error of the fifth power of 0.01; 3e-10 was measured.
    assert found["emergent"] < 1e-8 and found["interior"] < 1e-8


def test_a_difference_of_the_codes_stops_the_benchmark(monkeypatch):
    solve = disort.disort
    monkeypatch.setattr(disort, "disort", lambda *problem: disort.Field(*(1.00001 * part for part in solve(*problem))))
    with pytest.raises(SystemExit, match="do not agree"):
        disort.difference(8)
