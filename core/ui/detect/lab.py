"""The threshold lab: the component that counts while the threshold is dragged, and what stands below it."""

import base64
import math
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path

import numpy as np
import streamlit as st

from core.detection.curves import Cost, Curves, Doubles, curves
from core.detection.evaluation import Evaluation
from core.detection.thresholds import Threshold
from core.detection.trial import Trial
from core.errors import KagamiError
from core.images.data import Int, flatten
from core.images.selection import examples
from core.models.autoencoder import Autoencoder
from core.models.bundle import experiment_named, list_bundles
from core.models.experiments import RECIPES, experiment
from core.ui.shared import loaders
from core.ui.shared.choices import ByHand, choose_threshold, set_threshold
from core.ui.shared.language import _, sentence
from core.ui.shared.titles import recipe_title
from core.views.signs import ICONS
from core.views.tiles import data_url, grey, sheet

_COMPONENT = st.components.v2.component(
    "kagami_threshold_lab", js=Path(__file__).with_suffix(".js").read_text(encoding="utf-8"), isolate_styles=False
)
# The rule that the article's listing sets its threshold by.
ARTICLE = Threshold(rule="mean+std", k=1.0)
# Bins of the histogram, examples shown of each bin and side, and points that draw a curve.
BINS, EXAMPLES, POINTS = 56, 4, 160
# Of each side this share may lie beyond the drawn range, in its last bin.
BEYOND = 0.002


def drawn_range(trial: Trial, threshold: float) -> tuple[float, float]:
    """The scores that the distribution shows; it always holds the threshold, where that is finite."""
    high = max(float(np.quantile(side, 1 - BEYOND)) for side in (trial.normal_scores, trial.anomaly_scores))
    low = float(trial.scores.min())
    if math.isfinite(threshold):
        low, high = min(low, threshold), max(high, threshold)
    return low, high


def step_and_decimals(low: float, high: float) -> tuple[float, int]:
    """By how much a key moves the threshold, a power of ten of at most a 250th of the range; and its decimals.

    A pointer moves it ten times as finely, which is what the decimals allow.
    """
    decimals = max(0, math.ceil(-math.log10((high - low) / 250)))
    return 10.0**-decimals, decimals + 1


def threshold_lab(
    trial: Trial,
    threshold: float,
    *,
    cost: Cost,
    article: float,
    others: Mapping[str, Trial],
    autoencoder: Autoencoder,
) -> None:
    """Both distributions, one threshold, and all that follows from it, counted in the browser while it is dragged.

    Letting it go sets the rule `fixed` at that score.

    article: the threshold of the article's rule, marked. others: trials of other detectors of the same normals, by
    title, whose ROC curves are drawn beside this one's. autoencoder: reconstructs the examples under the pointer.
    """
    low, high = drawn_range(trial, threshold)
    step, decimals = step_and_decimals(low, high)
    edges = np.linspace(math.floor(low / step) * step, math.ceil(high / step) * step, BINS + 1)
    result = trial.evaluate(threshold)
    curve = curves(trial.normal_scores, trial.anomaly_scores)
    _COMPONENT(
        key="threshold_lab",
        on_threshold_change=_dragged,
        data={
            **_scores_by_label(trial, result),
            "edges": [float(f"{edge:.10g}") for edge in edges],
            "step": step,
            "decimals": decimals,
            "threshold": threshold if math.isfinite(threshold) else None,
            "marks": [{"at": article, "name": _("the article’s rule")}] if math.isfinite(article) else [],
            "sheet": _sheet(trial, edges, autoencoder),
            "curves": {"auroc": f"{result.auroc:.3f}", **_curves(curve, cost, edges)},
            "others": [
                {"name": title, "points": _roc(curves(other.normal_scores, other.anomaly_scores))}
                for title, other in others.items()
            ],
            "costs": {"miss": cost.miss, "prevalence": cost.prevalence},
            "words": {name: escape(word) for name, word in _words().items()},
            "icons": dict(ICONS),
        },
    )


def _scores_by_label(trial: Trial, result: Evaluation) -> dict[str, object]:
    """All scores, little-endian float32 in base64, ascending within each label; and the labels in that order."""
    sides = [(False, result.normals), (True, result.anomalies)]
    labels = sorted((label, unseen) for unseen, groups in sides for label in groups)
    ordered = [np.sort(trial.scores[trial.labels == label]) for label, _unseen in labels]
    return {
        "scores": base64.b64encode(np.concatenate(ordered).astype("<f4").tobytes()).decode(),
        "labels": [
            {"name": escape(label_title(label)), "spoken": _spoken(label, unseen), "unseen": unseen, "n": len(scores)}
            for (label, unseen), scores in zip(labels, ordered, strict=True)
        ],
    }


def _words() -> dict[str, str]:
    """What stands in the component, in the reader's language."""
    return {
        "threshold": _("threshold"),
        "passed": _("normal, passed"),
        "alarms": _("false alarms"),
        "missed": _("unseen, missed"),
        "detected": _("unseen, detected"),
        "known": _("normal"),
        "unseen": _("unseen"),
        "by_label": _("Above the threshold, by character"),
        "roc": _("ROC"),
        "pr": _("Precision–recall"),
        "cost": _("Cost of 1,000 images"),
        "auroc": _("AUROC"),
        "precision": _("precision"),
        "least": _("least"),
        "alarms_axis": _("false-alarm rate"),
        "detected_axis": _("detection rate"),
        "precision_axis": _("precision"),
        "cost_axis": _("cost"),
    }


def label_title(label: str) -> str:
    """A digit, or the group of characters in the reader's language."""
    groups = {"latin": _("A to Z"), "kana": _("kana"), "symbols": _("symbols")}
    return groups.get(label, label)


def _spoken(label: str, unseen: bool) -> str:
    """The label as it is read out."""
    return _("{label}, unseen").format(label=label_title(label)) if unseen else label_title(label)


def _sheet(trial: Trial, edges: Doubles, autoencoder: Autoencoder) -> dict[str, object]:
    """Examples of each bin and side on one picture, each followed by its reconstruction, and where they are on it."""
    shown: list[int] = []
    places = []
    for side in (~trial.unseen, trial.unseen):
        mine = np.flatnonzero(side)
        found = [mine[indices].tolist() for indices in examples(trial.scores[side], edges, count=EXAMPLES)]
        places.append([list(range(first, first + len(each))) for first, each in _running(found, start=len(shown))])
        shown += [index for each in found for index in each]
    images = trial.images[shown]
    back = grey(autoencoder.reconstruct(flatten(images))).reshape(images.shape)
    pairs = np.stack([images, back], axis=1).reshape(-1, 28, 28)
    columns = 32
    return {
        "url": data_url(sheet(pairs, columns=columns)),
        "columns": columns,
        "rows": -(-len(pairs) // columns),
        "examples": places,
    }


def _running(lists: Sequence[Sequence[int]], *, start: int) -> list[tuple[int, Sequence[int]]]:
    """Each list with how many entries stand before it, `start` included."""
    before = np.cumsum([start, *(len(each) for each in lists)])
    return [(int(first), each) for first, each in zip(before, lists, strict=False)]


def _roc(curve: Curves) -> list[list[float]]:
    """Detection over false alarms, by the corners that are seen."""
    return _points(curve.false_alarms, curve.detection, at=curve.corners(curve.false_alarms, count=POINTS))


def _curves(curve: Curves, cost: Cost, edges: Doubles) -> dict[str, object]:
    """The points of the three small charts, and where the cost is least."""
    grid = np.linspace(edges[0], edges[-1], POINTS)
    of = np.searchsorted(curve.thresholds, grid, side="right") - 1
    least = cost.least(curve)
    dearest = 1000 * cost.of(curve.detection, curve.false_alarms)
    return {
        "roc": _roc(curve),
        "pr": _points(curve.detection, curve.precision, at=curve.corners(curve.precision, count=POINTS)),
        "cost": _points(grid, dearest[of]),
        "least": [float(np.clip(curve.thresholds[least], edges[0], edges[-1])), float(dearest[least])],
        "least_cost": f"{dearest[least]:.0f}",
    }


def _points(x: Doubles, y: Doubles, *, at: Int | slice = slice(None)) -> list[list[float]]:
    return [[float(f"{a:.6g}"), float(f"{b:.6g}")] for a, b in zip(x[at], y[at], strict=True)]


def choose_lab_threshold(trial: Trial, *, of: tuple[str, str], default: str) -> Threshold:
    """The rule with its parameter, or a threshold set by hand. of: experiment and score; default: the recipe's rule."""
    step, decimals = step_and_decimals(*drawn_range(trial, math.inf))
    try:
        usual = loaders.detector(*of, Threshold(rule=default)).threshold_
    except KagamiError:  # too few normals for that rule; another one can still be chosen
        usual = float(trial.scores.max())
    start = round(usual, decimals)
    return choose_threshold(default=default, by_hand=ByHand(of=of, start=start, step=step, decimals=decimals))


def choose_cost(trial: Trial) -> Cost:
    """What a miss costs and how rare the unseen are, folded away, with a button for the cheapest threshold."""
    with st.popover(_("Costs")):
        miss = st.slider(_("A miss costs as much as … false alarms"), 1, 100, 10, key="miss_cost", bind="query-params")
        rare = st.slider(_("Unseen among what comes in, in %"), 1, 50, 10, key="prevalence", bind="query-params")
        cost = Cost(miss=miss, prevalence=rare / 100)
        st.button(_("Take the cheapest threshold"), on_click=_take_cheapest, args=(trial, cost), key="cheapest")
    return cost


def article_button() -> None:
    """Back to the mean plus one standard deviation."""
    st.button(_("The article’s rule"), on_click=_take_articles, key="article_rule")


def other_recipes(name: str) -> dict[str, Trial]:
    """What other trained recipes make of the same normals, by their titles."""
    own = experiment_named(name)
    found = {}
    for recipe in RECIPES.values():
        other = experiment(recipe.name, normals=own.normals)
        if recipe == own.recipe or other.name not in list_bundles():
            continue
        try:
            found[recipe_title(recipe.name)] = loaders.trial(other.name, recipe.score)
        except KagamiError as error:
            st.warning(sentence(error))
    return found


def _take_cheapest(trial: Trial, cost: Cost) -> None:
    curve = curves(trial.normal_scores, trial.anomaly_scores)
    at = curve.thresholds[cost.least(curve)]
    # −∞ flags everything, as does any number below the lowest score.
    _by_hand(float(at) if math.isfinite(at) else float(trial.scores.min()) - 1)


def _take_articles() -> None:
    set_threshold(ARTICLE)


def _dragged() -> None:
    at = st.session_state["threshold_lab"]["threshold"]
    if isinstance(at, int | float) and math.isfinite(at):
        _by_hand(float(at))


def _by_hand(at: float) -> None:
    set_threshold(Threshold(rule="fixed", at=at))
