"""`jaxwire new`: a commented file to start from, which runs as it is."""

from pathlib import Path
from typing import Literal

from jaxwire.cli.base import BadInputError, about_input
from jaxwire.cli.output import require_folder

LAB = """\
[lab]
material = "InAs"                    # InAs, GaAs, InSb, or {name = "mine", effective_mass = 0.05, kane_alpha = 0.8}
chemical_potential = "10 meV"        # or density = "53 1/um", or fermi_wavelength = "75 nm"
relaxation_time = "1.0 ps"           # or mean_free_path, or mobility; "1.0(2) ps" with an error
temperature = "30 K"
# channels = 2                       # both spins
"""
"""What a laboratory knows."""

DOT = """\
[scatterer]                          # any public scatterer, with its fields
model = "Lorentzian"
center = "14.4 meV"
width = "0.8 meV"
"""
"""A quantum dot."""

STARTERS = {
    "lab": f"""\
# One operating point of a wire in a laboratory:   jaxwire solve --config FILE
# Every number has a unit.

voltage = "1 mV"                     # or current = "9.5 nA"
x = ["-100 nm", "100 nm"]            # where to give the heating

{DOT}
{LAB}""",
    "scan": f"""\
# A grid of operating points:   jaxwire scan FILE --netcdf map.nc        (or --estimate, to see what it takes)
# Every number has a unit; results are in SI. Without [lab], numbers are natural and have none.

voltage = "1 mV"
observables = ["current", "spots"]   # also "heating" with x = ["-100 nm", "100 nm"], and others

[scatterer]
model = "Lorentzian"
width = "0.8 meV"                    # its center is an axis

[axes]                               # dimensions of the grid, in this order; lists, or ranges
center = {{start = "6 meV", stop = "20 meV", count = 8}}

{LAB}""",
    "fit": f"""\
# Parameters from measured profiles:   jaxwire fit --config FILE --report fit.html
# Every number has a unit, and may have an error: "120(30) nm", "120 +- 30 nm".

free = ["center", "width", "conductance", "offset"]    # offset[:] is one for each profile; also relaxation_time ...
starts = 4                           # 16 for sure

[thermometer]                        # P_ph in W/m, spread along the wire, over the conductance to the substrate
healing_length = "210 nm"
probe_fwhm = "50 nm"
position = "25 nm"                   # of the scatterer on the scale of the probe; may be free

[[measurements]]                     # one for each profile: columns x_nm, T_mK, sigma_mK
file = "EXAMPLE"                     # made up, so that this file runs; put yours here
voltage = "3 mV"
# measured_current = "31.7(3) nA"    # one more datum

{LAB.replace('"1.0 ps" ', '"0.84 ps"')}
# [priors]                           # what is known from elsewhere of free numbers
# conductance = "0.4(1) W/(m K)"
""",
}
"""The files, by kind."""

KIND = Literal["lab", "scan", "fit"]
"""What a file can be for."""


def new(kind: KIND, path: Path | None = None) -> int:
    """Write a commented file to start from; what is there is never written over.

    Args:
        kind: What it is for: lab (one operating point), scan, or fit (with an example of a profile beside it).
        path: The file; lab.toml, scan.toml or fit.toml unless given.
    """
    path = Path(f"{kind}.toml") if path is None else path
    with about_input():
        require_folder("path", path)
        example = path.parent / f"{path.stem}_example.csv"  # also of "", which is this folder
        files = {path: STARTERS[kind].replace("EXAMPLE", example.name)}
        if kind == "fit":
            files[example] = Path(__file__).with_name("example_profile.csv").read_text("utf-8")
        for file in files:
            if file.exists():
                raise BadInputError(f"`path` must be a new file, got '{file}', which is there.")
        for file, text in files.items():
            with file.open("x", encoding="utf-8") as opened:
                opened.write(text)
        first = STARTERS[kind].splitlines()[0].rpartition(":   ")[2].partition("        ")[0]
        print(f"Written: {' '.join(map(str, files))}\nNext: {first.replace('FILE', str(path))}")
    return 0
