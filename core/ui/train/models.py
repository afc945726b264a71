"""The trained models side by side, and what can be done with one's own: rename, export, delete, put back, import."""

from collections.abc import Callable
from html import escape

import streamlit as st

from core.errors import KagamiError
from core.models import library
from core.models.bundle import Card, read_card
from core.models.experiments import PRESETS, parameters
from core.models.home import user_trash
from core.ui.shared import loaders
from core.ui.shared.address import choose
from core.ui.shared.language import _, sentence
from core.ui.shared.titles import bundle_title, experiment_title, plain
from core.ui.shared.upload import one_file
from core.ui.train import session
from core.views.numbers import percent

# How many deleted models are offered to be put back, the last deleted first.
DELETED = 3


def models_table() -> str:
    """The shipped models and the visitor's own, one a row, as HTML."""
    head = (
        _("Model"),
        _("Parameters"),
        _("Epochs"),
        _("Validation loss"),
        _("AUROC"),
        _("False alarms"),
        _("Trained in"),
    )
    cards = {name: read_card(name) for name in (*PRESETS, *library.user_bundles())}
    rows = "".join(_row(name, card) for name, card in cards.items() if card is not None)
    titles = "".join(f'<th scope="col">{escape(title)}</th>' for title in head)
    table = f"<table><thead><tr>{titles}</tr></thead><tbody>{rows}</tbody></table>"
    return f'<div class="kg-table" tabindex="0">{table}</div>'


def _row(name: str, card: Card) -> str:
    auroc = card.metrics.get("auroc")
    cells = (
        bundle_title(name),
        f"{parameters(card.experiment.recipe):,}",
        str(card.epochs),
        f"{card.history['val_loss'][-1]:.4f}",
        "–" if auroc is None else f"{auroc:.3f}",
        percent(card.metrics.get("false_alarm_rate")),
        f"{card.train_seconds:.0f}\u00a0s",
    )
    row = "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in cells) + "</tr>"
    try:
        notice = loaders.uselessness(name)
    except KagamiError as error:  # damaged: it is told here, too, and can be deleted
        notice = error
    if notice is None:
        return row
    return f'{row}<tr class="kg-useless"><td colspan="{len(cells)}">{escape(sentence(notice))}</td></tr>'


def change_own_model() -> None:
    """One of the visitor's own models, to be renamed, exported or deleted."""
    own = library.user_bundles()
    if not own:
        st.caption(_("What you train stands here, to be renamed, exported and deleted."))
        return
    name = choose(st.selectbox, _("One of yours"), own, key="mine", default=own[0], title=_title_or_name)
    with st.container(key="mine_actions", horizontal=True, vertical_alignment="bottom"):
        title = st.text_input(_("New name"), max_chars=library.LONGEST_TITLE, key=f"rename_{name}")
        st.button(_("Rename"), on_click=_change, args=(library.rename, name, title), disabled=not title, key="rename")
        st.download_button(
            _("Export"), lambda: library.export(name), f"{name}.zip", "application/zip", on_click="ignore", key="export"
        )
        st.button(_("Delete"), on_click=_change, args=(library.delete, name), key="delete")


def import_model() -> None:
    """A file to add to the visitor's own models. Once it was brought, the page runs again, with a notice."""
    file = one_file(
        _("Import a model that was exported here"),
        "zip",
        key=f"import_{session.uploads()}",
        megabytes=library.LARGEST_ARCHIVE // 2**20,
    )
    if file is None:
        return
    try:
        name = library.import_archive(file.getvalue())
        session.set_notice(_("Imported: {title}").format(title=bundle_title(name)))
    except KagamiError as error:
        session.set_notice(error)
    session.count_upload()
    st.rerun()


def put_back_deleted() -> None:
    """The models that were deleted last, each with a button that puts it back."""
    for name in library.deleted()[:DELETED]:
        with st.container(key=f"deleted_{name}", horizontal=True, vertical_alignment="center"):
            st.markdown(_("Deleted: {title}").format(title=plain(_deleted_title(name))))
            st.button(_("Put back"), on_click=_change, args=(library.put_back, name), key=f"put_back_{name}")


def show_notice() -> None:
    """What became of the last change, shown once."""
    notice = session.take_notice()
    if isinstance(notice, KagamiError):
        st.error(sentence(notice))
    elif notice is not None:
        st.html(f'<p class="kg-run" role="status">{escape(notice)}</p>')


def _change(what: Callable[..., None], *arguments: str) -> None:
    """Change one of the visitor's own models; what cannot be is shown as a notice."""
    try:
        what(*arguments)
    except KagamiError as error:
        session.set_notice(error)


def _title_or_name(name: str) -> str:
    return bundle_title(name) if read_card(name) else name


def _deleted_title(name: str) -> str:
    card = read_card(name, folder=user_trash())
    return (card.title or experiment_title(card.experiment)) if card else name
