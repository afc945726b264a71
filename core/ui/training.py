"""The parts of the page that trains: what is to be learnt, how it goes, and what is kept of it."""

import math
import re
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from html import escape
from typing import Any

import numpy as np
import streamlit as st

from core.errors import KagamiError
from core.images.data import DIGITS, UInt8
from core.images.handwriting import prepare
from core.models import library
from core.models.bundle import SNAPSHOTS, list_bundles, read_card
from core.models.estimate import epochs_of, estimate, images_for, measure_arithmetic
from core.models.experiments import (
    ACTIVATIONS,
    LOSSES,
    MOST_EPOCHS,
    OPTIMIZERS,
    OWN,
    PRESETS,
    RECIPES,
    SCHEDULES,
    Experiment,
    Recipe,
    parameters,
    refuse_impossible,
)
from core.models.home import home, user_trash
from core.models.jobs import PACES, Plan, Run, control, list_runs, remove_run, snapshots_of, start
from core.models.snapshots import DRAWING, Snapshots
from core.ui import loaders
from core.ui.address import choose
from core.ui.choices import bundle_title, experiment_title, recipe_title
from core.ui.language import _, sentence
from core.ui.style import palette
from core.ui.upload import one_file
from core.views.learning import error_histogram, loss_curves
from core.views.tiles import tile

# What a page opens with where nothing is being trained.
FIRST = "article-all"
# A training needs this much room on the disk, in bytes: more than twice the largest bundle that ships.
ROOM = 64 * 2**20
# Seconds between two looks at a run's folder.
POLL = 1.0
IMAGES = ("all", "6000", "600")


# What is to be learnt


@st.cache_resource(show_spinner=False)
def _arithmetic() -> float:
    return measure_arithmetic()


def plan_training() -> None:
    """The choices, what they cost, and the button that starts; what cannot be is refused in words."""
    normals = st.pills(
        _("Digits that are normal"), DIGITS, selection_mode="multi", default=DIGITS, key="normals", bind="query-params"
    )
    name = choose(
        st.selectbox,
        _("Recipe"),
        [*RECIPES, OWN],
        key="recipe",
        default="fast",
        title=recipe_title,
        help=_recipe_help(),
    )
    with st.popover(_("Network and training"), width="stretch"):
        recipe, seed = _settings(name)
    title = st.text_input(
        _("Name (may stay empty)"), max_chars=library.LONGEST_TITLE, key="title", persist_state="session"
    )
    pace = _choose_pace()
    try:
        experiment, title = _checked(recipe, tuple(sorted(normals)), title)
    except KagamiError as error:
        st.error(sentence(error))
        st.button(_("Start training"), type="primary", disabled=True, width="stretch", key="start")
        return
    runs = list_runs()
    st.caption(_cost(experiment, runs))
    if st.button(_("Start training"), type="primary", width="stretch", key="start"):
        taken = [run.plan.bundle for run in runs if run.active]
        bundle, title = library.name_for(experiment, title, taken=taken)
        try:
            plan = Plan(experiment=experiment, bundle=bundle, title=title, seed=seed)
            st.session_state["watch_next"] = start(plan, drawing=_drawing(), pace=pace)
        except KagamiError as error:
            st.error(sentence(error))


def _recipe_help() -> str:
    return _(
        "Article: the tutorial’s, 50 epochs. Fast: the same network, as good in 7. Kagami: the detector with a memory. "
        "Plane: two latent units. Denoising: returns clean digits from noisy ones. Own network: as you like."
    )


def _settings(name: str) -> tuple[Recipe, int]:
    """The recipe of that name, changed as the reader wants, and the seed."""
    recipe = _own_network() if name == OWN else RECIPES[name]
    if name != OWN:
        st.markdown(_described(recipe))
    titles = {"all": _("all"), "6000": "6,000", "600": "600"}
    images = choose(
        st.segmented_control,
        _("Images to learn from"),
        IMAGES,
        key="images",
        default="all",
        title=titles.__getitem__,
        required=True,
    )
    if images != "all":
        recipe = replace(recipe, most_images=int(images))
    seed = st.number_input(_("Seed"), 0, 2**31, 0, key="seed", persist_state="session")
    return recipe, int(seed)


def _described(recipe: Recipe) -> str:
    widths = "-".join(map(str, (784, *recipe.encoder, *recipe.encoder[-2::-1], 784)))
    return _("{widths}, {activation}, {loss}, {optimizer} at {rate:g} ({schedule}), batches of {batch}").format(
        widths=f"**{widths}**",
        activation=recipe.activation,
        loss=_loss_title(recipe.loss),
        optimizer=recipe.optimizer,
        rate=recipe.learning_rate,
        schedule=_schedule_title(recipe.schedule),
        batch=recipe.batch_size,
    )


def _loss_title(name: str) -> str:
    return {
        "binary_crossentropy": _("binary cross-entropy"),
        "mean_squared_error": _("mean squared error"),
        "mean_absolute_error": _("mean absolute error"),
    }[name]


def _schedule_title(name: str) -> str:
    return {"constant": _("constant"), "cosine": _("falling"), "one-cycle": _("up and down")}[name]


def _own_network() -> Recipe:
    keep: dict[str, Any] = {"persist_state": "session"}
    widths = st.text_input(
        _("Layers up to the bottleneck"),
        "128-32",
        max_chars=40,
        key="own_widths",
        help=_("Numbers of units with hyphens between them. The decoder mirrors them."),
        **keep,
    )
    left, right = st.columns(2)
    activation = left.selectbox(_("Activation"), ACTIVATIONS, key="own_activation", **keep)
    loss = right.selectbox(_("Loss"), LOSSES, format_func=_loss_title, key="own_loss", **keep)
    optimizer = left.selectbox(_("Optimizer"), OPTIMIZERS, key="own_optimizer", **keep)
    rate = right.number_input(_("Learning rate"), 1e-5, 1.0, 1e-3, 1e-4, format="%.5f", key="own_rate", **keep)
    schedule = left.selectbox(
        _("Learning rate over time"), SCHEDULES, format_func=_schedule_title, key="own_schedule", **keep
    )
    epochs = right.number_input(_("Epochs"), 1, MOST_EPOCHS, 10, key="own_epochs", **keep)
    batch = left.number_input(_("Batch size"), 8, 8192, 256, key="own_batch", **keep)
    with right:
        norm = st.toggle(_("Batch normalisation"), key="own_norm", **keep)
        noise = st.toggle(_("Learn to remove noise"), key="own_noise", **keep)
    encoder = tuple(int(part) if part.isdecimal() else 0 for part in widths.replace(" ", "").split("-"))
    return replace(
        RECIPES["article"],
        name=OWN,
        encoder=encoder,
        activation=activation,
        # A narrow bottleneck of units that may die loses half of what it could say.
        latent_activation=activation if len(encoder) == 1 else "linear",
        batch_norm=norm,
        loss=loss,
        optimizer=optimizer,
        learning_rate=float(rate),
        schedule=schedule,
        epochs=int(epochs),
        batch_size=int(batch),
        denoise=noise,
    )


def _checked(recipe: Recipe, normals: tuple[int, ...], title: str) -> tuple[Experiment, str]:
    """The experiment and its title. Raises KagamiError with what cannot be."""
    if not normals:
        raise KagamiError("no_normals", "Choose at least one digit that is normal.")
    refuse_impossible(recipe)
    loaders.test_images()  # damaged image data would end the training at once
    folder = home()
    while not folder.exists():
        folder = folder.parent
    if shutil.disk_usage(folder).free < ROOM:
        raise KagamiError("no_room", f"There must be {ROOM // 2**20} MB free on the disk of {home()}.", megabytes=64)
    return Experiment(recipe=recipe, normals=normals), library.checked_title(title)


def _cost(experiment: Experiment, runs: Sequence[Run]) -> str:
    recipe = experiment.recipe
    images = images_for(recipe, len(experiment.normals))
    found = estimate(recipe, images, runs, multiply_adds=_arithmetic())
    by = (
        _("as its earlier trainings took")
        if found.by_runs
        else _("guessed from a short test of its arithmetic; once it has trained, it will know better")
    )
    return _(
        "{parameters:,} parameters, about {images:,} images, {epochs} epochs: {time} on this machine, {by}."
    ).format(
        parameters=parameters(recipe),
        images=images,
        epochs=epochs_of(recipe, images),
        time=_about(found.seconds),
        by=by,
    )


def _about(seconds: float) -> str:
    """A length of time as precise as anyone can know it."""
    if seconds < 55:
        return _("about {n} s").format(n=5 * max(1, round(seconds / 5)))
    return _("about {n} min").format(n=max(1, round(seconds / 60)))


def _drawing() -> UInt8 | None:
    """What the visitor has drawn by hand on another page, as the network will see it."""
    shown = st.session_state.get("shown")
    if shown is None or not (shown.by_hand or shown.picture is not None):
        return None
    try:
        return np.asarray(np.rint(prepare(shown.ink).image * 255), np.uint8)
    except KagamiError:  # blank, or not to be read: there is nothing to look at
        return None


def _choose_pace(run: Run | None = None) -> str:
    titles = {"full": _("Full speed"), "slow": _("Slow motion"), "step": _("Epoch by epoch")}
    if run is None:
        return choose(
            st.segmented_control,
            _("Pace"),
            list(PACES),
            key="pace",
            default="full",
            title=titles.__getitem__,
            required=True,
        )
    key = f"pace_{run.id}"
    st.session_state.setdefault(key, run.control.pace)
    return str(
        st.segmented_control(
            _("Pace"),
            list(PACES),
            key=key,
            format_func={**titles, "step": _("Pause")}.__getitem__,
            required=True,
            disabled=run.state == "saving",
            label_visibility="collapsed",
            on_change=lambda: control(run, pace=st.session_state[key]),
        )
    )


# How it goes


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
        state["watch_next"] = under_way[0].id
    # Only here, right before its widget: a run of the page that is interrupted in between would lose it.
    if (wanted := state.pop("watch_next", None)) is not None:
        state["watch"], state["watch_default"] = wanted, FIRST
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
    values = {"done": done, "of": run.of, "left": _about(run.seconds_left or 0), "ahead": run.ahead}
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
            _choose_pace(run)
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
                st.session_state.pop("experiment", None)
                st.switch_page("pages/draw.py", query_params={"experiment": run.plan.bundle})
            st.button(_("Remove from this list"), on_click=lambda: _forget(run), key="forget")
        elif not run.active:
            st.button(_("Remove from this list"), on_click=lambda: _forget(run), key="forget")


def _forget(run: Run) -> None:
    remove_run(run)
    st.session_state.pop("watch", None)
    st.query_params.pop("watch", None)


def _queue(others: Sequence[Run]) -> None:
    """The runs under way that are not watched."""
    for run in others:
        with st.container(key=f"queued_{run.id}", horizontal=True, vertical_alignment="center"):
            st.markdown(_("Also under way: {title}").format(title=_plain(f"{_run_title(run)}, {_state(run)}")))
            st.button(_("Watch"), on_click=_watch_that, args=(run.id,), key=f"watch_{run.id}")
            st.button(_("Cancel"), on_click=control, args=(run,), kwargs={"end": "cancel"}, key=f"cancel_{run.id}")


def _watch_that(run_id: str) -> None:
    st.session_state["watch_next"] = run_id


def _plain(text: str) -> str:
    """Text that Markdown shows as it is."""
    return re.sub(r"([\\`*_{}\[\]()#+.!~$:|<>-])", r"\\\1", text)


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


# What is kept


def keep_models() -> None:
    """The trained models side by side, and what can be done with one's own."""
    st.html(_table([*PRESETS, *library.user_bundles()]))
    own = library.user_bundles()
    left, right = st.columns([7, 5], gap="medium")
    with left:
        if own:
            _one_of_mine(own)
        else:
            st.caption(_("What you train stands here, to be renamed, exported and deleted."))
    with right:
        _import()
    for name in library.deleted()[:3]:
        with st.container(key=f"deleted_{name}", horizontal=True, vertical_alignment="center"):
            st.markdown(_("Deleted: {title}").format(title=_plain(_deleted_title(name))))
            st.button(_("Put back"), on_click=_do, args=(library.put_back, name), key=f"put_back_{name}")
    if (told := st.session_state.pop("library_told", None)) is not None:
        if isinstance(told, KagamiError):
            st.error(sentence(told))
        else:
            st.html(f'<p class="kg-run" role="status">{escape(told)}</p>')


def _table(names: Sequence[str]) -> str:
    head = (
        _("Model"),
        _("Parameters"),
        _("Epochs"),
        _("Validation loss"),
        _("AUROC"),
        _("False alarms"),
        _("Trained in"),
    )
    rows = []
    for name in names:
        card = read_card(name)
        if card is None:
            continue
        recipe, auroc = card.experiment.recipe, card.metrics.get("auroc")
        alarms = card.metrics.get("false_alarm_rate")
        rows.append(
            (
                bundle_title(name),
                f"{parameters(recipe):,}",
                str(card.epochs),
                f"{card.history['val_loss'][-1]:.4f}",
                "–" if auroc is None else f"{auroc:.3f}",
                "–" if alarms is None else f"{100 * alarms:.1f}\u00a0%",
                f"{card.train_seconds:.0f}\u00a0s",
            )
        )
    cells = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    titles = "".join(f'<th scope="col">{escape(title)}</th>' for title in head)
    table = f"<table><thead><tr>{titles}</tr></thead><tbody>{cells}</tbody></table>"
    return f'<div class="kg-table" tabindex="0">{table}</div>'


def _one_of_mine(own: Sequence[str]) -> None:
    name = choose(
        st.selectbox, _("One of yours"), own, key="mine", default=own[0], title=lambda each: _title_or_name(each)
    )
    with st.container(key="mine_actions", horizontal=True, vertical_alignment="bottom"):
        title = st.text_input(_("New name"), max_chars=library.LONGEST_TITLE, key=f"rename_{name}")
        st.button(_("Rename"), on_click=_do, args=(library.rename, name, title), disabled=not title, key="rename")
        st.download_button(
            _("Export"), lambda: library.export(name), f"{name}.zip", "application/zip", on_click="ignore", key="export"
        )
        st.button(_("Delete"), on_click=_do, args=(library.delete, name), key="delete")


def _title_or_name(name: str) -> str:
    return bundle_title(name) if read_card(name) else name


def _deleted_title(name: str) -> str:
    card = read_card(name, folder=user_trash())
    return (card.title or experiment_title(card.experiment)) if card else name


def _import() -> None:
    number = st.session_state.setdefault("imports", 0)
    file = one_file(
        _("Import a model that was exported here"),
        "zip",
        key=f"import_{number}",
        megabytes=library.LARGEST_ARCHIVE // 2**20,
    )
    if file is None:
        return
    try:
        name = library.import_archive(file.getvalue())
        st.session_state["library_told"] = _("Imported: {title}").format(title=bundle_title(name))
    except KagamiError as error:
        st.session_state["library_told"] = error
    st.session_state["imports"] += 1
    st.rerun()


def _do(what: Callable[..., None], *arguments: str) -> None:
    """Do something to the user's models; what pages have loaded of them is forgotten."""
    try:
        what(*arguments)
    except KagamiError as error:
        st.session_state["library_told"] = error
    st.cache_resource.clear()
