"""Figures: heating profiles, current-voltage characteristics, maps of scans, fits.

```python
>>> import jaxwire as jw
>>> from jaxwire.plot import plot_heating, save_figure
>>> sol = jw.solve(jw.Lorentzian(center=1.44, width=0.08), temperature=0.3, voltage=0.1)
>>> figure = plot_heating(sol)                                          # save_figure(figure, "profile.pdf")

```

In the order of the data flow: `style` (colours, files), `captions` (words), `heating`, `iv`, `fits`; `colour_scale`,
`dominant_spots`, `panels` and `maps` for scans. Names are loaded on first use: a profile does not load the fits.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
