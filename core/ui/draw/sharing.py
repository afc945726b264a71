"""The address of what is on the page, for others: as text and as a QR code."""

import re
from html import escape
from urllib.parse import urlencode, urlsplit

import streamlit as st

from core.errors import KagamiError
from core.images import share
from core.ui.canvas.drawing import Drawing
from core.ui.canvas.session import shown
from core.ui.canvas.widget import FIRST
from core.ui.shared.language import _, language

SCANNED = 700
"""Characters that a QR code on a screen may hold and still be read by a telephone across a room."""
_HOST = re.compile(r"((?P<scheme>https?)://)?(?P<name>\[[\da-f:.]+\]|[\w.-]+)(?P<port>:\d{1,5})?(/.*)?", re.IGNORECASE)
_HERE = ("localhost", "127.0.0.1", "::1", "0.0.0.0", "")
_NOT_SHARED = ("tool", "character", "digit", "s", "lang", "embed", "embed_options")


def sharing() -> None:
    """The address that opens this drawing with these choices, and its QR code."""
    now = shown() or Drawing.of_character(FIRST)
    with st.container(key="sharing", horizontal=True):
        with st.container(key="share_words", width=620):
            base = _base()
            if base is None:
                return
            url, short, notes = _addresses(base, now)
            st.code(url, language=None, wrap_lines=True)
            for note in notes:
                st.html(f'<p class="kg-legend">{escape(note)}</p>')
            large = bool(short) and st.toggle(_("Large, for the audience"), key="share_large")
        if short:
            import segno  # a tenth of a second that only this asks for

            code = segno.make(short, error="l", micro=False).svg_data_uri(border=3, light="white", scale=4)
            size = "kg-qr kg-large" if large else "kg-qr"
            alt = escape(_("QR code of the address"))
            st.html(f'<img class="{size}" src="{code}" alt="{alt}">')


def _base() -> str | None:
    """The page’s address without its choices, as others reach it; None, with the reason shown, where it is not one."""
    url = urlsplit(st.context.url or "http://localhost")
    if url.hostname not in _HERE:
        return url._replace(query="", fragment="").geturl()
    note = _(
        "This page is open under an address that only this computer has. Enter the one under which others reach it; "
        "Streamlit names it as “Network URL” when it starts."
    )
    st.html(f'<p class="kg-legend">{note}</p>')
    host = st.text_input(
        _("Address for others"), key="share_host", placeholder="http://192.168.1.20:8501", persist_state="session"
    )
    if not host.strip():
        return url.geturl()
    asked = _HOST.fullmatch(host.strip())
    if asked is None or asked["name"].strip("[]").lower() in _HERE:
        st.warning(_("This is not an address that others can open: it looks like http://192.168.1.20:8501."))
        return None
    return f"{asked['scheme'] or 'http'}://{asked['name']}{asked['port'] or ''}{url.path}"


def _addresses(base: str, now: Drawing) -> tuple[str, str, list[str]]:
    """The whole address, a shorter one for the QR code ("" where none is short enough), and what to know of them."""
    choices = {key: st.query_params[key] for key in st.query_params if key not in _NOT_SHARED}
    rest = {"lang": language(), **choices}
    if now.character or now.digit is not None:
        name, value = ("character", now.character) if now.character else ("digit", str(now.digit))
        url = f"{base}?{urlencode({**rest, name: value})}"
        return url, url, []
    plain = f"{base}?{urlencode(rest)}"
    if now.picture is not None:
        return plain, plain, [_("A picture does not fit into an address: this one holds your choices alone.")]
    try:
        url = f"{plain}&s={share.encode(now.strokes)}"
    except KagamiError:
        return plain, plain, [_("This drawing is too long for an address: this one holds your choices alone.")]
    moved = _("The address holds this long drawing with simplified lines: opened again, its score can be another one.")
    notes = [] if now.exact else [moved]
    if len(url) <= SCANNED:
        return url, url, notes
    try:
        short = f"{plain}&s={share.encode(now.strokes, longest=SCANNED - len(plain) - 3)}"
    except KagamiError:
        return (
            url,
            "",
            [*notes, _("This drawing is too long for a QR code that a telephone can read. Its address works.")],
        )
    simpler = _(
        "In the QR code the lines are simplified, so that a telephone can read it: there the score can be another one."
    )
    return url, short, [*notes, simpler]
