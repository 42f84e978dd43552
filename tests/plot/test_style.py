"""The style of figures: a file, used unless a user chooses another one; and pictures in notebooks."""

import io

import matplotlib
import matplotlib.style
import numpy as np
import pytest
import xarray
from matplotlib.image import imread

from jaxwire.plot import NotebookFigure, plot_map, use_style
from jaxwire.plot.style import PIXELS, STYLE

LINE = xarray.Dataset({"current": ("center", [1.0, 2.0])}, coords={"center": [0.6, 1.8]})


@pytest.fixture(autouse=True)
def own_style_again():
    yield
    use_style()


def label_size():
    return plot_map(LINE).axes[0].xaxis.label.get_fontsize()


def test_the_style_is_a_file_that_matplotlib_finds_by_its_name():
    with matplotlib.style.context("jaxwire.plot.jaxwire"):
        assert {name: matplotlib.rcParams[name] for name in STYLE} == STYLE


def test_figures_are_drawn_in_it_whatever_the_caller_has_set():
    with matplotlib.rc_context({"axes.labelsize": 21.0}):
        assert label_size() == STYLE["axes.labelsize"]


def test_switched_off_the_settings_of_the_caller_count():
    use_style({})
    with matplotlib.rc_context({"axes.labelsize": 21.0}):
        assert label_size() == 21.0


def test_a_style_of_the_user_counts(tmp_path):
    (tmp_path / "mine.mplstyle").write_text("axes.labelsize: 17\n")
    use_style(tmp_path / "mine.mplstyle")
    assert label_size() == 17.0
    use_style()
    assert label_size() == STYLE["axes.labelsize"]


@pytest.mark.parametrize("style", ["no-such-style", {"no.such.setting": 1}, {"axes.labelsize": object()}])
def test_an_unknown_style_is_refused_and_changes_nothing(style):
    with pytest.raises(ValueError, match="`style` must be a style"):
        use_style(style)
    assert label_size() == STYLE["axes.labelsize"]


def test_a_figure_shows_itself_sharply_in_its_own_size():
    figure = plot_map(LINE)
    assert isinstance(figure, NotebookFigure)
    data, size = figure._repr_png_()
    width, height = np.round(figure.get_size_inches() * figure.dpi)
    assert (size["width"], size["height"]) == (width, height)
    assert imread(io.BytesIO(data)).shape[:2] == (PIXELS * height, PIXELS * width)
