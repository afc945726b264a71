"""How a network learns, in pictures: its digits, its losses and its errors, at one epoch."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import numpy as np
import streamlit as st

from core.models.snapshots import DRAWING, Snapshots
from core.ui.shared.language import _
from core.ui.shared.style import palette
from core.ui.train.watch import Watched
from core.views.learning import error_histogram, loss_curves
from core.views.tiles import tile


@dataclass(frozen=True, kw_only=True)
class Moment:
    """What was looked at after one epoch. place: of that epoch among those of the snapshots."""

    snapshots: Snapshots
    place: int

    @property
    def epoch(self) -> int:
        return self.snapshots.epochs[self.place]


def choose_moment(watched: Watched) -> Moment | None:
    """The last epoch while a run is under way, else where the reader puts it; None while nothing was looked at."""
    shown = watched.snapshots
    if shown is None:
        return None
    last = len(shown.epochs) - 1
    if last == 0 or (watched.run is not None and watched.run.active):
        return Moment(snapshots=shown, place=last)
    chosen = st.select_slider(_("After epoch"), shown.epochs, shown.epochs[last], key=f"epoch_{watched.key}")
    return Moment(snapshots=shown, place=shown.epochs.index(chosen))


def tiles(watched: Watched, moment: Moment, beside: Watched | None) -> str:
    """Originals over what came back, and over what came back from what stands beside in the end; as HTML."""
    shown = moment.snapshots
    other = beside.snapshots if beside else None
    names = {DRAWING: _("yours")}
    seen = [label.isdecimal() and int(label) in watched.experiment.normals for label in shown.labels]
    figures = []
    for i, label in enumerate(shown.labels):
        kind, icon, word = ("normal", "●", _("normal")) if seen[i] else ("anomalous", "▲", _("unseen"))
        what = names.get(label, label)
        pictures = [
            tile(shown.images[i], alt=_("Original: {what}").format(what=what)),
            tile(shown.reconstructions[moment.place, i], alt=_("Reconstruction: {what}").format(what=what)),
        ]
        if other is not None and label in other.labels:
            image = other.reconstructions[-1, other.labels.index(label)]
            pictures.append(tile(image, alt=_("Compared model: {what}").format(what=what)))
        figures.append(
            f'<figure class="kg-pair">{"".join(pictures)}<figcaption><span class="kg-{kind}" title="{escape(word)}">'
            f'<span aria-hidden="true">{icon}</span> {escape(what)}</span></figcaption></figure>'
        )
    legend = _("Top: original. Below: what comes back. ● is normal, ▲ it never learns from.")
    if other is not None:
        legend += " " + _("At the bottom: what comes back from {title}.").format(title=beside.title if beside else "")
    return f'<div class="kg-learning">{"".join(figures)}</div><p class="kg-legend">{escape(legend)}</p>'


def show_curves(watched: Watched, beside: Watched | None, moment: Moment | None) -> None:
    """The losses over the epochs, with a mark at the moment."""
    losses = dict(zip((_("training"), _("validation")), (watched.losses, watched.val_losses), strict=True))
    dashes = [[1, 0], [6, 3]]
    if beside is not None:
        losses[_("validation, compared model")] = beside.val_losses
        dashes.append([2, 2])
    last = watched.val_losses[-1] if len(watched.val_losses) else math.nan
    description = _("Loss over epochs. Validation loss after {n} epochs: {loss:.4f}.").format(
        n=len(watched.val_losses), loss=last
    )
    signs = ("─", "╌", "┈")
    st.html(_legend([("", f"{sign} {name}") for sign, name in zip(signs, losses, strict=False)]))
    chart = loss_curves(
        losses,
        dashes=dashes,
        epochs=max(watched.of, len(beside.losses) if beside else 0),
        at=None if moment is None else moment.epoch,
        words={"epoch": _("epoch"), "loss": _("loss"), "description": description},
        colours=palette(),
    )
    st.altair_chart(chart, width="stretch", key="curves")


def show_histogram(watched: Watched, moment: Moment) -> None:
    """The errors of normal and of unseen images at the moment."""
    shown, place = moment.snapshots, moment.place
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
