"""The false-alarm budget: the one place where "how sure is sure" is decided.

Every bound of this package takes its error probability from a :class:`Budget`; no rule has a number of its own. The
default of 0.0015 one-sided is Deequ's 1.8 of ``Robust``: c(a) = sqrt(-ln(a / 2) / 2) = 1.8 at a = 0.003 two-sided.
A breach has to clear a material limit *on top of* that, so at identical data the realised rate is far below alpha.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist
from typing import Final

WEEK_MS: Final = 7 * 24 * 3_600_000

SIEGMUND: Final = 1.166
"""By how much a random walk overshoots a boundary, both ends together: 2 * 0.583 (Siegmund 1985)."""

SMALLEST_THRESHOLD: Final = 4.0
"""Of a Page-Hinkley test; chosen, because below it one pane of four standard errors would be an alarm."""


@dataclass(frozen=True)
class Budget:
    """How often noise alone may speak.

    ``one_sided`` is the error probability of one bound in (0, 0.5). ``alarms_per_week`` is what a model's sequential lane
    may spend on false alarms, all its features together (> 0).
    """

    one_sided: float = 0.0015
    alarms_per_week: float = 1.0

    def alpha(self) -> float:
        """One-sided error probability of a confidence bound."""
        return self.one_sided

    def each_of_two(self) -> float:
        """Error probability of either bound where those of two samples are compared.

        The effect is beyond the difference of the bounds unless one of them is wrong, which happens with at most the sum of
        the two probabilities (Bonferroni): each gets half of :meth:`alpha`.
        """
        return self.one_sided / 2

    def sigmas(self) -> float:
        """The same as a number of standard errors of a Gaussian (2.97 at 0.0015).

        >>> round(Budget().sigmas(), 2)
        2.97
        """
        return NormalDist().inv_cdf(1.0 - self.one_sided)

    def kolmogorov(self) -> float:
        """c(2 * alpha): factor of sqrt((n + m) / (n * m)) which two equal samples' CDFs stay within.

        >>> round(Budget().kolmogorov(), 2)
        1.8
        """
        return math.sqrt(-math.log(self.one_sided) / 2.0)

    def chi_squared(self, freedom: int) -> float:
        """Quantile 1 - alpha of chi-squared with ``freedom`` >= 1 degrees (Wilson-Hilferty 1931).

        At 0.0015 within 2 % from 3 degrees on; further out it is too large, by 5 % at 0.00001: on the safe side.

        >>> round(Budget(one_sided=0.01).chi_squared(10), 1)
        23.2
        """
        spread = 2.0 / (9.0 * freedom)
        return freedom * max(0.0, 1.0 - spread + self.sigmas() * math.sqrt(spread)) ** 3

    def run_length(self, features: int, pane_ms: int) -> float:
        """Panes between two false alarms that one feature's sequential detector has to last, on average.

        >>> Budget().run_length(features=20, pane_ms=60_000)
        201600.0
        """
        return max(1, features) * WEEK_MS / pane_ms / self.alarms_per_week

    def page_hinkley(self, features: int, pane_ms: int) -> float:
        """Threshold of a two-sided Page-Hinkley test with allowance 1/2 on unit-variance panes, spending half the budget.

        Run length between false alarms of one side: (exp(2 k b) - 1 - 2 k b) / (2 k**2) with b = h + 1.166 (Siegmund 1985,
        "Sequential Analysis", eq. 2.57 with corrected boundary); for k = 1/2 and both sides that is near exp(h + 1.166).

        >>> round(Budget().page_hinkley(features=20, pane_ms=60_000), 1)
        11.7
        """
        return max(SMALLEST_THRESHOLD, math.log(2.0 * self.run_length(features, pane_ms)) - SIEGMUND)


DEFAULT: Final = Budget()
"""The budget where nothing else is configured."""
