"""What is watched, a run or what a bundle saved of its own; where a run stands, and what can be wanted of it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape

import streamlit as st

from core.models import library
from core.models.bundle import SNAPSHOTS, list_bundles, read_card
from core.models.experiments import PRESETS, Experiment
from core.models.snapshots import Snapshots
from core.runs.run import Run, control, remove_run, snapshots_of
from core.ui.shared import loaders
from core.ui.shared.address import choose, choose_next, chosen, reset
from core.ui.shared.language import _, sentence
from core.ui.shared.titles import bundle_title, experiment_title, plain
from core.ui.train.pace import about, change_pace

# Where it stands in the address.
WATCH = "watch"
# What a page opens with where no run is under way.
FIRST = "article-all"
# Seconds between two looks at the runs' folders.
POLL = 1.0


@dataclass(frozen=True, kw_only=True)
class Watched:
    """How a network learns or learnt.

    key: a run's id or a bundle's name. run: None where it is what a bundle saved.
    losses, val_losses: one an epoch; of: how many epochs there will be.
    """

    key: str
    title: str
    experiment: Experiment
    snapshots: Snapshots | None
    losses: Sequence[float]
    val_losses: Sequence[float]
    of: int
    run: Run | None = None


def saved_bundles(runs: Sequence[Run]) -> list[str]:
    """Names of the bundles that saved how they learnt, but for those whose run can still be watched."""
    of_runs = {run.plan.bundle for run in runs if run.state == "finished"}
    cards = {name: read_card(name) for name in (*PRESETS, *library.user_bundles()) if name not in of_runs}
    return [name for name, card in cards.items() if card is not None and SNAPSHOTS in card.files]


def choose_watched(runs: Sequence[Run], bundles: Sequence[str]) -> tuple[str, bool]:
    """A select box of the runs and of bundles that saved how they learnt: what is chosen, a run's id or a bundle's
    name; and whether it stands in for a run that was watched and whose folder is gone."""
    by_id = {run.id: run for run in reversed(runs)}
    before = chosen(WATCH)
    if before is None and WATCH not in st.query_params and (under_way := [run for run in runs if run.active]):
        choose_next(WATCH, under_way[0].id)
    key = choose(
        st.selectbox,
        _("Training to watch"),
        [*by_id, *bundles],
        key=WATCH,
        default=FIRST,
        title=lambda key: _run_title(by_id[key]) if key in by_id else bundle_title(key),
    )
    gone = before is not None and re.match(r"\d{8}-", before) is not None and before not in by_id
    return key, gone and key == FIRST


def choose_beside(bundles: Sequence[str], key: str) -> str | None:
    """A select box of the bundles to look at beside what is watched; None for none of them."""
    name = choose(
        st.selectbox,
        _("Compare with"),
        ["none", *(name for name in bundles if name != key)],
        key="next_to",
        default="none",
        title=lambda name: _("no other model") if name == "none" else bundle_title(name),
    )
    return None if name == "none" else name


def watched(key: str, runs: Sequence[Run]) -> Watched:
    """The run of that id, or else the bundle of that name. Raises KagamiError where that cannot be loaded."""
    run = next((run for run in runs if run.id == key), None)
    return _of_bundle(key) if run is None else _of_run(run)


def show_status(run: Run) -> None:
    """Where a run stands, in one sentence, over a bar of its epochs as long as there are more to come."""
    done = len(run.losses)
    values = {"done": done, "of": run.of, "left": about(run.seconds_left or 0), "ahead": run.ahead}
    text = {
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
    text = text.format(**values) if run.reason is None else sentence(run.reason)
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


def show_controls(run: Run) -> None:
    """What can be wanted of a run: while it learns its pace and its end, afterwards its bundle."""
    with st.container(key="controls", horizontal=True, vertical_alignment="center"):
        if run.active:
            change_pace(run)
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
            return
        ready = run.state == "finished" and run.plan.bundle in list_bundles()
        if ready and st.button(_("Try it on a drawing"), type="primary", key="draw_for_it"):
            reset("experiment")  # the page takes what the address asks for, not what it showed before
            st.switch_page("pages/draw.py", query_params={"experiment": run.plan.bundle})
        st.button(_("Remove from this list"), on_click=_remove, args=(run,), key="forget")


def show_others(runs: Sequence[Run], key: str) -> None:
    """The runs under way that are not watched, each to be watched or cancelled."""
    for run in runs:
        if not run.active or run.id == key:
            continue
        with st.container(key=f"queued_{run.id}", horizontal=True, vertical_alignment="center"):
            st.markdown(_("Also under way: {title}").format(title=plain(f"{_run_title(run)}, {_state(run)}")))
            st.button(_("Watch"), on_click=choose_next, args=(WATCH, run.id), key=f"watch_{run.id}")
            st.button(_("Cancel"), on_click=control, args=(run,), kwargs={"end": "cancel"}, key=f"cancel_{run.id}")


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
    bundle = loaders.bundle(name)
    return Watched(
        key=name,
        title=bundle_title(name),
        experiment=bundle.experiment,
        snapshots=bundle.snapshots,
        losses=bundle.card.history["loss"],
        val_losses=bundle.card.history["val_loss"],
        of=bundle.card.epochs,
    )


def _remove(run: Run) -> None:
    remove_run(run)
    reset(WATCH)
