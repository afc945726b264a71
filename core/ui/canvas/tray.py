"""The tray's content: drawings that were saved, held by the browser's tab over a reload."""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import streamlit as st

from core.errors import KagamiError
from core.ui.canvas.drawing import Drawing, same_strokes
from core.ui.shared.session import session
from core.views.tray import MOST, Saved, from_json, to_json

# How many removals can be taken back.
STEPS = 50
_JS = Path(__file__).with_suffix(".js").read_text(encoding="utf-8")


@dataclass(kw_only=True)
class TraySession:
    """The visitor's tray.

    saved: in the order in which they were saved. count: of all that ever were, so that no number is given twice.
    before: what it held before each removal, the last one last.
    stored: what the tab was given to hold. taken_back: whether what the tab held after a reload was taken back.
    """

    saved: tuple[Saved, ...] = ()
    count: int = 0
    before: tuple[tuple[Saved, ...], ...] = ()
    stored: tuple[Saved, ...] = ()
    taken_back: bool = False


def saved() -> tuple[Saved, ...]:
    """What is in the tray, in the order in which it was saved."""
    return session(TraySession).saved


def save(drawing: Drawing) -> None:
    """Put a drawing into the tray, character by character, unless it is there already.

    Raises KagamiError where one is no character.
    """
    for character in drawing.characters:
        _save(character)


def _save(drawing: Drawing) -> None:
    image = np.asarray(np.rint(drawing.prepared.image * 255), np.uint8)
    strokes = () if drawing.picture is not None else drawing.strokes
    if not any(same_strokes(strokes, each.strokes) and np.array_equal(image, each.image) for each in saved()):
        add((Saved(number=1, strokes=strokes, character=drawing.character, image=image),))


def add(more: tuple[Saved, ...]) -> None:
    """Put more into the tray, numbered on; the oldest give way."""
    now = session(TraySession)
    numbered = [replace(each, number=now.count + i) for i, each in enumerate(more, 1)]
    now.count += len(more)
    now.saved = (*now.saved, *numbered)[-MOST:]


def leave(left: tuple[Saved, ...]) -> None:
    """Leave only these in the tray; :func:`restore` brings the others back."""
    now = session(TraySession)
    now.before = (*now.before, now.saved)[-STEPS:]
    now.saved = left


def can_restore() -> bool:
    """Whether something was removed from the tray."""
    return bool(session(TraySession).before)


def restore() -> None:
    """Bring back what was removed last, beside what was saved since."""
    now = session(TraySession)
    *earlier, last = now.before
    now.before = tuple(earlier)
    numbers = {each.number for each in last}
    both = (*last, *(each for each in now.saved if each.number not in numbers))
    now.saved = tuple(sorted(both, key=lambda each: each.number))[-MOST:]


def store() -> KagamiError | None:
    """Let the tab hold the tray over a reload, and take back what it held; the reason where that cannot be read."""
    now = session(TraySession)
    changed, now.stored = now.stored is not now.saved, now.saved
    held = st.components.v2.component("kagami_tray", js=_JS)(
        data={"text": to_json(now.saved) if changed else None},
        key="tray_store",
        default={"stored": None},
        on_stored_change=lambda: None,
        height=1,
    )
    if held.stored and not now.taken_back:
        now.taken_back = True
        try:
            add(from_json(str(held.stored)))
        except KagamiError as error:
            return error
    return None
