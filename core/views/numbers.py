"""Numbers as a reader meets them: with a true minus, and with as many decimals as they can bear."""

import math

MINUS, NO_BREAK = "−", "\u00a0"


def signed(value: float, decimals: int, *, plus: bool = False) -> str:
    """The number with so many decimals; its minus is a minus, not a hyphen. plus: show the sign of a positive, too."""
    return f"{value:{'+' if plus else ''}.{decimals}f}".replace("-", MINUS)


def percent(share: float | None, *, decimals: int = 1) -> str:
    """A share in [0, 1] in per cent, a dash for None.

    With decimals it never rounds to 100 % what is less than all, nor to 0 % what is more than none.
    """
    if share is None:
        return "–"
    if not decimals or share in (0, 1):
        return f"{100 * share:.0f}{NO_BREAK}%"
    least = 10.0**-decimals
    return f"{min(max(100 * share, least), 100 - least):.{decimals}f}{NO_BREAK}%"


def score_and_threshold(score: float, threshold: float) -> tuple[str, str]:
    """Both with the same decimals, enough of them that two different numbers never look equal."""
    least = least_decimals(threshold)
    if not math.isfinite(threshold):
        return signed(score, least), "∞"
    for decimals in range(least, 10):
        pair = signed(score, decimals), signed(threshold, decimals)
        if pair[0] != pair[1] or score == threshold:
            return pair
    return pair


def score_text(score: float, threshold: float) -> str:
    """The score alone, with as many decimals as it has beside that threshold."""
    return score_and_threshold(score, threshold)[0]


def least_decimals(threshold: float) -> int:
    """With how many decimals scores are told beside this threshold, where that is enough to tell them apart."""
    return 2 if abs(threshold) >= 1 else 4


def decibels(value: float) -> str:
    """A ratio in dB with one decimal, ∞ where nothing differs."""
    return "∞" if math.isinf(value) else signed(value, 1)
