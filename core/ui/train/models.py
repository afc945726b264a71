"""What is kept: the trained models side by side, and what can be done with one's own."""

from collections.abc import Callable, Sequence
from html import escape

import streamlit as st

from core.errors import KagamiError
from core.models import library
from core.models.bundle import read_card
from core.models.experiments import (
    PRESETS,
    parameters,
)
from core.models.home import user_trash
from core.ui.shared.address import choose
from core.ui.shared.language import _, sentence
from core.ui.shared.titles import bundle_title, experiment_title, plain
from core.ui.shared.upload import one_file


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
            st.markdown(_("Deleted: {title}").format(title=plain(_deleted_title(name))))
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
    """Do something to the user's models."""
    try:
        what(*arguments)
    except KagamiError as error:
        st.session_state["library_told"] = error
