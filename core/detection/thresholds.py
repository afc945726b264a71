"""Threshold rules: one row of RULES each. A score is anomalous iff it is greater than the threshold.

A rule sees the scores of the calibration set: normals that the network did not learn from.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from types import MappingProxyType
from typing import Literal

import numpy as np
import numpy.typing as npt

from core.errors import KagamiError
from core.images.data import Float


def mean_plus_std(scores: Float, k: float) -> float:
    """mean + k · standard deviation of the calibration scores; the article's rule with k = 1."""
    return float(scores.mean(dtype=np.float64) + k * scores.std(dtype=np.float64))


def quantile(scores: Float, false_alarms: float) -> float:
    """The calibration score that at most a share `false_alarms` of the calibration set exceeds."""
    return float(np.quantile(scores, 1 - false_alarms, method="higher"))


def conformal(scores: Float, false_alarms: float) -> float:
    """The threshold with score > threshold iff the split-conformal p-value ≤ `false_alarms`.

    p = (1 + #{calibration ≥ s}) / (n + 1) (Vovk et al., Algorithmic Learning in a Random World, 2005; Bates
    et al., Testing for outliers with conformal p-values, 2023, eq. 2), which keeps the expected false-alarm
    rate at or under `false_alarms` for exchangeable normals. With too few calibration scores for that promise
    (n < 1/false_alarms − 1) it is infinite: nothing is flagged.
    """
    # p ≤ α ⇔ #{calibration ≥ s} ≤ allowed ⇔ s > the (allowed + 1)-th largest score. `allowed` is found among
    # the p-values themselves: α(n + 1) − 1 would be off by one where it is rounded.
    possible = np.arange(1, len(scores) + 2) / (len(scores) + 1)
    allowed = np.count_nonzero(possible <= false_alarms) - 1
    return float(np.sort(scores)[::-1][allowed]) if allowed >= 0 else math.inf


def least_normals(false_alarms: float) -> int:
    """How many calibration scores the conformal rule needs to flag anything: ⌈1 / false_alarms⌉ − 1."""
    n = math.ceil(1 / Fraction(false_alarms)) - 1
    return n - (1 / n <= false_alarms)  # as `conformal` rounds its smallest p-value: 1/3 of three


def p_values(scores: Float, calibration: Float) -> npt.NDArray[np.float64]:
    """Split-conformal p-values of `scores` (n,) in (0, 1]: small is anomalous. See `conformal`."""
    ordered = np.sort(calibration)
    at_least = len(ordered) - np.searchsorted(ordered, scores, side="left")
    return (1.0 + at_least) / (len(ordered) + 1)


def borderline(calibration: Float, threshold: float) -> tuple[float, float]:
    """The scores whose verdict would turn if half, or twice, as many normals were flagged: those in (low, high].

    Whichever rule set the threshold, it flags some number of the calibration scores (n,), n ≥ 1. `low` is the threshold
    that flags twice as many, `high` the one that flags half as many. Where it flags none there is nothing to double or
    to halve, and low = threshold = high.
    """
    flagged = int(np.count_nonzero(calibration > threshold))
    if not flagged:
        return threshold, threshold
    descending = np.sort(calibration)[::-1]
    low, high = descending[min(2 * flagged, len(descending) - 1)], descending[flagged // 2]
    return min(float(low), threshold), float(high)


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A row of the table: `threshold` takes calibration scores (n,) and the value of `parameter`."""

    name: str
    parameter: Literal["k", "false_alarms", "at"]
    threshold: Callable[[Float, float], float]


RULES: Mapping[str, Rule] = MappingProxyType(
    {
        rule.name: rule
        for rule in (
            Rule(name="mean+std", parameter="k", threshold=mean_plus_std),
            Rule(name="quantile", parameter="false_alarms", threshold=quantile),
            Rule(name="conformal", parameter="false_alarms", threshold=conformal),
            Rule(name="fixed", parameter="at", threshold=lambda calibration, at: at),
        )
    }
)


@dataclass(frozen=True, kw_only=True)
class Threshold:
    """A rule with its parameters; the rule takes the one that it needs.

    k: standard deviations above the mean, in [0, 10]; the article's is 1.
    false_alarms: the wanted share of normals above the threshold, in (0, 1).
    at: the threshold itself, in the score's unit, for the rule `fixed`: set by hand, whatever the calibration says.
    """

    rule: str = "mean+std"
    k: float = 1.0
    false_alarms: float = 0.05
    at: float = 0.0

    def __post_init__(self) -> None:
        if self.rule not in RULES:
            raise KagamiError(
                "unknown_rule", f"rule must be one of {', '.join(RULES)}, got {self.rule!r}.", name=self.rule
            )
        if not 0 <= self.k <= 10:
            raise KagamiError("bad_k", f"k must be between 0 and 10, got {self.k}.", k=self.k)
        if not 0 < self.false_alarms < 1:
            raise KagamiError(
                "bad_false_alarms",
                f"false_alarms must be between 0 and 1 (both excluded), got {self.false_alarms}.",
                false_alarms=self.false_alarms,
            )
        if not math.isfinite(self.at):
            raise KagamiError("bad_at", f"at must be a finite number, got {self.at}.", at=self.at)

    def of(self, calibration: Float) -> float:
        """The threshold for these calibration scores (n,), n ≥ 1."""
        rule = RULES[self.rule]
        return rule.threshold(calibration, getattr(self, rule.parameter))
