"""Japanese and English: gettext catalogues for labels, Markdown files for prose."""

import gettext
from functools import cache
from pathlib import Path

import streamlit as st

from core.errors import KagamiError
from core.images.data import ASSETS
from core.ui.shared.address import chosen, switch
from core.ui.shared.sentences import SENTENCES

LANGUAGES = {"ja": "日本語", "en": "English"}
LOCALE = ASSETS / "locale"
CONTENT = ASSETS / "content"

_JS = (Path(__file__).parent / "page.js").read_text(encoding="utf-8")


def choose_language() -> str:
    """Show the switch and return the language: `?lang=`, else the browser's, else English."""
    with st.container(key="language"):
        now = switch("Language / 言語", LANGUAGES, key="lang", default=_browser_language(), hidden=True)
        # It is on every page, and so is what else each page's document needs.
        st.components.v2.component("kagami_page", js=_JS)(data=now, key="html_lang", height=1)
    return now


def language() -> str:
    """The reader's language, "ja" or "en"."""
    asked = chosen("lang") or st.query_params.get("lang")
    return asked if asked in LANGUAGES else _browser_language()


def _browser_language() -> str:
    return "ja" if (st.context.locale or "").lower().startswith("ja") else "en"


@cache
def _catalogue(language: str) -> gettext.NullTranslations:
    return gettext.translation("kagami", LOCALE, [language], fallback=language == "en")


def _(message: str) -> str:
    """The message in the reader's language. Messages are written in English in the code."""
    return _catalogue(language()).gettext(message)


@cache
def _content(language: str, name: str) -> str:
    return (CONTENT / language / f"{name}.md").read_text(encoding="utf-8")


def content(name: str, **values: object) -> str:
    """The Markdown prose of that name in the reader's language, with its {placeholders} filled."""
    text = _content(language(), name)
    return text.format(**values) if values else text


def sentence(error: KagamiError) -> str:
    """The error as a sentence in the reader's language; in English where its code has none."""
    message = SENTENCES.get(error.code)
    return _(message).format(**error.details) if message else str(error)
