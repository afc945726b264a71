"""How fast a training goes, as it is chosen and as it is told."""

import streamlit as st

from core.runs.plan import PACES
from core.runs.run import Run, control
from core.ui.shared.address import choose
from core.ui.shared.language import _


def about(seconds: float) -> str:
    """A length of time as precise as anyone can know it."""
    if seconds < 55:
        return _("about {n} s").format(n=5 * max(1, round(seconds / 5)))
    return _("about {n} min").format(n=max(1, round(seconds / 60)))


def choose_pace(run: Run | None = None) -> str:
    """A switch of the paces, for a run that goes on or, without one, for the next; a name in PACES."""
    titles = {"full": _("Full speed"), "slow": _("Slow motion"), "step": _("Epoch by epoch")}
    if run is None:
        return choose(
            st.segmented_control,
            _("Pace"),
            list(PACES),
            key="pace",
            default="full",
            title=titles.__getitem__,
            required=True,
        )
    key = f"pace_{run.id}"
    st.session_state.setdefault(key, run.control.pace)
    return str(
        st.segmented_control(
            _("Pace"),
            list(PACES),
            key=key,
            format_func={**titles, "step": _("Pause")}.__getitem__,
            required=True,
            disabled=run.state == "saving",
            label_visibility="collapsed",
            on_change=lambda: control(run, pace=st.session_state[key]),
        )
    )
