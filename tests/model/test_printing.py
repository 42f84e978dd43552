"""How objects show themselves: numbers and not types, errors in two digits, tables that escape what they show."""

import html.parser

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import jaxwire as jw
from jaxwire.model.printing import array_text, html_table, with_error

DOT = jw.Lorentzian(center=1.44, width=0.08)


@pytest.mark.parametrize(
    ("model", "text"),
    [
        (DOT, "Lorentzian(center=1.44, width=0.08)"),
        (jw.Constant(0.5), "Constant(value=0.5)"),
        (jw.BreitWigner([jw.Resonance(1.1, 0.1)]), "Resonance(center=1.1, width=0.1, peak=1)"),
        (jw.Wire(relaxation=jw.PowerLaw(-0.5)), "relaxation=PowerLaw(exponent=-0.5)"),
        (jw.QuantumPointContact([0.5, 1.5], 0.1), "thresholds=[0.5, 1.5]"),
        (jw.Tabulated(np.linspace(0, 3, 20), np.linspace(0, 0.9, 20)), "energies=<20 numbers, 0 to 3>"),
        (jw.Thermometer(healing_length=0.5), "healing_length=0.5"),
        (jw.HuberLoss(2.5), "2.5"),
        (jw.InSb, "effective_mass=0.0135"),
    ],
    ids=lambda part: part if isinstance(part, str) else type(part).__name__,
)
def test_models_print_their_numbers(model, text):
    assert text in repr(model)


def test_printed_models_without_arrays_make_the_same_model_again():
    assert eval(repr(DOT), vars(jw) | {"Lorentzian": jw.Lorentzian}) == DOT


def test_under_jit_models_print_types():
    seen = []
    jax.jit(lambda center: seen.append(repr(jw.Lorentzian(center, 0.08))))(1.44)
    assert seen == ["Lorentzian(center=f64[], width=f64[])"]


@pytest.mark.parametrize(
    ("array", "text"),
    [
        (np.array(1.44), "1.44"),
        (np.array([1.0, 2.5]), "[1, 2.5]"),
        (np.arange(6.0).reshape(2, 3), "<2 x 3 numbers, 0 to 5>"),
        (np.array([1.0, np.nan, 3.0, 2.0, 1.0]), "<5 numbers, 1 to 3, 1 NaN>"),
        (np.full(5, np.nan), "<5 numbers, all NaN>"),
        (np.ones(7), "<7 numbers, 1>"),
        (np.zeros((0, 2)), "<0 x 2 numbers>"),
        (np.array(3), "3"),
    ],
)
def test_arrays_are_short(array, text):
    assert array_text(array) == text


@pytest.mark.parametrize(
    ("value", "error", "expected"),
    [
        (1.43482, 0.00987, ("1.4348", "0.0099")),
        (1.43482, 0.0996, ("1.43", "0.10")),  # 0.0996 in two digits is 0.10
        (-0.5, 0.25, ("-0.50", "0.25")),
        (15230.4, 340.0, ("15230", "340")),
        (1.2e-9, 3.4e-11, ("1.200e-09", "0.034e-09")),
        (0.0, 0.012, ("0.000", "0.012")),
        (2.0, 0.0, ("2", "0")),
        (2.0, float("nan"), ("2", "nan")),
        (2.0, float("inf"), ("2", "inf")),
        (0.123456789, 5e8, ("0.123457", "5e+08")),
    ],
)
def test_errors_have_two_digits_and_values_end_where_they_end(value, error, expected):
    assert with_error(value, error) == expected


class Text(html.parser.HTMLParser):
    """The words of a page, in order, and the elements that are open at its end."""

    def __init__(self, page):
        """Read it."""
        super().__init__()
        self.words, self.open = [], []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.words.append(data)


def test_a_table_escapes_what_it_shows():
    page = html_table("<b>", [("a & b", "<script>")], complaints=["1 < 2"], notes=["'"], titles=("<i>", "&"))
    assert Text(page).open == []
    assert [word.strip() for word in Text(page).words] == ["1 < 2", "<b>", "<i>", "&", "a & b", "<script>", "'"]


def test_a_table_has_no_colours_but_the_mark_of_what_is_wrong():
    sol = jw.solve(DOT, temperature=0.3, voltage=0.1)
    assert "#" not in sol._repr_html_() and "color:inherit" in sol._repr_html_()


def test_a_solution_shows_numbers_units_and_status():
    sol = jw.solve(DOT, temperature=0.3, voltage=0.1)
    words = " ".join(Text(sol._repr_html_()).words)
    assert f"{sol.current:.6g}" in words and "solved" in words and "Lorentzian(center=1.44, width=0.08)" in words
    assert repr(sol) == str(sol)


def test_a_failed_solution_says_so_first():
    sol = jax.jit(
        lambda width: jw.solve(jw.Lorentzian(1.44, width), temperature=0.3, voltage=0.1, error_estimate=False)
    )(-1.0)
    assert Text(sol._repr_html_()).words[0] == str(sol.status) != "solved"


def test_a_batch_of_solutions_shows_its_shape_and_ranges():
    many = jax.vmap(lambda voltage: jw.solve(DOT, temperature=0.3, voltage=voltage, error_estimate=False))
    sols = jw.quick_jit(many)(jnp.array([0.1, 0.2, 0.4]))
    for text in (repr(sols), " ".join(Text(sols._repr_html_()).words)):
        assert "shape (3,)" in text and "3 x solved" in text and "0.1 to 0.4" in text


def test_under_jit_solutions_can_be_printed():
    seen = []

    def solved(voltage):
        sol = jw.solve(DOT, temperature=0.3, voltage=voltage)
        seen.extend([repr(sol), repr(sol.status), sol._repr_html_(), jw.find_spots(sol)._repr_html_()])
        return sol.current

    jax.eval_shape(solved, 0.1)
    assert "f64[]" in seen[0] and "i64[]" in seen[1] and seen[2:] == [None, None]


def test_spots_show_side_kind_and_place():
    spots = jw.find_spots(jw.solve(DOT, temperature=0.7, voltage=0.1))
    for text in (str(spots), " ".join(Text(spots._repr_html_()).words)):
        for words in ("left", "heating", f"{spots.left.position:.6g}", "right", "cooling"):
            assert words in text


def test_without_spots_the_table_says_so_first():
    spots = jw.find_spots(jw.solve(jw.Constant(1.0), temperature=0.3, voltage=0.1))
    assert Text(spots._repr_html_()).words[0] == "there are no spots"


def test_linear_response_shows_coefficients_and_units():
    response = jw.linear_response(DOT, temperature=0.3)
    for text in (str(response), " ".join(Text(response._repr_html_()).words)):
        assert f"{response.whole.peltier:.6g}" in text and "conductance" in text


def test_a_fit_shows_values_errors_and_what_the_data_could_not_tell():
    x = np.array([-2.0, -1.0, -0.5, 0.5, 1.0, 2.0])
    y = 3.0 * jw.solve(DOT, temperature=0.3, voltage=0.1).heating(x).total
    found = jw.fit_profile(x, y, 0.1, temperature=0.3, voltage=0.1, starts=4)
    words = Text(found._repr_html_()).words
    value, error = with_error(found.values["center"], found.errors["center"])
    assert value in words and error in words and f"{value} +- {error}" in str(found)
    assert repr(found) == str(found)
    failed = type(found)(**{**vars(found), "status": jw.FitStatus.FAILED})
    assert Text(failed._repr_html_()).words[0] == str(jw.FitStatus.FAILED)
