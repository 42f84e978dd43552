"""Config files: the objects of the library, and one line that names the key for everything that is wrong."""

import re

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import jaxwire as jw
from jaxwire.config import fit, models, scan
from jaxwire.config.scan import parse_config, read_config
from jaxwire.scans.arguments import ScanArguments, make_plan

DOT = 'scatterer = {model = "Lorentzian", center = 1.44, width = 0.08}\n'
NO_WIDTH = 'scatterer = {model = "Lorentzian", center = 1.44}\n'


def complaint(text, **options):
    with pytest.raises((ValueError, TypeError)) as caught:
        parse_config(text, **options)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_the_example_of_the_documentation_is_a_scan():
    found = re.search(r"```toml\n(.*?)```", str(scan.__doc__), re.DOTALL)
    assert found is not None
    read = parse_config(found[1])
    given = read.scan_arguments()
    plan = make_plan(given.pop("scatterer"), given.pop("wire"), ScanArguments(**given))
    assert plan.dims == ("voltage", "resonances[1].center", "resonances[0].width_relaxation.exponent")
    assert plan.shape == (4, 3, 2) and "spot_heating" in plan.variables
    assert_array_equal(plan.x, [-0.5, 0.5])
    assert plan.resolution == jw.Resolution(80, 32) and plan.memory == 10**9


def test_a_file_gives_the_objects_it_describes():
    read = parse_config(
        """
        temperature = 0.3
        current = 1                                  # whole numbers are numbers
        [scatterer]
        model = "BreitWigner"
        resonances = [{center = 0.9, width = 0.1}, {center = 1.4, width = 0.05, peak = 0.8}]
        [wire]
        relaxation = {model = "Matthiessen", rates = [0.4, 0.6], mechanisms = [
            {model = "PowerLaw", exponent = -0.5}, {model = "ConstantRelaxationTime"}]}
        screening = {model = "LocalScreening", strength = 0.7}
        dispersion = {model = "Kane", alpha = 0.2}
        """
    )
    assert read.scatterer == jw.BreitWigner((jw.Resonance(0.9, 0.1), jw.Resonance(1.4, 0.05, 0.8)))
    relaxation = jw.Matthiessen((jw.PowerLaw(-0.5), jw.ConstantRelaxationTime()), [0.4, 0.6])
    wire = jw.Wire(relaxation, jw.Kane(0.2), jw.LocalScreening(0.7))
    assert str(read.wire) == str(wire)
    assert_allclose(read.wire.relaxation_time(0.5), wire.relaxation_time(0.5), rtol=0)
    assert read.point == {"temperature": 0.3, "current": 1.0}
    assert read.axes == {} and read.options == {}


def test_a_file_may_let_electrons_collide_with_each_other_an_infinite_time_among_the_axes():
    table = "[wire.electron_electron]\ntime = 0.5\nconserves = 'energy'\n"
    read = parse_config("temperature = 0.3\nvoltage = 0.1\n" + DOT + table)
    assert read.wire.electron_electron.collision_rate() == 2.0
    assert read.wire.electron_electron.conserves == "energy"
    varying = "relaxation = {model = 'PowerLaw', exponent = -1.0}\n"
    read = parse_config("temperature = 0.3\nvoltage = 0.1\n" + DOT + table + varying)
    assert read.wire.electron_electron.relaxation == jw.PowerLaw(-1.0)
    axes = "[axes]\n'electron_electron.time' = [inf, 1.0]\n"
    assert list(parse_config("temperature = 0.3\nvoltage = 0.1\n" + DOT + table + axes).axes.values())[0][0] == np.inf


def test_a_file_may_let_phonons_warm_up():
    table = "[wire.phonons]\nloss = 0.5\ncontact_resistance = 1\n[axes]\n'phonons.healing_length' = [0.0, 1.0]\n"
    read = parse_config("temperature = 0.3\nvoltage = 0.1\n" + DOT + table)
    assert read.wire.phonons == jw.Phonons(0.5, 0.0, 1.0)
    assert list(read.axes) == ["phonons.healing_length"]


def test_every_public_model_but_functions_can_be_named():
    bases = (jw.AbstractScatterer, jw.AbstractRelaxation, jw.AbstractDispersion, jw.AbstractScreening)
    public = [getattr(jw, name) for name in jw.__all__ if isinstance(getattr(jw, name), type)]
    for base in bases:
        wanted = {kind for kind in public if issubclass(kind, base) and not kind.__name__.startswith("Abstract")}
        wanted -= {jw.Function, jw.FunctionRelaxation}
        assert set(models.MODELS[base]) == wanted


def test_every_public_instrument_loss_and_optimiser_of_numbers_can_be_named():
    public = [getattr(jw, name) for name in jw.__all__ if isinstance(getattr(jw, name), type)]
    for base, choices in fit.CHOICES.items():
        wanted = {kind for kind in public if issubclass(kind, base) and not kind.__name__.startswith("Abstract")}
        assert set(choices) == wanted - {jw.GradientDescent}  # which takes an object of optax


@pytest.mark.parametrize("separator", [",", " ", ";", "\t"])
def test_a_table_may_be_in_a_file_beside(separator, tmp_path):
    rows = [(0.5, 0.1), (1.0, 0.6), (1.5, 0.7), (2.0, 0.2)]
    lines = ["energy" + separator + "T", "# of another code", *(f"{e}{separator}{t}" for e, t in rows), ""]
    (tmp_path / "t.csv").write_text("\n".join(lines))
    (tmp_path / "map.toml").write_text('scatterer = {model = "Tabulated", file = "t.csv", interpolation = "cubic"}')
    read = read_config(tmp_path / "map.toml")
    assert isinstance(read.scatterer, jw.Tabulated) and read.scatterer.interpolation == "cubic"
    assert_array_equal(np.stack([read.scatterer.energies, read.scatterer.values], axis=1), rows)


def test_axes_are_lists_or_ranges_in_the_order_of_the_file():
    read = parse_config(
        """
        scatterer = {model = "Lorentzian"}
        wire.relaxation = {model = "PowerLaw"}
        [[zip]]
        voltage = [0.1, 0.4]
        relaxation.exponent = {start = -0.5, stop = 0.5, count = 2}
        [axes]
        width = {start = 0.01, stop = 1.0, count = 3, scale = "log"}
        temperature = {start = 0.1, stop = 0.7, count = 4}
        center = [2, 1.44]
        """
    )
    assert list(read.axes) == ["width", "temperature", "center", ("voltage", "relaxation.exponent")]
    assert_allclose(read.axes["width"], [0.01, 0.1, 1.0], rtol=1e-14)  # rounding of a power
    assert_array_equal(read.axes["temperature"], np.linspace(0.1, 0.7, 4))
    assert_array_equal(read.axes["voltage", "relaxation.exponent"], [[0.1, 0.4], [-0.5, 0.5]])
    # What is left out is the first value of its axis.
    assert read.scatterer == jw.Lorentzian(2.0, 0.01)
    assert str(read.wire) == str(jw.Wire(jw.PowerLaw(-0.5)))
    assert float(read.wire.relaxation_time(4.0)) == pytest.approx(2**-0.5)


def test_axes_on_a_log_scale_may_be_negative():
    read = parse_config(DOT + "x = {start = -10.0, stop = -0.1, count = 3, scale = 'log'}")
    assert_allclose(read.options["x"], [-10.0, -1.0, -0.1], rtol=1e-14)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            NO_WIDTH.replace("}", ", widht = 0.1}"),
            "`scatterer.widht` is not a key of Lorentzian; did you mean `width`? Valid keys: center, width.",
        ),
        (NO_WIDTH, "`scatterer.width` must be given, as a number or as an axis; got none."),
        (DOT.replace("0.08", "-0.1"), "`scatterer.width` must be positive, got -0.1."),
        (DOT.replace("0.08", "'wide'"), "`scatterer.width` must be a number, got 'wide'."),
        (DOT.replace("0.08", "true"), "`scatterer.width` must be a number, got True."),
        (DOT.replace("0.08", "[1, 2]"), "`scatterer.width` must be a number, got [1, 2]; a list of values to run"),
        (DOT.replace("Lor", "Lro"), "got 'Lroentzian'; did you mean 'Lorentzian'?"),
        ("scatterer = {center = 1}", "`scatterer.model` must be given, as one of Lorentzian, BreitWigner, Quant"),
        ("scatterer = 3", "`scatterer` must be a table with model = 'Lorentzian' or 'BreitWigner' ..., got 3."),
        ("voltage = 0.1", "`scatterer` must be given, as a table; got none."),
        ("tempertaure = 1\n" + DOT, "`tempertaure` is not a key of a config file; did you mean `temperature`?"),
        ("temperature = 'cold'\n" + DOT, "`temperature` must be a number, got 'cold'."),
        ("observables = ['current', 2]\n" + DOT, "`observables[1]` must be text, got 2."),
        (DOT + "[resolution]\nabove = 2.5", "`resolution.above` must be a whole number, got 2.5."),
        (DOT + "[resolution]\nabvoe = 25", "`resolution.abvoe` is not a key of [resolution]; did you mean `above`?"),
        (DOT + "wire = {relaxaton = {}}", "`wire.relaxaton` is not a key of [wire]; did you mean `relaxation`?"),
        (
            DOT + "[wire.screening]\nmodel = 'GatedCoulomb'\ncoupling = 1\nradius = 1\ngate_distance = 0.2",
            "`wire.screening.gate_distance` must be more than half the radius 1, got 0.2.",
        ),
        (DOT + "[wire.phonons]\nloss = 0.0\nhealing_length = 1.0", "`wire.phonons.loss` must be positive, got 0."),
        (DOT + "[wire.electron_electron]\ntime = -1.0", "`wire.electron_electron.time` must be positive, got -1."),
        (
            DOT + "[wire]\nelectron_electron = {time = 1.0}\n"
            "screening = {model = 'GatedCoulomb', coupling = 1.0, radius = 0.1, gate_distance = 0.5}",
            "`wire.electron_electron` must be None unless the screening is local, got it with GatedCoulomb.",
        ),
        (
            DOT + "[wire.electron_electron]\ntime = 1.0\nrelaxation = {model = 'PowerLaw', exponent = 3.0}",
            "`wire.electron_electron.relaxation.exponent` must be between -2 and 2, got 3.",
        ),
        (
            DOT
            + "[wire.relaxation]\nmodel = 'Matthiessen'\nrates = [1]\nmechanisms = [{model = 'PowerLaw', exponent=3}]",
            "`wire.relaxation.mechanisms[0].exponent` must be between -2 and 2, got 3.",
        ),
        (
            "scatterer = {model = 'BreitWigner', resonances = [{center = 1, width = 1}, {center = 1, width = 0}]}",
            "`scatterer.resonances[1].width` must be positive, got 0.",
        ),
        ("scatterer = {model = 'BreitWigner'}", "`scatterer.resonances` must be given, as a list of tables; got none."),
        ("scatterer = {model = 'Tabulated', energies = [1, 'x']}", "`scatterer.energies[1]` must be a number, got 'x'"),
        ("scatterer = {model = 'Tabulated', file = 'nix.csv'}", "`scatterer.file` must be a file that can be read"),
        ("scatterer = {model = 'Tabulated', file = 'a', values = [1]}", "`scatterer.file` must be left out where `val"),
        (NO_WIDTH + "[axes]\nwidht = [1, 2]", "got 'widht'; did you mean 'width'?"),
        (
            DOT + "[axes]\ncentre = [1, 2]",
            "`axes` must name a number that can vary, got 'centre'; did you mean 'center'",
        ),
        (DOT + "[axes]\nwidth = [1, -2]", "`axes.width` must be positive, got -2."),
        (DOT + "[axes]\nwidth = [1, 'a']", "`axes.width[1]` must be a number, got 'a'."),
        (DOT + "[axes]\nwidth = 3", "`axes.width` must be a list of numbers or {start = , stop = , count = }, got 3."),
        (
            DOT + "[axes]\nwidth = {start = 1, stpo = 2}",
            "`axes.width.stpo` is not a key of a range; did you mean `stop`?",
        ),
        (
            DOT + "[axes]\nwidth = {start = 0, stop = 2, count = 3, scale = 'log'}",
            "`axes.width` must have ends of one s",
        ),
        (DOT + "[axes]\nwidth = {start = 1, stop = 2, count = 3, scale = 'lg'}", "`axes.width.scale` must be 'linear'"),
        (DOT + "[[zip]]\nwidth = [1]", "`zip[0]` must have at least two names, got width."),
        (DOT + "[[zip]]\nwidth = [1]\ncenter = [1, 2]", "`zip[0]` must have lists of equal length, got width: 1, cent"),
        (DOT + "[axes]\nwidth = [1]\n[[zip]]\nwidth = [1]\ncenter = [1]", "`zip[0].width` must be given once"),
        (
            DOT + "wire.relaxation = {model = 'PowerLaw'}\n[axes]\n\"relaxation.exponent\" = [0, 3]",
            '`axes."relaxation.exponent"` must be between -2 and 2, got 3.',
        ),
        ("a = 1\nb ==", "`config` must be TOML, got a mistake at line 2, column 4: Invalid value."),
        ('a = "', "`config` must be TOML, got a mistake at line 1, column 6: Unterminated string."),
    ],
)
def test_complaints_name_the_key_and_what_was_expected(text, words):
    said = complaint(text)
    assert words in said and said.startswith("`")


LINES = {
    "0.5 0.1 3": "`scatterer.energies` must be in a table of 3 columns, got 2 in line 1 of",
    "0.5": "`scatterer.energies` must be in a table of 2 columns, got 1 in line 2 of",
    "0.5 high": "`scatterer.values` must be numbers, got 'high' in line 2 of",
    "0.5 1.0001": "`scatterer.values` must be between 0 and 1, got 1.0001 in line 2 of",
    "0.1 0.5": "`scatterer.energies` must be increasing, got 0.1 in line 2 of",
}


@pytest.mark.parametrize(("line", "words"), LINES.items())
def test_complaints_about_tables_in_files_name_the_line(line, words, tmp_path):
    (tmp_path / "t.csv").write_text(f"0.1 0.1\n{line}\n")
    said = complaint('scatterer = {model = "Tabulated", file = "t.csv"}', folder=tmp_path)
    assert said.startswith(f"{words} '") and "t.csv'" in said


TABLE_FILES = {
    "a head below a comment": "# of another code\nenergy,T\n0.5,0.1\n1,0.6\n1.5,0.7\n2,0.2\n",
    "a third column": "energy,T,channel\n0.5,0.1,1\n1,0.6,1\n1.5,0.7,1\n2,0.2,1\n",
    "quotes": '"energy","T"\n"0.5","0.1"\n"1","0.6"\n"1.5","0.7"\n"2","0.2"\n',
    "columns in another order": "T;E\n0,1;0,5\n0,6;1\n0,7;1,5\n0,2;2\n",
    "names that mean nothing": "col1 col2\n0.5 0.1\n1 0.6\n1.5 0.7\n2 0.2\n",
    "no names": "0.5\t0.1\n1\t0.6\n1.5\t0.7\n2\t0.2\n",
    "rounding": "E,T\n0.5,0.1\n1,0.6\n1.5,0.7\n2,0.2\n3,1.0000000000000002\n4,-1e-17",
}


@pytest.mark.parametrize("text", TABLE_FILES.values(), ids=[*TABLE_FILES])
def test_tables_of_other_codes_are_read(text, tmp_path):
    (tmp_path / "t.csv").write_text(text)
    read = parse_config('scatterer = {model = "Tabulated", file = "t.csv"}', folder=tmp_path).scatterer
    assert isinstance(read, jw.Tabulated)
    assert_array_equal(read.energies[:4], [0.5, 1.0, 1.5, 2.0])
    assert_array_equal(read.values[:4], [0.1, 0.6, 0.7, 0.2])
    assert_array_equal(read.values[4:], [1.0, 0.0][: read.values.size - 4])


HUGE = "1" + "0" * 400
IMMODERATE = {
    DOT + "wire = []": "`wire` must be a table, got [].",
    "scatterer = {model = {}}": "`scatterer.model` must be one of Lorentzian",
    "scatterer = {model = [1]}": "`scatterer.model` must be one of Lorentzian",
    DOT + f"x_max = {HUGE}": "`x_max` must be a whole number of at most 2^63, got 1000",
    DOT + f"[axes]\nvoltage = [0.1, {HUGE}]": "`voltage` must be a whole number of at most 2^63",
    DOT + "x_max = 1" + "0" * 5000: "`config` must have whole numbers of at most 19 digits",
    DOT + "x = " + "[" * 5000 + "]" * 5000: "`config` must have at most 16 levels of tables and lists",
    DOT + "x = " + "[" * 20 + "]" * 20: "`config` must have at most 16 levels of tables and lists",
    DOT + "axes." + ".".join("a" * 5000) + " = 1": "`config` must have at most 16 levels of tables and lists",
    DOT + "axes." + ".".join("a" * 500_000) + " = 1": "`config` must have at most 16 levels of tables and lists",
    DOT + "axes." + "a" * 5000 + " = [1]": "`config` must have keys of at most 100 characters, got 'aaa",
    DOT + "[axes]\nvoltage = {start = 0, stop = 1, count = 1000000000000}": (
        "`axes.voltage.count` must be an integer of at most 1000000, got 1000000000000."
    ),
    DOT + "[axes]\nvoltage = {start = 0, stop = 1, count = 100000}\ncenter = {start = 0, stop = 1, count = 100000}": (
        "`axes` must span at most 1,000,000,000 points, got 10,000,000,000."
    ),
    DOT + "x = {start = 1, stop = 2, count = 1000000}": "`x.count` must be an integer of at most 100000, got 1000000.",
    'scatterer = {model = "Tabulated", file = "a\\u0000b"}': "`scatterer.file` must be a file that can be read, got",
    'scatterer = {model = "Tabulated", file = "/dev/zero"}': "`scatterer.file` must be a file of at most 16 MB, got",
}


@pytest.mark.parametrize(("text", "words"), IMMODERATE.items(), ids=[text[-30:] for text in IMMODERATE])
def test_what_no_config_needs_is_refused_in_a_line(text, words):
    said = complaint(text)
    assert said.startswith(words) and len(said) < 300


def test_a_resolution_has_a_largest_size():
    with pytest.raises(ValueError, match=r"^`resolution.above` must be an integer of at most 1000, got 100000\.$"):
        jw.solve(jw.Lorentzian(1.44, 0.08), temperature=0.3, voltage=0.1, resolution=jw.Resolution(100000, 32))


def test_files_that_cannot_be_read_are_named(tmp_path):
    with pytest.raises(ValueError, match="`config` must be a file that can be read, got .*No such file"):
        read_config(tmp_path / "map.toml")
    (tmp_path / "map.toml").write_bytes(b"a = '\xff'")
    with pytest.raises(ValueError, match="`config` must be a text file in UTF-8"):
        read_config(tmp_path / "map.toml")
    (tmp_path / "map.toml").write_text("a = ")
    with pytest.raises(ValueError, match="`map.toml` must be TOML, got a mistake at line 1, column 5"):
        read_config(tmp_path / "map.toml")
