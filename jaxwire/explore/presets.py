"""Settings of the page that show the paper's figures, and what becomes of Fig. 3a beyond the paper's assumptions."""

from typing import NamedTuple

from jaxwire.explore.state import State


class Preset(NamedTuple):
    """A setting by name.

    Attributes:
        words: which figure, and what is seen in it.
        state: of the page.
        over: the two numbers of its map, across and up; "" where there is none.
    """

    words: str
    state: State
    over: tuple[str, str] = ("", "")


def _map_of_figure_5(letters: str, temperature: float) -> Preset:
    state = State(center=1.44, width=0.08, temperature=temperature, voltage=0.1)
    return Preset(f"Figs. 5, 6 ({letters}): spots at kT = {temperature:g}", state, ("width", "center"))


PRESETS = {
    "3a": Preset("Fig. 3a: resonance above, small voltage", State(center=1.44, temperature=0.7, voltage=0.1)),
    "3b": Preset("Fig. 3b: resonance above, larger voltage", State(center=1.44, temperature=0.7, voltage=0.4)),
    "4a": Preset("Fig. 4a: resonance below, small voltage", State(center=0.64, temperature=0.7, voltage=0.1)),
    "4b": Preset("Fig. 4b: resonance below, larger voltage", State(center=0.64, temperature=0.7, voltage=0.4)),
    "5ab": _map_of_figure_5("a, b", 0.1),
    "5cd": _map_of_figure_5("c, d", 0.3),
    "5ef": _map_of_figure_5("e, f", 0.7),
    "9a": Preset("Fig. 9a: current and voltage, resonance below", State(center=0.64, temperature=0.1, voltage=0.8)),
    "9b": Preset("Fig. 9b: current and voltage, resonance above", State(center=1.44, temperature=0.1, voltage=0.8)),
    "collisions": Preset(
        "beyond: Fig. 3a where electrons collide, tau_ee = 0.1 tau_ep",
        State(electron_electron="momentum", time=0.1, temperature=0.7, voltage=0.1),
    ),
    "phonons": Preset(
        "beyond: Fig. 3a where phonons warm up as easily as electrons",
        State(phonons="own", loss=1.5, healing_length=1.0, temperature=0.7, voltage=0.1),
    ),
    "both": Preset(
        "beyond: Fig. 3a with both",
        State(electron_electron="momentum", time=0.1, phonons="own", loss=1.5, temperature=0.7, voltage=0.1),
    ),
}
"""By the number of the figure, or what is beyond it; the resonance has the paper's half width 0.08 unless it is an
axis. At kT = 0.7 electrons give the phonons G = 1.46, so that alpha = G/g is 1."""
