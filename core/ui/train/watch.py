"""How a training goes or went: its epochs, its digits, its errors, and what can be wanted of it."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape

import numpy as np
import streamlit as st

from core.errors import KagamiError
from core.models import library
from core.models.bundle import SNAPSHOTS, list_bundles, read_card
from core.models.experiments import (
    PRESETS,
    Experiment,
)
from core.models.snapshots import DRAWING, Snapshots
from core.runs.run import Run, control, list_runs, remove_run, snapshots_of
from core.ui.shared import loaders
from core.ui.shared.address import choose, choose_next, reset
from core.ui.shared.language import _, sentence
from core.ui.shared.style import palette
from core.ui.shared.titles import bundle_title, experiment_title, plain
from core.ui.train.pace import about, choose_pace
from core.views.learning import error_histogram, loss_curves
from core.views.tiles import tile

# What a page opens with where nothing is being trained.
FIRST = "article-all"
# Seconds between two looks at a run's folder.
POLL = 1.0


@dataclass(frozen=True, kw_only=True)
class Watched:
    """A training to look at: a run, or what a bundle keeps of its own."""

    key: str
    title: str
    experiment: Experiment
    snapshots: Snapshots | None
    losses: Sequence[float]
    val_losses: Sequence[float]
    of: int
    run: Run | None = None


def watch_training() -> None:
    """How a training goes or went; while one is under way, it looks again every second, and nothing else reruns."""
    polling = any(run.active for run in list_runs())
    st.fragment(_watch, run_every=POLL if polling else None)(polling)


def _watch(polling: bool) -> None:
    runs = list_runs()
    if polling and not any(run.active for run in runs):
        st.rerun()  # the lists of the whole page have something new, and nothing is to be polled any more
    by_id = {run.id: run for run in reversed(runs)}
    state = st.session_state
    under_way = [run for run in runs if run.active]
    if "watch" not in state and "watch" not in st.query_params and under_way:
        choose_next("watch", under_way[0].id)
    kept = {run.plan.bundle for run in runs if run.state == "finished"}
    bundles = [name for name in (*PRESETS, *library.user_bundles()) if _shows(name) and name not in kept]
    lost = state.get("watch")
    with st.container(key="watching", horizontal=True, vertical_alignment="bottom"):
        key = choose(
            st.selectbox,
            _("Training to watch"),
            [*by_id, *bundles],
            key="watch",
            default=FIRST,
            title=lambda key: _run_title(by_id[key]) if key in by_id else bundle_title(key),
        )
        other = choose(
            st.selectbox,
            _("Beside it"),
            ["none", *(name for name in bundles if name != key)],
            key="next_to",
            default="none",
            title=lambda name: _("nothing") if name == "none" else bundle_title(name),
        )
    if lost is not None and re.match(r"\d{8}-", lost) and lost not in by_id:
        st.warning(_("The training that you watched is gone: its folder was removed."))
    try:
        watched = _of_run(by_id[key]) if key in by_id else _of_bundle(key)
        beside = None if other == "none" else _of_bundle(other)
    except KagamiError as error:
        st.error(sentence(error))
        return
    if watched.run:
        # What is over needs one line: where it stands, and what can be done with it.
        with st.container(key="standing", horizontal=not watched.run.active, vertical_alignment="center"):
            _status(watched.run)
            _controls(watched.run)
    _queue([run for run in under_way if run.id != key])
    _show(watched, beside)


def _shows(name: str) -> bool:
    card = read_card(name)
    return card is not None and SNAPSHOTS in card.files


def _run_title(run: Run) -> str:
    title = run.plan.title or experiment_title(run.plan.experiment)
    started = datetime.strptime(run.id[:15], "%Y%m%d-%H%M%S").replace(tzinfo=UTC).astimezone()
    # Nothing that changes: Streamlit would take another text for another option.
    return f"{title} · {started:%H:%M}"


def _state(run: Run) -> str:
    return {
        "waiting": _("waiting"),
        "starting": _("starting"),
        "training": _("learning"),
        "paused": _("paused"),
        "saving": _("being written"),
        "finished": _("finished"),
        "cancelled": _("cancelled"),
        "failed": _("failed"),
        "lost": _("ended"),
    }[run.state]


def _of_run(run: Run) -> Watched:
    return Watched(
        key=run.id,
        title=run.plan.title or experiment_title(run.plan.experiment),
        experiment=run.plan.experiment,
        snapshots=snapshots_of(run),
        losses=run.losses,
        val_losses=run.val_losses,
        of=run.of or run.plan.experiment.recipe.epochs,
        run=run,
    )


def _of_bundle(name: str) -> Watched:
    card = loaders.bundle(name).card
    return Watched(
        key=name,
        title=bundle_title(name),
        experiment=card.experiment,
        snapshots=loaders.bundle(name).snapshots,
        losses=card.history["loss"],
        val_losses=card.history["val_loss"],
        of=card.epochs,
    )


def _status(run: Run) -> None:
    """Where a run stands, in one sentence, over a bar of its epochs as long as there are more to come."""
    done = len(run.losses)
    values = {"done": done, "of": run.of, "left": about(run.seconds_left or 0), "ahead": run.ahead}
    said = {
        "waiting": _("It waits for its turn; trainings before it: {ahead}.")
        if run.ahead
        else _("It is about to start."),
        "starting": _("TensorFlow is starting; this takes some seconds."),
        "training": _("Epoch {done} of {of} is done; {left} to go.") if done else _("The first epoch is under way."),
        "paused": _("After epoch {done} of {of}.") if done else _("Before the first epoch."),
        "saving": _("It has learnt. Now it judges the test images and is written to the disk."),
        "finished": _("Every page has it in its list now."),
        "cancelled": _("After epoch {done}; nothing of it was kept."),
    }.get(run.state, "")
    if run.reason is not None:
        said = sentence(run.reason).replace("{", "{{").replace("}", "}}")
    text = said.format(**values)
    if run.active and run.control.end == "keep" and run.state != "saving":
        text = _("It stops after this epoch and is kept.")
    kind = "kg-anomalous" if run.reason else ""
    word = _state(run)
    st.html(
        f'<p class="kg-run {kind}" role="status" aria-live="polite"><b>{escape(word[:1].upper() + word[1:])}</b> '
        f"{escape(text)}</p>"
    )
    if run.active:
        st.progress(min(1.0, done / run.of) if run.of else 0.0)


def _controls(run: Run) -> None:
    """What can be wanted of a run: while it learns its pace and its end, afterwards its bundle."""
    with st.container(key="controls", horizontal=True, vertical_alignment="center"):
        if run.active:
            choose_pace(run)
            st.button(
                _("One epoch"),
                disabled=run.state != "paused",
                on_click=lambda: control(run, steps=run.control.steps + 1),
                key="one_epoch",
            )
            st.button(
                _("Stop and keep"),
                disabled=run.state not in ("training", "paused") or run.control.end != "",
                on_click=lambda: control(run, end="keep"),
                key="keep",
            )
            st.button(
                _("Cancel"),
                disabled=run.state == "saving",
                on_click=lambda: control(run, end="cancel"),
                key="cancel",
            )
        elif run.state == "finished" and run.plan.bundle in list_bundles():
            if st.button(_("Draw for it"), type="primary", key="draw_for_it"):
                # The page takes what the address asks for, not what it showed before.
                reset("experiment")
                st.switch_page("pages/draw.py", query_params={"experiment": run.plan.bundle})
            st.button(_("Remove from this list"), on_click=lambda: _forget(run), key="forget")
        elif not run.active:
            st.button(_("Remove from this list"), on_click=lambda: _forget(run), key="forget")


def _forget(run: Run) -> None:
    remove_run(run)
    reset("watch")


def _queue(others: Sequence[Run]) -> None:
    """The runs under way that are not watched."""
    for run in others:
        with st.container(key=f"queued_{run.id}", horizontal=True, vertical_alignment="center"):
            st.markdown(_("Also under way: {title}").format(title=plain(f"{_run_title(run)}, {_state(run)}")))
            st.button(_("Watch"), on_click=_watch_that, args=(run.id,), key=f"watch_{run.id}")
            st.button(_("Cancel"), on_click=control, args=(run,), kwargs={"end": "cancel"}, key=f"cancel_{run.id}")


def _watch_that(run_id: str) -> None:
    choose_next("watch", run_id)


def _show(watched: Watched, beside: Watched | None) -> None:
    shown = watched.snapshots
    place = 0
    if shown is not None:
        place = _choose_epoch(watched, shown)
        st.html(_tiles(watched, shown, place, beside))
    left, right = st.columns(2)
    epoch = shown.epochs[place] if shown else None
    with left:
        _curves(watched, beside, epoch)
    with right:
        if shown is not None:
            _histogram(watched, shown, place)


def _choose_epoch(watched: Watched, shown: Snapshots) -> int:
    """The place of the epoch to show: the last one while it learns, else where the reader puts it."""
    last = len(shown.epochs) - 1
    moving = watched.run is not None and watched.run.active
    if last == 0 or moving:
        return last
    chosen = st.select_slider(_("After epoch"), shown.epochs, shown.epochs[last], key=f"epoch_{watched.key}")
    return shown.epochs.index(chosen)


def _tiles(watched: Watched, shown: Snapshots, place: int, beside: Watched | None) -> str:
    """Originals over what came back, and over what came back from the other training in the end."""
    other = beside.snapshots if beside else None
    names = {DRAWING: _("yours")}
    seen = [label.isdecimal() and int(label) in watched.experiment.normals for label in shown.labels]
    figures = []
    for i, label in enumerate(shown.labels):
        kind, icon, word = ("normal", "●", _("normal")) if seen[i] else ("anomalous", "▲", _("unseen"))
        what = names.get(label, label)
        pictures = [
            tile(shown.images[i], alt=_("Original: {what}").format(what=what)),
            tile(shown.reconstructions[place, i], alt=_("Reconstruction: {what}").format(what=what)),
        ]
        if other is not None and label in other.labels:
            image = other.reconstructions[-1, other.labels.index(label)]
            pictures.append(tile(image, alt=_("Beside it: {what}").format(what=what)))
        figures.append(
            f'<figure class="kg-pair">{"".join(pictures)}<figcaption><span class="kg-{kind}" title="{escape(word)}">'
            f'<span aria-hidden="true">{icon}</span> {escape(what)}</span></figcaption></figure>'
        )
    legend = _("Top: original. Below: what comes back. ● is normal, ▲ it never learns from.")
    if other is not None:
        legend += " " + _("At the bottom: what comes back from {title}.").format(title=beside.title if beside else "")
    return f'<div class="kg-learning">{"".join(figures)}</div><p class="kg-legend">{escape(legend)}</p>'


def _curves(watched: Watched, beside: Watched | None, epoch: int | None) -> None:
    curves = dict(zip((_("training"), _("validation")), (watched.losses, watched.val_losses), strict=True))
    dashes = [[1, 0], [6, 3]]
    if beside is not None:
        curves[_("validation, beside it")] = beside.val_losses
        dashes.append([2, 2])
    last = watched.val_losses[-1] if len(watched.val_losses) else math.nan
    description = _("Loss over epochs. Validation loss after {n} epochs: {loss:.4f}.").format(
        n=len(watched.val_losses), loss=last
    )
    signs = ("─", "╌", "┈")
    st.html(_legend([("", f"{sign} {name}") for sign, name in zip(signs, curves, strict=False)]))
    chart = loss_curves(
        curves,
        dashes=dashes,
        epochs=max(watched.of, len(beside.losses) if beside else 0),
        at=epoch,
        words={"epoch": _("epoch"), "loss": _("loss"), "description": description},
        colours=palette(),
    )
    st.altair_chart(chart, width="stretch", key="curves")


def _histogram(watched: Watched, shown: Snapshots, place: int) -> None:
    normal, unseen = shown.normal_errors[place], shown.unseen_errors[place]
    letters = not watched.experiment.held_out
    words = {
        "normal": _("normal, not learnt from"),
        "unseen": _("unseen: letters") if letters else _("unseen: the other digits"),
        "error": _("error of an image"),
        "share": _("images"),
        "description": _("Errors of {n} normal and {u} unseen images; medians {a:.3f} and {b:.3f}.").format(
            n=len(normal), u=len(unseen), a=float(np.median(normal)), b=float(np.median(unseen))
        ),
    }
    st.html(_legend([("kg-normal", f"● {words['normal']}"), ("kg-anomalous", f"▲ {words['unseen']}")]))
    chart = error_histogram(normal, unseen, words=words, colours=palette())
    st.altair_chart(chart, width="stretch", key="histogram")


def _legend(entries: Sequence[tuple[str, str]]) -> str:
    spans = "".join(f'<span class="{kind}">{escape(text)}</span>' for kind, text in entries)
    return f'<p class="kg-legend kg-key">{spans}</p>'
