"""The widgets that several pages share. Each is bound to the address, so that every view can be linked."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
import streamlit as st

from core.detection.detector import Detector, offered
from core.detection.thresholds import RULES, Threshold
from core.errors import KagamiError
from core.images.selection import ORDERS
from core.models.bundle import experiment_named, list_bundles, read_card
from core.models.experiments import PRESETS, Experiment
from core.ui.shared import loaders
from core.ui.shared.address import choose, choose_number, forget, unknown
from core.ui.shared.errors import errors_shown
from core.ui.shared.language import _, sentence
from core.ui.shared.session import session
from core.ui.shared.titles import bundle_title, rule_title, score_title


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """What the reader chose to judge with."""

    name: str
    experiment: Experiment
    detector: Detector

    def of_source(self, source: str) -> Self:
        """The same for images that come from that source: with the threshold that keeps its promise for those."""
        detector = self.detector
        return replace(self, detector=loaders.detector(self.name, detector.score, detector.threshold, source))


def trained() -> list[str]:
    """Names of the bundles to choose from, presets first; one that cannot be read is told where it is kept."""
    others = (name for name in list_bundles() if name not in PRESETS)
    return [*PRESETS, *(name for name in others if read_card(name) is not None)]


def choose_experiment(*, default: str = PRESETS[0], key: str = "experiment") -> str:
    """A select box of the trained experiments, presets first.

    key: another one where a page opens with an experiment of its own and shall not change that of the others.
    """
    return choose(
        st.selectbox,
        _("Experiment"),
        trained(),
        key=key,
        default=default,
        title=bundle_title,
    )


def choose_score(available: Sequence[str], *, default: str) -> str:
    """A select box of the scores that the chosen bundle can give."""
    return choose(st.selectbox, _("Score"), available, key="score", default=default, title=score_title)


@dataclass(frozen=True, kw_only=True)
class ByHand:
    """A threshold that may be set by hand. of: what it is a score of; it does not outlive a change of that.

    start: where it begins; step and decimals: how finely it is set.
    """

    of: tuple[str, str]
    start: float
    step: float
    decimals: int


def choose_threshold(*, default: str, by_hand: ByHand | None = None) -> Threshold:
    """A select box of the rules, and the one parameter that the chosen rule takes.

    by_hand: offer to set the threshold itself, too.
    """
    rules = [name for name, rule in RULES.items() if by_hand or rule.parameter != "at"]
    if by_hand:
        _forget_other_threshold(by_hand)
    rule = choose(st.selectbox, _("Threshold rule"), rules, key="rule", default=default, title=rule_title)
    if RULES[rule].parameter == "at" and by_hand:
        at = choose_number(
            _("Threshold"), key="at", start=by_hand.start, step=by_hand.step, format=f"%.{by_hand.decimals}f"
        )
        return Threshold(rule=rule, at=at)
    st.query_params.pop("at", None)
    if RULES[rule].parameter == "k":
        k = st.slider(
            _("k, in standard deviations (the article’s is 1)"),
            0.0,
            4.0,
            1.0,
            0.1,
            key="k",
            bind="query-params",
        )
        return Threshold(rule=rule, k=k)
    percent = st.slider(
        _("Wanted false alarms, in %"), 0.5, 20.0, 5.0, 0.5, format="%.1f", key="false_alarms", bind="query-params"
    )
    return Threshold(rule=rule, false_alarms=percent / 100)


@dataclass(kw_only=True)
class _HandSet:
    """Of which experiment and score the threshold was last set by hand."""

    of: tuple[str, str] | None = None


def _forget_other_threshold(by_hand: ByHand) -> None:
    """A threshold of another score says nothing of this one."""
    known = session(_HandSet)
    if known.of not in (None, by_hand.of):
        st.session_state.pop("at", None)
        forget("rule", "fixed")
    known.of = by_hand.of


def set_threshold(threshold: Threshold) -> None:
    """Let the widgets of :func:`choose_threshold` show this one: for callbacks, which run before them."""
    parameter = RULES[threshold.rule].parameter
    value = getattr(threshold, parameter)
    st.session_state["rule"] = threshold.rule
    st.session_state[parameter] = 100 * value if parameter == "false_alarms" else value


def headed_experiment(title: str, *, default: str = PRESETS[0], key: str = "experiment") -> str:
    """The page's title, and beside it the experiment; a warning where the address asks for one that is not there.

    default, key: as of :func:`choose_experiment`.
    """
    with st.container(key="heading", horizontal=True, vertical_alignment="bottom"):
        st.title(title)
        name = choose_experiment(default=default, key=key)
    _show_refusal(key)
    _show_uselessness(name)
    return name


def headed_choice(title: str) -> Chosen | None:
    """The page's title, and beside it the experiment with score and threshold folded away.

    None, with the reason shown, where the choice cannot be had.
    """
    with st.container(key="heading", horizontal=True, vertical_alignment="bottom"):
        st.title(title)
        name = choose_experiment()
        try:
            recipe = loaders.bundle(name).experiment.recipe
            available = offered(loaders.bundle(name))
            with st.popover(_("Score and threshold")):
                score = choose_score(available, default=recipe.score)
                threshold = choose_threshold(default=recipe.rule)
            detector = loaders.detector(name, score, threshold)
        except KagamiError as error:
            detector = None
            reason = sentence(error)
    _show_refusal("experiment")
    if detector is None:
        st.error(reason)
        return None
    _show_uselessness(name)
    return Chosen(name=name, experiment=experiment_named(name), detector=detector)


def choose_order() -> tuple[str, np.random.Generator]:
    """Which images come first, and a generator for the random order, dealt anew by its number."""
    titles = {
        "first": _("the first ones"),
        "random": _("random ones"),
        "smallest": _("smallest error"),
        "largest": _("largest error"),
    }
    order = choose(st.selectbox, _("Which"), list(ORDERS), key="order", default="first", title=titles.__getitem__)
    deal = 0
    if order == "random":
        deal = st.number_input(_("Random selection no."), 0, 999, 0, key="deal", bind="query-params")
    return order, np.random.default_rng(deal)


def _show_refusal(key: str) -> None:
    """That the address asks for an experiment that is not there."""
    if refusal := experiment_refusal(key):
        st.warning(refusal)


def _show_uselessness(name: str) -> None:
    """That the chosen network has learnt nothing."""
    with errors_shown():
        if notice := loaders.uselessness(name):
            st.warning(sentence(notice))


def experiment_refusal(key: str) -> str:
    """Why the experiment that the address asks for under `key` cannot be shown; empty where it can."""
    name = unknown(key)
    if name is None:
        return ""
    try:
        known = experiment_named(name).name
    except KagamiError as error:
        return sentence(error)
    return sentence(KagamiError("bundle_missing", f"{known} is not trained.", name=known))
