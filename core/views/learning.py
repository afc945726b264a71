"""How a network learns, as charts: arrays in, an Altair chart out. Streamlit's theme gives fonts and background."""

from collections.abc import Mapping, Sequence

import altair as alt
import numpy as np
import numpy.typing as npt

# The errors of images, from an untrained network's to the best: equal steps are equal factors.
LOWEST, HIGHEST, BINS = 0.002, 0.6, 48


def loss_curves(
    curves: Mapping[str, Sequence[float]],
    *,
    dashes: Sequence[Sequence[int]],
    epochs: int,
    at: int | None,
    words: Mapping[str, str],
    colours: Mapping[str, str],
    height: int = 200,
) -> alt.LayerChart | alt.FacetChart:
    """Losses over epochs 1, 2, …, one line each, told apart by dashes; `at` is marked.

    epochs: where the axis ends. words: `epoch`, `loss`, `description`. colours: `quiet`, `line`.
    """
    rows = [
        {"epoch": number, "loss": float(f"{loss:.5g}"), "which": which}
        for which, losses in curves.items()
        for number, loss in enumerate(losses, 1)
        if np.isfinite(loss)
    ]
    lines = (
        alt.Chart(alt.InlineData(values=rows))
        .mark_line(color=colours["quiet"], point=alt.OverlayMarkDef(color=colours["quiet"], size=9))
        .encode(
            x=alt.X(
                "epoch:Q",
                title=words["epoch"],
                scale=alt.Scale(domain=[0, max(epochs, 1)], nice=False),
                axis=alt.Axis(tickMinStep=1, grid=False, format="d"),
            ),
            y=alt.Y("loss:Q", title=words["loss"], scale=alt.Scale(type="log", nice=False), axis=alt.Axis(tickCount=4)),
            strokeDash=alt.StrokeDash(
                "which:N",
                title=None,
                scale=alt.Scale(domain=list(curves), range=[list(dash) for dash in dashes]),
                legend=None,
            ),
            tooltip=[
                alt.Tooltip("which:N", title=" "),
                alt.Tooltip("epoch:Q", title=words["epoch"]),
                alt.Tooltip("loss:Q", title=words["loss"]),
            ],
        )
    )
    mark = (
        alt.Chart(alt.InlineData(values=[] if at is None else [{"epoch": at}]))
        .mark_rule(color=colours["line"], strokeWidth=1.5)
        .encode(x="epoch:Q")
    )
    return alt.layer(mark, lines).properties(height=height, description=words["description"])


def error_histogram(
    normal: npt.NDArray[np.float16],
    unseen: npt.NDArray[np.float16],
    *,
    words: Mapping[str, str],
    colours: Mapping[str, str],
    height: int = 200,
) -> alt.Chart:
    """Shares of normal (n,) and of unseen (u,) images by their mean absolute error, on a scale that never moves.

    words: `normal`, `unseen`, `error`, `share`, `description`. colours: `normal`, `anomalous`.
    """
    edges = np.geomspace(LOWEST, HIGHEST, BINS + 1)
    rows = []
    for kind, errors in (("normal", normal), ("unseen", unseen)):
        counts, _ = np.histogram(np.clip(np.nan_to_num(errors.astype(float), nan=HIGHEST), LOWEST, HIGHEST), edges)
        rows += [
            {"from": edges[i], "to": edges[i + 1], "share": count / max(len(errors), 1), "kind": words[kind], "zero": 0}
            for i, count in enumerate(counts)
            if count
        ]
    bars: alt.Chart = (
        alt.Chart(alt.InlineData(values=rows))
        .mark_rect(opacity=0.6)
        .encode(
            x=alt.X(
                "from:Q",
                title=words["error"],
                scale=alt.Scale(type="log", domain=[LOWEST, HIGHEST], nice=False),
                axis=alt.Axis(grid=False, values=[0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5], format="~g"),
            ),
            x2="to:Q",
            y=alt.Y("zero:Q", title=words["share"], axis=alt.Axis(format="%", tickCount=4)),
            y2="share:Q",
            color=alt.Color(
                "kind:N",
                title=None,
                scale=alt.Scale(
                    domain=[words["normal"], words["unseen"]], range=[colours["normal"], colours["anomalous"]]
                ),
                legend=None,
            ),
            tooltip=[
                alt.Tooltip("kind:N", title=" "),
                alt.Tooltip("from:Q", title=words["error"], format=".3~g"),
                alt.Tooltip("share:Q", title=words["share"], format=".1%"),
            ],
        )
    )
    return bars.properties(height=height, description=words["description"])
