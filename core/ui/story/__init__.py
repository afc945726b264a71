"""The talk on a page: as an article to read alone, on a stage step by step, or as the speaker's notes."""

from functools import cache, partial
from pathlib import Path

import streamlit as st

from core.story import Step, reading_minutes, steps
from core.story.figures import figures
from core.story.printed import talk_pdf
from core.ui.shared import loaders
from core.ui.shared.errors import errors_shown
from core.ui.shared.language import _, language
from core.ui.story.moving import LIVE
from core.ui.story.vote import awaited, start_again

# Where a step's idea has a page of its own.
MORE = {
    "training": "train",
    "mirror": "reconstruct",
    "noise": "denoise",
    "zero": "detect",
    "threshold": "detect",
    "draw": "draw",
    "beyond": "latent",
}


def article() -> None:
    """All steps below one another, each with what moves in it."""
    told = _steps()
    with st.container(key="article"):
        st.title(_("Kagami: a mirror that only knows what it has learnt"))
        minutes = _("A story in {n} steps, about {minutes} minutes to read. Everything in it moves.")
        st.markdown(minutes.format(n=len(told), minutes=reading_minutes(told, language())))
        links = (("present", _("Present it")), ("notes", _("Speaker notes")))
        anchors = [f'<a href="{_address(**{mode: "1"})}" target="_blank">{title}</a>' for mode, title in links]
        with st.container(horizontal=True, vertical_alignment="center"):
            st.html(f'<p class="kg-links">{"".join(anchors)}</p>', width="content")
            st.download_button(
                _("Download to print (PDF)"),
                partial(_printed, language()),
                file_name=f"kagami-{language()}.pdf",
                mime="application/pdf",
                key="printed",
                on_click="ignore",
            )
        for number, step in enumerate(told, 1):
            with st.container(key=f"step_{step.name.replace('-', '_')}"):
                st.header(f"{number}. {step.title}", anchor=step.name)
                st.markdown(step.lead)
                _moving(step)
                if page := MORE.get(step.name):
                    label = _("Go on with this on the page “{page}”").format(page=_page_title(page))
                    st.page_link(f"pages/{page}.py", label=label, icon="➡️")


def _page_title(page: str) -> str:
    """As the menu names it."""
    return {
        "draw": _("Draw"),
        "reconstruct": _("Reconstruct"),
        "denoise": _("Denoise"),
        "detect": _("Detect"),
        "latent": _("Explore"),
        "train": _("Train"),
    }[page]


@st.fragment
def _moving(step: Step) -> None:
    """What moves in a step of the article, and its prose; where that tells what is to be predicted, only afterwards."""
    _live(step.name)
    if awaited(step.name):
        st.markdown(_("Predict first; then it goes on here."))
    elif step.prose:
        st.markdown(step.prose)


@st.fragment  # a step forward reruns this and nothing else
def stage() -> None:
    """One step, large, without anything around it."""
    told = _steps()
    at = _at(told)
    with st.container(key="stage"):
        with st.container(key="stage_text"):
            st.title(told[at].title)
            st.markdown(told[at].lead)
        with st.container(key=f"stage_live_{told[at].name.replace('-', '_')}"):
            _live(told[at].name)
    _bar(told, at)


@st.fragment
def speaker_notes() -> None:
    """What the speaker says at this step; follows the stage in another window of the same browser."""
    told = _steps()
    at = _at(told)
    with st.container(key="notes"):
        st.title(told[at].title)
        st.markdown(told[at].notes)
        if at + 1 < len(told):
            st.markdown(_("Next: **{title}**").format(title=told[at + 1].title))
            st.markdown(told[at + 1].lead)
    _bar(told, at)


def _live(name: str) -> None:
    with errors_shown():
        LIVE[name]()


def _steps() -> tuple[Step, ...]:
    return steps(language(), _figures())


@st.cache_resource(show_spinner=False)
def _figures() -> dict[str, str]:
    return figures(loaders.bundle, loaders.test_images())


@st.cache_resource(show_spinner=False)
def _printed(language: str) -> bytes:
    """The talk as a PDF; made when somebody first asks for it."""
    return talk_pdf(language, load=loaders.bundle, detector=loaders.default_detector, test=loaders.test_images())


def _at(told: tuple[Step, ...]) -> int:
    names = [step.name for step in told]
    asked = st.query_params.get("step")
    return names.index(asked) if asked in names else 0


@cache
def _file(name: str) -> str:
    return (Path(__file__).parent / name).read_text(encoding="utf-8")


def _bar(told: tuple[Step, ...], at: int) -> None:
    def go() -> None:
        to = st.session_state["bar"].get("go")
        if isinstance(to, int) and 0 <= to < len(told):
            st.query_params["step"] = told[to].name
            if to == 0:  # the talk begins again
                start_again()

    component = st.components.v2.component(
        "kagami_stage", html=_file("stage.html"), js=_file("stage.js"), isolate_styles=False
    )
    component(
        key="bar",
        data={
            "at": at,
            "titles": [step.title for step in told],
            "leave": _address(),
            "notes": st.query_params.get("notes") == "1",
            "text": {
                "bar": _("Steps"),
                "back": _("Back (Page Up)"),
                "next": _("Next (Page Down)"),
                "contents": _("Contents (C)"),
                "black": _("Dark screen (B)"),
                "time": _("Elapsed time; press to start again"),
                "leave": _("Leave"),
            },
        },
        on_go_change=go,
    )


def _address(**parameters: str) -> str:
    """The story's own address, in the reader's language."""
    return "?" + "&".join(f"{name}={value}" for name, value in {"lang": language(), **parameters}.items())
