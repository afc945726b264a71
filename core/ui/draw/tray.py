"""The tray: drawings that were saved, judged by what is chosen now, to sort, compare, take back, and take along."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np
import streamlit as st

from core.detection.detector import Detector
from core.detection.judgement import Judgement, judge
from core.errors import KagamiError
from core.ui.canvas import tray
from core.ui.canvas.drawing import Drawing
from core.ui.canvas.session import show
from core.ui.draw.gallery import gallery, selected_in
from core.ui.shared.choices import Chosen
from core.ui.shared.language import _, sentence
from core.ui.shared.session import session
from core.ui.shared.titles import experiment_title, score_title
from core.ui.shared.upload import one_file
from core.views.numbers import percent, score_and_threshold, score_text
from core.views.signs import sign
from core.views.tiles import figure, grey, heat, tile
from core.views.tray import Judge, Saved, from_json, sheet_of, to_csv, to_json

ORDERS = ("kept", "score")
# The largest file that is read; a full tray is far smaller.
MEGABYTES = 20


@dataclass(kw_only=True)
class _TrayView:
    """The tray as it was last judged: by whom, what, and how; and the file that was last brought back, by its id."""

    detector: Detector | None = None
    saved: Sequence[Saved] = ()
    judged: list[Judgement] = field(default_factory=list)
    file_read: str = ""


def show_tray(chosen: Chosen, most: float) -> None:
    """What was saved, with what can be done about it; most: the error of a pixel that has the brightest colour."""
    saved = tray.saved()
    if not saved:
        empty = _(
            "Nothing is in the tray yet. What you draw goes into it when you clear it or bring another character; "
            "Keep puts there what is on the canvas now."
        )
        st.html(f'<p class="kg-legend">{empty}</p>')
    judged = dict(zip((str(each.number) for each in saved), _judged(chosen, saved), strict=True))
    with st.container(key="tray_tools", horizontal=True, vertical_alignment="bottom"):
        if saved:
            order = st.segmented_control(
                _("Order"), ORDERS, key="tray_order", default=ORDERS[0], required=True, format_func=_order_title
            )
            if order == "score":
                judged = dict(sorted(judged.items(), key=lambda item: -item[1].score))
        selected = selected_in("kept", judged)
        with st.container(key="tray_buttons", horizontal=True, width="content", vertical_alignment="bottom"):
            if saved:
                st.button(
                    _("To the canvas"), key="tray_back", disabled=len(selected) != 1, on_click=_back, args=(selected,)
                )
                st.button(_("Remove"), key="tray_remove", disabled=not selected, on_click=_remove, args=(selected,))
                st.button(_("Remove all"), key="tray_clear", on_click=lambda: tray.leave(()))
            if tray.can_restore():
                st.button(_("Undo removal"), key="tray_undo", on_click=tray.restore)
            if saved:
                _exports(chosen, saved, judged, most)
            _import()
    if not saved:
        return
    gallery(_("Choose one to take it back or to remove it, two to compare them"), judged, key="kept", several=True)
    if len(selected) == 2:
        pair = "".join(_compared(name, judged[name], most) for name in selected)
        st.html(f'<div class="kg-compared">{pair}</div>')


def _judged(chosen: Chosen, saved: Sequence[Saved]) -> list[Judgement]:
    """In the order of `saved`; judged once for each detector and tray."""
    view = session(_TrayView)
    if view.detector is not chosen.detector or view.saved is not saved:
        view.judged = judge(chosen.detector, np.stack([each.image for each in saved])) if saved else []
        view.detector, view.saved = chosen.detector, saved
    return view.judged


def _compared(name: str, judged: Judgement, most: float) -> str:
    tiles = [
        figure(tile(grey(judged.image), alt=_("The 28×28 image that the model sees")), _("What the model sees")),
        figure(tile(grey(judged.reconstruction), alt=_("The model’s reconstruction of it")), _("Reconstruction")),
        figure(
            tile(heat(judged.error_map / np.float32(most)), alt=_("Where the two differ")),
            _("What it cannot return (0–{most})").format(most=f"{most:.2f}"),
        ),
    ]
    shown = sign(judged.anomalous, _)
    value, threshold = score_and_threshold(judged.score, judged.threshold)
    line = _("score {value}, threshold {threshold}; higher than {share} of normal digits").format(
        value=value, threshold=threshold, share=percent(judged.above)
    )
    return (
        f'<div><p><b>{name}</b> <span class="kg-{shown.kind}">{shown}</span><br>{line}</p>'
        f'<div class="kg-three">{"".join(tiles)}</div></div>'
    )


def _back(selected: list[str]) -> None:
    each = next(each for each in tray.saved() if str(each.number) == selected[0])
    if each.strokes:
        show(Drawing(strokes=each.strokes, character=each.character), replayed=True)
    else:
        show(Drawing.of_image(each.image))


def _remove(selected: list[str]) -> None:
    tray.leave(tuple(each for each in tray.saved() if str(each.number) not in selected))


def _exports(chosen: Chosen, saved: Sequence[Saved], judged: dict[str, Judgement], most: float) -> None:
    by = Judge(experiment=chosen.name, score=chosen.detector.score)
    ordered = [next(each for each in saved if str(each.number) == name) for name in judged]
    found = list(judged.values())
    heading = _("Kagami: {n} drawings, judged by {experiment}").format(
        n=len(saved), experiment=experiment_title(chosen.experiment)
    )
    foot = _("Given, returned, error (0–{most}). {score}; anomalous above {threshold}. {date}").format(
        most=f"{most:.2f}",
        score=score_title(by.score),
        threshold=f"{chosen.detector.threshold_:.4g}",
        date=f"{datetime.now():%Y-%m-%d}",
    )
    captions = [
        f"{name}  {sign(each.anomalous, _)} {score_text(each.score, each.threshold)}" for name, each in judged.items()
    ]
    files = {
        "PNG": ("image/png", lambda: sheet_of(found, captions, heading=heading, foot=foot, most=most)),
        "CSV": ("text/csv", lambda: to_csv(ordered, found, by)),
        "JSON": ("application/json", lambda: to_json(ordered, found, by).encode()),
    }
    with st.popover(_("Save")):
        for kind, (mime, data) in files.items():
            st.download_button(
                kind, data, f"kagami.{kind.lower()}", mime, key=f"tray_{kind}", on_click="ignore", width="stretch"
            )


def _import() -> None:
    with st.popover(_("Load")):
        file = one_file(
            _("A JSON file from a tray; it comes on top of this one"), "json", key="tray_file", megabytes=MEGABYTES
        )
        view = session(_TrayView)
        if file and file.file_id != view.file_read:
            view.file_read = file.file_id
            try:
                tray.add(from_json(file.getvalue().decode("utf-8", errors="replace")))
            except KagamiError as error:
                st.warning(sentence(error))
            else:
                st.rerun(scope="fragment")


def _order_title(order: str) -> str:
    return {"kept": _("as kept"), "score": _("highest score first")}[order]
