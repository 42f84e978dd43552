"""Parts of the page as HTML: sliders and choices of models, the lab's numbers, tables."""

from html import escape

from jaxwire.explore.drawing.formulas import UNITS, html
from jaxwire.explore.fitting import LINEAR, can_be_free
from jaxwire.explore.lab_data import KINDS
from jaxwire.explore.point import NUMBERS
from jaxwire.explore.presets import PRESETS
from jaxwire.explore.sliders import DRIVES, EXAMPLES, Slider, group_of
from jaxwire.explore.spot_map import axes_of
from jaxwire.explore.state import State
from jaxwire.explore.view import LAB
from jaxwire.model.units.materials import MATERIALS

GROUPS = {
    "Scatterer": ("scatterer",),
    "Operating point": ("point",),
    "Wire": ("relaxation", "dispersion", "screening", "electron_electron", "phonons"),
    "What is shown": ("shown",),
}
"""Kinds of sliders by what they belong to."""

KIND_WORDS = {
    "scatterer": "model",
    "relaxation": "relaxation",
    "dispersion": "band",
    "screening": "screening",
    "electron_electron": "e-e collisions",
    "phonons": "phonons",
}
"""What the choice of a model is called."""

MODEL_WORDS = {
    "BreitWigner": "two resonances (BreitWigner)",
    "Lorentzian": "resonance (Lorentzian)",
    "QuantumPointContact": "point contact, two channels",
    "TunnelBarrier": "tunnel barrier",
    "RectangularBarrier": "rectangular barrier",
    "DoubleBarrier": "double barrier",
    "Constant": "same T at all energies",
    "PowerLaw": "power law",
    "ConstantRelaxationTime": "constant time",
    "Matthiessen": "two power laws at once",
    "Parabolic": "parabolic",
    "Kane": "Kane's, not parabolic",
    "LocalScreening": "of given strength",
    "Electroneutral": "neutral wire",
    "none": "none",
    "momentum": "keep the momentum",
    "energy": "keep the energy alone",
    "bath": "stay at T",
    "own": "warm up",
}
"""Models in words."""


def controls(state: State) -> str:
    """Everything that sets the state."""
    return "".join(_group(title, kinds, state) for title, kinds in GROUPS.items())


def _group(title: str, kinds: tuple[str, ...], state: State) -> str:
    parts = []
    for kind in kinds:
        parts.append(_choice(kind, state) if kind in EXAMPLES else _drives(state) if kind == "point" else "")
        parts += [_slider(slider, state) for slider in state.sliders.values() if group_of(slider) == kind]
    return f"<fieldset><legend>{title}</legend>{''.join(parts)}</fieldset>"


def _choice(kind: str, state: State) -> str:
    """The choice of a model."""
    options = "".join(
        f'<option value="{name}"{" selected" * (name == state.models[kind])}>{MODEL_WORDS[name]}</option>'
        for name in EXAMPLES[kind]
    )
    usual = next(iter(EXAMPLES[kind]))
    return (
        f'<label class="choice"><span>{KIND_WORDS[kind]}</span>'
        f'<select id="{kind}" data-kind="{kind}" data-usual="{usual}">{options}</select></label>'
    )


def _drives(state: State) -> str:
    """The choice between voltage and current."""
    choices = "".join(
        f'<label><input type="radio" name="drive" value="{name}"{" checked" * (name == state.drive)}> '
        f"{state.sliders[name].words} {html(state.sliders[name].symbol)}</label>"
        for name in DRIVES
    )
    return f'<div class="drives" role="radiogroup" aria-label="what is given"><span>given</span>{choices}</div>'


def _slider(slider: Slider, state: State) -> str:
    """A slider, a button that moves it, and a field with the same number."""
    name, value = slider.name, state.numbers.get(slider.name, slider.default)
    hidden = " hidden" if name in DRIVES and name != state.drive else ""
    range_ = f'data-low="{slider.low:g}" data-high="{slider.high:g}" data-step="{slider.step:g}"'
    words = escape(slider.words.replace("*", ""))
    return (
        f'<div class="slider"{hidden} data-name="{name}" {range_}{" data-log" * slider.is_log}>'
        f'<label for="{name}"><b>{html(slider.symbol)}</b> {html(slider.words)}</label>'
        f'<input type="range" id="{name}" aria-describedby="notes">'
        f'<button type="button" class="play" aria-pressed="false" aria-label="play {words}" '
        f'title="move this slider by itself"></button>'
        f'<span class="value"><input type="text" inputmode="decimal" id="{name}-number" value="{value:g}" '
        f'autocomplete="off" aria-label="{words} as a number"> <span class="unit">{html(UNITS[slider.unit])}</span>'
        f'</span><output class="si" for="{name}"></output></div>'
    )


def lab_numbers() -> str:
    """Fields for what natural units are made of."""
    materials = "".join(f'<option value="{name}">{name}</option>' for name in (*MATERIALS, "other"))
    fields = "".join(
        f'<label data-lab-row="{name}"><span><i>{html(symbol)}</i> {words}</span><span class="value">'
        f'<input type="text" inputmode="decimal" id="lab-{name}" data-lab="{name}" value="{first:g}" '
        f'autocomplete="off"> <span class="unit">{unit}</span></span></label>'
        for name, (symbol, words, unit, first) in LAB.items()
    )
    return f'<label><span>material</span><select id="lab-material">{materials}</select></label>{fields}'


def presets() -> str:
    """Choices of the paper's figures."""
    return "".join(
        f'<option value="{key}" data-query="{escape(preset.state.query())}" data-x="{preset.over[0]}" '
        f'data-y="{preset.over[1]}">{escape(preset.words)}</option>'
        for key, preset in PRESETS.items()
    )


def number_rows() -> str:
    """Rows of the table of results, to be filled."""
    return "".join(
        f'<tr><th scope="row">{html(symbol)}</th><td data-number="{name}"></td><td data-unit="{name}">'
        f'{html(UNITS[unit])}</td><td class="beside" data-pinned="{name}"></td>'
        f'<td class="beside" data-change="{name}"></td></tr>'
        for name, (symbol, unit) in NUMBERS.items()
    )


def map_axes(state: State) -> str:
    """Choices of the numbers that a map is over."""
    return "".join(
        f'<option value="{name}">{escape(state.sliders[name].words.replace("*", ""))}</option>'
        for name in axes_of(state)
    )


def fit_choices(state: State) -> str:
    """Which numbers a fit may vary."""
    boxes = []
    for name in can_be_free(state):
        words = name if name in LINEAR else html(state.sliders[name].symbol)
        is_few = len(can_be_free(state)) <= 4 or name in LINEAR or name.endswith(("center", "[0]", "height"))
        boxes.append(f'<label><input type="checkbox" name="free" value="{name}"{" checked" * is_few}> {words}</label>')
    return "".join(boxes)


def data_kinds() -> str:
    """Choices of what readings are of."""
    return "".join(f'<option value="{name}">{_bare(words)}</option>' for name, words in KINDS.items())


def _bare(words: str) -> str:
    for sign in "*_{}":
        words = words.replace(sign, "")
    return escape(words)
