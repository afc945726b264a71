"""What a run is to learn, and how; what that costs; and the button that starts it."""

import shutil
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import streamlit as st

from core.errors import KagamiError
from core.images.data import DIGITS, UInt8
from core.models import library
from core.models.epochs import epochs_of
from core.models.experiments import (
    ACTIVATIONS,
    LOSSES,
    MOST_EPOCHS,
    OPTIMIZERS,
    OWN,
    RECIPES,
    SCHEDULES,
    Experiment,
    Recipe,
    parameters,
    refuse_impossible,
)
from core.models.home import home
from core.runs.estimate import estimate, images_for, measure_arithmetic
from core.runs.plan import Plan
from core.runs.run import Run, start
from core.ui.canvas.session import shown
from core.ui.shared import loaders
from core.ui.shared.address import choose, choose_next, switch
from core.ui.shared.errors import errors_shown
from core.ui.shared.language import _
from core.ui.shared.titles import recipe_title
from core.ui.train.pace import about
from core.ui.train.watch import WATCH

# A run needs this much room on the disk, in bytes: more than twice the largest bundle that ships.
ROOM = 64 * 2**20


def choose_normals() -> tuple[int, ...]:
    """The digits that are to be normal, in order."""
    chosen = st.pills(
        _("Digits that are normal"), DIGITS, selection_mode="multi", default=DIGITS, key="normals", bind="query-params"
    )
    return tuple(sorted(chosen))


def choose_recipe() -> tuple[Recipe, int]:
    """A recipe, changed as the reader wants, and the seed."""
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
        if name == OWN:
            recipe = _own_network()
        else:
            recipe = RECIPES[name]
            st.markdown(_described(recipe))
        titles = {"all": _("all"), "6000": "6,000", "600": "600"}
        images = switch(_("Images to learn from"), titles, key="images")
        seed = st.number_input(_("Seed"), 0, 2**31, 0, key="seed", persist_state="session")
    return recipe if images == "all" else replace(recipe, most_images=int(images)), int(seed)


def choose_title() -> str:
    """What the model is to be called, as it was typed; it may be empty."""
    return st.text_input(
        _("Name (may stay empty)"), max_chars=library.LONGEST_TITLE, key="title", persist_state="session"
    )


def checked_plan(recipe: Recipe, normals: tuple[int, ...], *, title: str, seed: int, runs: Sequence[Run]) -> Plan:
    """The plan of a run, for a bundle whose name nothing else has. runs: all that there are.

    Raises KagamiError with what cannot be.
    """
    if not normals:
        raise KagamiError("no_normals", "Choose at least one digit that is normal.")
    refuse_impossible(recipe)
    loaders.test_images()  # damaged image data would end the run at once
    folder = home()
    while not folder.exists():
        folder = folder.parent
    if shutil.disk_usage(folder).free < ROOM:
        raise KagamiError("no_room", f"There must be {ROOM // 2**20} MB free on the disk of {home()}.", megabytes=64)
    experiment = Experiment(recipe=recipe, normals=normals)
    taken = [run.plan.bundle for run in runs if run.active]
    bundle, title = library.name_for(experiment, title, taken=taken)
    return Plan(experiment=experiment, bundle=bundle, title=title, seed=seed)


def cost(experiment: Experiment, runs: Sequence[Run]) -> str:
    """What learning that will cost on this machine, in one sentence. runs: earlier ones, which know."""
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
        time=about(found.seconds),
        by=by,
    )


def start_button(plan: Plan | None, *, pace: str) -> None:
    """The button that starts a run, which is watched from then on. plan: None where there is nothing to start."""
    pressed = st.button(_("Start training"), type="primary", disabled=plan is None, width="stretch", key="start")
    if plan is None or not pressed:
        return
    with errors_shown():
        choose_next(WATCH, start(plan, drawing=_drawing(), pace=pace))


def _recipe_help() -> str:
    return _(
        "Article: as published, 50 epochs. Fast: the same network, as good in 7. Kagami: the detector with a memory. "
        "Plane: two latent units. Denoising: returns clean digits from noisy ones. Own network: as you like."
    )


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


def _drawing() -> UInt8 | None:
    """What the visitor drew or brought on another page, (28, 28) as a network sees it; None where there is nothing."""
    drawing = shown()
    if drawing is None or not (drawing.by_hand or drawing.picture is not None):
        return None
    try:
        return np.asarray(np.rint(drawing.prepared.image * 255), np.uint8)
    except KagamiError:  # blank, or not to be read: there is nothing to look at
        return None


@st.cache_resource(show_spinner=False)
def _arithmetic() -> float:
    return measure_arithmetic()
