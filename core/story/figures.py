"""Every figure that the talk speaks of, computed from the shipped bundles and the committed benchmarks."""

import json
from collections.abc import Callable

import numpy as np

from core.detection.detector import Detector
from core.detection.evaluation import evaluate_digits
from core.detection.thresholds import Threshold
from core.images.data import ASSETS, Float, Labelled, flatten
from core.images.handwriting import prepare
from core.images.noise import add_noise
from core.images.strokes import PEN, SIZE, characters, draw
from core.models.bundle import Bundle
from core.models.denoising import DENOISING, PLAIN
from core.views.numbers import NO_BREAK, percent

# The share of normals that Kagami's own threshold may flag.
WANTED = 0.05
# What the letter's step can show, each a preset character.
LETTERS = ("A", "B", "E", "K", "R", "O", "S", "あ", "♥")
# How strong the noise is that the talk speaks of: the standard deviation at each pixel.
GRAIN = 0.4
# Where the speck is put: in the upper right corner, rows and columns.
SPECK = (slice(3, 5), slice(22, 24))
LEAVE_ONE_OUT = ASSETS / "benchmarks" / "leave-one-out.json"


def ten_digits(test: Labelled) -> Float:
    """The first test image of each digit, 0 to 9: (10, 784) in [0, 1]."""
    return flatten(test.x[np.unique(test.y, return_index=True)[1]])


def with_speck(digits: Float) -> Float:
    """A copy of images (n, 784) with a speck of full ink in the same corner of each."""
    spoiled = digits.copy()
    spoiled.reshape(-1, 28, 28)[(slice(None), *SPECK)] = 1
    return spoiled


def with_grain(digits: Float) -> Float:
    """Images (n, 784) with Gaussian noise as strong as the talk says, always the same."""
    return add_noise(digits, "gaussian", GRAIN, 0)


def drawn_letter(name: str) -> Float:
    """The preset character of that name as it is drawn by hand and prepared: (28, 28) in [0, 1]."""
    return prepare(draw(characters()[name].strokes, size=SIZE, pen=PEN)).image


def passed(bundle: Bundle, x: Float, times: int) -> Float:
    """Images x (n, 784) after so many passes through the bundle's network."""
    for _ in range(times):
        x = bundle.autoencoder.reconstruct(x)
    return x


def figures(load: Callable[[str], Bundle], test: Labelled) -> dict[str, str]:
    """The values of the talk's placeholders. load: a bundle by name; test: MNIST's test images."""
    article, only_1, without_0, kagami = map(
        load, ("article-all", "article-only-1", "article-without-0", "kagami-without-0")
    )
    digits = ten_digits(test)
    once, twice = (float(np.abs(digits - passed(article, digits, times)).mean()) for times in (1, 2))
    noisy = with_grain(digits)
    plain, trained = (float(np.abs(digits - passed(load(name), noisy, 1)).mean()) for name in (PLAIN, DENOISING))
    speck = passed(article, with_speck(digits), 1).reshape(-1, 28, 28)[(slice(None), *SPECK)]
    own = Threshold(rule="conformal", false_alarms=WANTED)
    rates = {}
    for name, bundle in (("article", without_0), ("kagami", kagami)):
        # Thresholds need the calibration scores alone, not what a detector remembers.
        scores = bundle.calibration_scores(bundle.experiment.recipe.score)
        tested = bundle.test_scores(bundle.experiment.recipe.score)
        rates[name] = evaluate_digits(tested, test.y, bundle.experiment, threshold=own.of(scores))
    threshold = Detector.of(only_1).threshold_
    history = article.card.history["val_loss"]
    return {
        "side": str(test.x.shape[1]),
        "pixels": str(article.autoencoder.pixels),
        "units": str(article.autoencoder.bottleneck),
        "epochs": str(article.card.epochs),
        "first_loss": f"{history[0]:.3f}",
        "last_loss": f"{history[-1]:.3f}",
        "once": f"{once:.3f}",
        "twice": f"{twice:.3f}",
        "speck_left": _percent(float(speck.mean())),
        "grain": f"{GRAIN:g}",
        "plain_error": f"{plain:.3f}",
        "trained_error": f"{trained:.3f}",
        "only_1_detection": _percent(only_1.card.metrics["detection_rate"]),
        "only_1_alarms": _percent(only_1.card.metrics["false_alarm_rate"]),
        "only_1_threshold": f"{threshold:.3f}",
        "without_0_detection": _percent(without_0.card.metrics["detection_rate"]),
        "held_out_1": f"{_leave_one_out('article', 'mae', 1):.2f}",
        "wanted": _percent(WANTED),
        "article_found": _percent(rates["article"].detection_rate),
        "kagami_found": _percent(rates["kagami"].detection_rate),
        "kagami_alarms": _percent(rates["kagami"].false_alarm_rate),
        "plane_units": str(load("plane-all").autoencoder.bottleneck),
    }


def _leave_one_out(recipe: str, score: str, digit: int) -> float:
    report = json.loads(LEAVE_ONE_OUT.read_text(encoding="utf-8"))
    rows = [*report["rows"], *report["baselines"]]
    return float(next(r["auroc"] for r in rows if (r["recipe"], r["score"], r["held_out"]) == (recipe, score, digit)))


def _percent(share: float | None) -> str:
    """Whole per cent. With a plain space: the printed talk breaks its lines by rules of its own."""
    if share is None:
        raise ValueError("there is nothing to count")
    return percent(share, decimals=0).replace(NO_BREAK, " ")
