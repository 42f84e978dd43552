"""Texts with units become numbers and back, and what is no quantity is refused in one line."""

import pint
import pytest
from numpy.testing import assert_allclose

import jaxwire as jw
from jaxwire.lab.quantities import number_with_error, positions_in_metres, read_quantity


@pytest.mark.parametrize(
    ("text", "unit", "value", "error"),
    [
        ("14.4 meV", "eV", 14.4e-3, None),
        ("120 nm +- 30 nm", "m", 120e-9, 30e-9),
        ("120 +/- 30 nm", "m", 120e-9, 30e-9),
        ("(1.2 \u00b1 0.1) \u00b5m", "m", 1.2e-6, 0.1e-6),
        ("120(30) nm", "m", 120e-9, 30e-9),
        ("14.47(10) meV", "eV", 14.47e-3, 0.10e-3),
        ("120.5(3.0) nm", "m", 120.5e-9, 3.0e-9),
        ("1.5(2)e3 K", "K", 1500.0, 200.0),
        ("-4e-3 V", "V", -4e-3, None),
        ("0.5 W/(m K)", "W/(m K)", 0.5, None),
        ("5e7 1/m", "1/m", 5e7, None),
        ("500 cm^-1", "1/m", 5e4, None),
        ("1.2e4 cm^2/(V s)", "m^2/(V s)", 1.2, None),
    ],
)
def test_texts_are_numbers_with_units_and_errors(text, unit, value, error):
    found = read_quantity("it", text, (unit,))
    assert_allclose(found.value, value, rtol=1e-14)
    assert (found.error is None) == (error is None)
    if error is not None:
        assert_allclose(found.error, error, rtol=1e-14)


def test_pairs_and_quantities_of_pint_are_understood_whatever_their_registry():
    units = pint.UnitRegistry()
    found = read_quantity("path", ("120 nm", units.Quantity(0.03, "um")), ("m",))
    assert_allclose((found.value, found.error), (120e-9, 30e-9), rtol=1e-14)
    assert read_quantity("t", units.Quantity(4.2, "K"), ("K",)) == (4.2, None, "K")


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("10", "`it` must have a unit, such as '10 meV', got '10'."),
        (10.0, "`it` must have a unit, such as '10 meV', got 10.0."),
        ("10 nm", "`it` must be in eV, got 10.0 nm."),
        ("10 meW", "`it` must be in a known unit, got '10 meW': 'meW' is not defined in the unit registry."),
        ("10 zork", "`it` must be in a known unit, got '10 zork': 'zork' is not defined in the unit registry."),
        ("10,5 meV", "`it` must be a number with a unit, got '10,5 meV'; write a decimal point."),
        ("meV", "`it` must be a number with a unit, such as '10 meV', got 'meV'."),
        ("9 meV**9**9**9", "`it` must have a unit, such as '10 meV', got '9 meV**9**9**9'."),
        ("9**9**9 meV", "`it` must have a unit, such as '10 meV', got '9**9**9 meV'."),
        ("10 +- 0 meV", "`it` must have a positive standard error, got 0 eV."),
        ("1 +- 2 +- 3 meV", "`it` must have one error, got '1 +- 2 +- 3 meV'."),
        (("1 meV", "2 meV", "3 meV"), "`it` must be a value, or a pair of value and error, got"),
        (None, "`it` must be a text such as '10 meV', got None."),
        (True, "`it` must be a text such as '10 meV', got True."),
    ],
)
def test_what_is_no_quantity_is_refused_in_one_line(given, words):
    with pytest.raises((ValueError, TypeError)) as refused:
        read_quantity("it", given, ("eV",))
    assert str(refused.value).startswith(words)
    assert "\n" not in str(refused.value)


def test_numbers_print_with_their_error_in_two_digits():
    texts = [number_with_error(*pair) for pair in ((14.4712, 0.0984), (120.4, 30.2), (15230.0, 340.0), (1.0, 0.0995))]
    assert texts == ["14.471(98)", "120(30)", "15230(340)", "1.00(10)"]
    assert [number_with_error(*pair) for pair in ((120.51, 3.04), (2.0, None), (2.0, 0.0))] == [
        "120.5(3.0)",
        "2",
        "2(0)",
    ]
    assert str(jw.Measured(14.4712e-3, 0.0984e-3, "eV")) == "14.471(98) meV"
    assert str(jw.Measured(-0.2e-6, 1.3e-8, "m")) == "-200(13) nm"
    assert str(jw.Measured(2.0, 0.1).quantity) == "2.0 dimensionless"


def test_positions_are_lists_or_ranges_with_units():
    assert_allclose(positions_in_metres("x", ("-1 um", "1 um", 3)), [-1e-6, 0.0, 1e-6], rtol=1e-15)
    assert_allclose(positions_in_metres("x", ["-50 nm", "0.1 um"]), [-50e-9, 1e-7], rtol=1e-14)
    for given in ([-50.0], ["1 K"], 3.0, ("1 um", "2 um", 0)):
        with pytest.raises((ValueError, TypeError), match="^`x` must"):
            positions_in_metres("x", given)
