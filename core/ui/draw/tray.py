"""The tray: drawings that were kept, judged by what is chosen now, to sort, compare, take back, and take along."""

from collections.abc import Sequence
from datetime import datetime

import numpy as np
import streamlit as st

from core.detection.judgement import Judgement, judge
from core.errors import KagamiError
from core.ui.canvas import drawing
from core.ui.canvas.drawing import Drawing
from core.ui.draw.gallery import gallery, mark
from core.ui.shared.choices import Chosen
from core.ui.shared.language import _, sentence
from core.ui.shared.titles import experiment_title, score_title
from core.ui.shared.upload import one_file
from core.views.numbers import percent, score_and_threshold, score_text
from core.views.tiles import figure, grey, heat, tile
from core.views.tray import Judge, Kept, from_json, sheet_of, to_csv, to_json

ORDERS = ("kept", "score")
# The largest file that is read; a full tray is far smaller.
MEGABYTES = 20


def tray(chosen: Chosen, most: float) -> None:
    """What was kept, with what can be done about it; most: the error of a pixel that has the brightest colour."""
    kept = drawing.kept()
    if not kept:
        empty = _(
            "Nothing is in the tray yet. What you draw goes into it when you clear it or bring another character; "
            "Keep puts there what is on the canvas now."
        )
        st.html(f'<p class="kg-legend">{empty}</p>')
    judged = dict(zip((str(each.number) for each in kept), _judged(chosen, kept), strict=True))
    with st.container(key="tray_tools", horizontal=True, vertical_alignment="bottom"):
        if kept:
            order = st.segmented_control(
                _("Order"), ORDERS, key="tray_order", default=ORDERS[0], required=True, format_func=_order_title
            )
            if order == "score":
                judged = dict(sorted(judged.items(), key=lambda item: -item[1].score))
        selected = [name for name in st.session_state.get("kept", []) if name in judged]
        with st.container(key="tray_buttons", horizontal=True, width="content", vertical_alignment="bottom"):
            if kept:
                st.button(
                    _("To the canvas"), key="tray_back", disabled=len(selected) != 1, on_click=_back, args=(selected,)
                )
                st.button(_("Remove"), key="tray_remove", disabled=not selected, on_click=_remove, args=(selected,))
                st.button(_("Remove all"), key="tray_clear", on_click=lambda: drawing.set_kept(()))
            if drawing.can_restore():
                st.button(_("Undo removal"), key="tray_undo", on_click=drawing.restore)
            if kept:
                _exports(chosen, kept, judged, most)
            _import()
    if not kept:
        return
    gallery(_("Choose one to take it back or to remove it, two to compare them"), judged, key="kept", several=True)
    if len(selected) == 2:
        pair = "".join(_compared(name, judged[name], most) for name in selected)
        st.html(f'<div class="kg-compared">{pair}</div>')


def _judged(chosen: Chosen, kept: Sequence[Kept]) -> list[Judgement]:
    """In the order of `kept`; judged once for each detector and tray."""
    state = st.session_state
    wanted = (id(chosen.detector), tuple(id(each) for each in kept))
    if state.get("tray_judged", (None,))[0] != wanted:
        found = judge(chosen.detector, np.stack([each.image for each in kept])) if kept else []
        # Both are held on to, so that nothing else can come to have their ids.
        state["tray_judged"] = wanted, found, (chosen.detector, kept)
    judged: list[Judgement] = state["tray_judged"][1]
    return judged


def _compared(name: str, judged: Judgement, most: float) -> str:
    tiles = [
        figure(tile(grey(judged.image), alt=_("The 28×28 image that the model sees")), _("What the model sees")),
        figure(tile(grey(judged.reconstruction), alt=_("The model’s reconstruction of it")), _("Reconstruction")),
        figure(
            tile(heat(judged.error_map / np.float32(most)), alt=_("Where the two differ")),
            _("What it cannot return (0–{most})").format(most=f"{most:.2f}"),
        ),
    ]
    kind = "anomalous" if judged.anomalous else "normal"
    value, threshold = score_and_threshold(judged.score, judged.threshold)
    line = _("score {value}, threshold {threshold}; higher than {share} of normal digits").format(
        value=value, threshold=threshold, share=percent(judged.above)
    )
    return (
        f'<div><p><b>{name}</b> <span class="kg-{kind}">{mark(judged)}</span><br>{line}</p>'
        f'<div class="kg-three">{"".join(tiles)}</div></div>'
    )


def _back(selected: list[str]) -> None:
    each = next(each for each in drawing.kept() if str(each.number) == selected[0])
    if each.strokes:
        drawing.show(Drawing(strokes=each.strokes, character=each.character), replayed=True)
    else:
        drawing.show(Drawing(picture=drawing.enlarged(each.image)))


def _remove(selected: list[str]) -> None:
    drawing.set_kept(tuple(each for each in drawing.kept() if str(each.number) not in selected))


def _exports(chosen: Chosen, kept: Sequence[Kept], judged: dict[str, Judgement], most: float) -> None:
    by = Judge(experiment=chosen.name, score=chosen.detector.score)
    ordered = [next(each for each in kept if str(each.number) == name) for name in judged]
    found = list(judged.values())
    heading = _("Kagami: {n} drawings, judged by {experiment}").format(
        n=len(kept), experiment=experiment_title(chosen.experiment)
    )
    foot = _("Given, returned, error (0–{most}). {score}; anomalous above {threshold}. {date}").format(
        most=f"{most:.2f}",
        score=score_title(by.score),
        threshold=f"{chosen.detector.threshold_:.4g}",
        date=f"{datetime.now():%Y-%m-%d}",
    )
    captions = [f"{name}  {mark(each)} {score_text(each.score, each.threshold)}" for name, each in judged.items()]
    files = {
        "PNG": ("image/png", lambda: sheet_of(found, captions, heading=heading, foot=foot, most=most)),
        "CSV": ("text/csv", lambda: to_csv(ordered, found, by)),
        "JSON": ("application/json", lambda: to_json(ordered, found, by).encode()),
    }
    with st.popover(_("Take along")):
        for kind, (mime, data) in files.items():
            st.download_button(
                kind, data, f"kagami.{kind.lower()}", mime, key=f"tray_{kind}", on_click="ignore", width="stretch"
            )


def _import() -> None:
    with st.popover(_("Bring back")):
        file = one_file(
            _("A JSON file from a tray; it comes on top of this one"), "json", key="tray_file", megabytes=MEGABYTES
        )
        if file and file.file_id != st.session_state.get("tray_read"):
            st.session_state["tray_read"] = file.file_id
            try:
                drawing.add_kept(from_json(file.getvalue().decode("utf-8", errors="replace")))
            except KagamiError as error:
                st.warning(sentence(error))
            else:
                st.rerun(scope="fragment")


def _order_title(order: str) -> str:
    return {"kept": _("as kept"), "score": _("highest score first")}[order]
