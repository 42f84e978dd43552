r"""Formulas of docstrings, which a terminal shows as they stand, as mathematics on the pages.

`help(jw.solve)` says "temperature: kB T, in mu0"; the page says the same with :math:`k_\mathrm{B}T` and :math:`\mu_0`.
Known symbols alone are replaced, and only outside of code; a formula on a line of its own is known as a whole.

    >>> inline("Change kB delta Te(x) of the temperature")
    'Change \\ :math:`k_\\mathrm{B}\\,\\delta T_\\mathrm{e}(x)`\\  of the temperature'
"""

import re
from collections.abc import Callable

_LENGTH = r"v_\mathrm{F}\tau_0"

SYMBOLS = {
    # units
    "mu0": r"\mu_0",
    "tau0": r"\tau_0",
    "1/tau0": r"1/\tau_0",
    "vF": r"v_\mathrm{F}",
    "kF": r"k_\mathrm{F}",
    "vF tau0": _LENGTH,
    "mu0/(vF tau0)": rf"\mu_0/({_LENGTH})",
    "e mu0/h": r"e\mu_0/h",
    "mu0^2/h": r"\mu_0^2/h",
    "mu0^2/(h vF tau0)": rf"\mu_0^2/(h\,{_LENGTH})",
    "mu0^2 vF tau0/h": rf"\mu_0^2\,{_LENGTH}/h",
    "h/mu0^2": r"h/\mu_0^2",
    # the operating point
    "kB T": r"k_\mathrm{B}T",
    "eV": "eV",
    "eV + e phi(0+) - e phi(0-)": r"eV + e\phi(0^+) - e\phi(0^-)",
    "e phi(x)": r"e\phi(x)",
    "e phi = strength x neutral value": r"e\phi = \sigma \times \text{neutral value}",
    "delta mu(x)": r"\delta\mu(x)",
    "delta mu_e(x)": r"\delta\mu_\mathrm{e}(x)",
    "J_el(x)": r"J_\mathrm{el}(x)",
    "J_inf = Pi I": r"J_\infty = \Pi I",
    "f(+p, x)": r"f(+p, x)",
    "f(-p, x)": r"f(-p, x)",
    "|x|": r"|x|",
    "log|x|": r"\log|x|",
    "x = 0": r"x = 0",
    # heat
    "P_ph": r"P_\mathrm{ph}",
    "P_ext": r"P_\mathrm{ext}",
    "P_phi": r"P_\phi",
    "P_s": r"P_\mathrm{s}",
    "|P_ph|": r"|P_\mathrm{ph}|",
    "-P_ext": r"-P_\mathrm{ext}",
    "P_ph/P_ext": r"P_\mathrm{ph}/P_\mathrm{ext}",
    "P_ph(x)/P_ext": r"P_\mathrm{ph}(x)/P_\mathrm{ext}",
    "|P_ph/P_ext - 1|": r"|P_\mathrm{ph}/P_\mathrm{ext} - 1|",
    "P_ext = I F": r"P_\mathrm{ext} = I F",
    "P_ext/P_ext = 1": r"P_\mathrm{ext}/P_\mathrm{ext} = 1",
    "P_s/P_ext": r"P_\mathrm{s}/P_\mathrm{ext}",
    "P_phi/P_ext": r"P_\phi/P_\mathrm{ext}",
    "kB delta Te(x)": r"k_\mathrm{B}\,\delta T_\mathrm{e}(x)",
    "kB delta T_ph(x)": r"k_\mathrm{B}\,\delta T_\mathrm{ph}(x)",
    "P_s = G delta Te/T": r"P_\mathrm{s} = G\,\delta T_\mathrm{e}/T",
    "g delta T_ph/T": r"g\,\delta T_\mathrm{ph}/T",
    "theta_ph": r"\theta_\mathrm{ph}",
    # the wire and the scatterer
    "tau_ee": r"\tau_\mathrm{ee}",
    "1/tau_ee": r"1/\tau_\mathrm{ee}",
    "tau_ep": r"\tau_\mathrm{ep}",
    "tau = tau0": r"\tau = \tau_0",
    "tau = tau0 (p/pF)^exponent": r"\tau = \tau_0\,(p/p_\mathrm{F})^s",
    "1/tau = sum_n rates[n]/tau_n": r"1/\tau = \sum_n r_n/\tau_n",
    "energy = p^2/2m": r"\epsilon = p^2/2m",
    "energy (1 + alpha energy) = p^2/2m": r"\epsilon\,(1 + \alpha\epsilon) = p^2/2m",
    "e^2/(4 pi epsilon h vF)": r"e^2/(4\pi\varepsilon h v_\mathrm{F})",
    "Lambda = sqrt(k/g)": r"\Lambda = \sqrt{k/g}",
    "Lambda log Lambda": r"\Lambda\log\Lambda",
    "L_h": r"L_\mathrm{h}",
    "L_h >> l": r"L_\mathrm{h} \gg l",
    "T(eps)": r"T(\epsilon)",
    "eps0": r"\epsilon_0",
    "center +- i width": r"\epsilon_0 \pm i\Gamma",
    "Gamma_left": r"\Gamma_\mathrm{l}",
    "Gamma_right": r"\Gamma_\mathrm{r}",
    "(Gamma_left + Gamma_right)/2": r"(\Gamma_\mathrm{l} + \Gamma_\mathrm{r})/2",
    "4 Gamma_left Gamma_right/(Gamma_left + Gamma_right)^2": (
        r"4\Gamma_\mathrm{l}\Gamma_\mathrm{r}/(\Gamma_\mathrm{l} + \Gamma_\mathrm{r})^2"
    ),
    "Gamma": r"\Gamma",
}
"""Symbols in sentences, and what they are in TeX; the longest that fits counts."""

FORMULAS = {
    "T(eps) = width^2 / ((eps - center)^2 + width^2)          Eq. 21, with eps the kinetic energy in the left wire": (
        r"T(\epsilon) = \frac{\Gamma^2}{(\epsilon - \epsilon_0)^2 + \Gamma^2} \qquad "
        r"\text{(Eq. 21, $\epsilon$ the kinetic energy in the left wire)}"
    ),
    "T(eps) = sum_n peak_n width_n^2 / ((eps - center_n)^2 + width_n^2)": (
        r"T(\epsilon) = \sum_n \frac{T_n \Gamma_n^2}{(\epsilon - \epsilon_n)^2 + \Gamma_n^2}"
    ),
    "T(eps) = mean over n of 1/(1 + exp(-2 pi (eps - thresholds[n])/curvature))": (
        r"T(\epsilon) = \frac{1}{N}\sum_{n=1}^N \frac{1}{1 + \exp[-2\pi(\epsilon - \epsilon_n)/\hbar\omega]}"
    ),
    "T(eps) = 1/(1 + exp((height - eps)/decay)), about exp(-(height - eps)/decay) below the top": (
        r"T(\epsilon) = \frac{1}{1 + \exp[(U - \epsilon)/\delta]} \approx \exp[-(U - \epsilon)/\delta]"
        r"\ \text{below the top}"
    ),
    "T(eps) = 1/(1 + height^2 (length S(z))^2/(4 eps)),  S(z) = sinh(sqrt z)/sqrt z,  z = length^2 (height - eps)": (
        r"T(\epsilon) = \frac{1}{1 + U^2 L^2 S(z)^2/4\epsilon}, \quad S(z) = \frac{\sinh\sqrt z}{\sqrt z}, \quad "
        r"z = L^2 (U - \epsilon)"
    ),
    "T(eps) = T1 T2/(1 + R1 R2 - 2 sqrt(R1 R2) cos(2 sqrt(eps) separation + phase)),  R = 1 - T of either barrier": (
        r"T(\epsilon) = \frac{T_1 T_2}{1 + R_1 R_2 - 2\sqrt{R_1 R_2}\,\cos(2 L\sqrt\epsilon + \theta)}, \quad "
        r"R_n = 1 - T_n"
    ),
}
"""Formulas on lines of their own."""

_SAFE = {"eV": "(?<!in )eV"}
"""Symbols that are known by what stands before: energies are "in eV", too."""

_KNOWN = "|".join(_SAFE.get(symbol, re.escape(symbol)) for symbol in sorted(SYMBOLS, key=len, reverse=True))
_PATTERN = re.compile(rf"(?<![\w|/^.])(?:{_KNOWN})(?![\w|/^(])")


def inline(words: str, plain: Callable[[str], str] = str) -> str:
    """Words of a sentence with their symbols as mathematics; what is none goes through `plain`."""
    found, at = [], 0
    for symbol in _PATTERN.finditer(words):
        found += [plain(words[at : symbol.start()]), rf"\ :math:`{SYMBOLS[symbol[0]]}`\ "]
        at = symbol.end()
    return "".join([*found, plain(words[at:])])
