"""Charts: arrays in, an Altair chart out. Streamlit's theme gives them its fonts and its background."""

import math
from collections.abc import Mapping, Sequence

import altair as alt

from core.detection.curves import Doubles
from core.images.data import Bool, Float


def ink_scatter(
    *,
    ink: Float | Doubles,
    score: Float,
    unseen: Bool,
    labels: Sequence[str],
    pictures: Sequence[str],
    threshold: float,
    colours: Mapping[str, str],
    words: Mapping[str, str],
) -> alt.LayerChart | alt.FacetChart:
    """Scores (n,) over ink (n,), normal and unseen apart by colour and shape, with the threshold as a line.

    pictures: (n,) addresses of what stands beside a point under the pointer.
    words: `ink`, `score`, `label`, `normal`, `unseen`, `description` in the reader's language.
    """
    kinds = [words["normal"], words["unseen"]]
    rows = [
        {
            "ink": round(float(x), 2),
            "score": float(f"{float(y):.5g}"),
            "kind": kinds[bool(u)],
            "label": name,
            "image": url,
        }
        for x, y, u, name, url in zip(ink, score, unseen, labels, pictures, strict=True)
    ]
    points = (
        alt.Chart(alt.InlineData(values=rows))
        .mark_point(filled=True, size=38, opacity=0.65)
        .encode(
            x=alt.X("ink:Q", title=words["ink"], scale=alt.Scale(zero=False)),
            y=alt.Y("score:Q", title=words["score"], scale=alt.Scale(zero=False)),
            color=alt.Color(
                "kind:N",
                title=None,
                scale=alt.Scale(domain=kinds, range=[colours["normal"], colours["anomalous"]]),
                legend=alt.Legend(orient="top"),
            ),
            shape=alt.Shape("kind:N", title=None, scale=alt.Scale(domain=kinds, range=["circle", "triangle-up"])),
            tooltip=[
                alt.Tooltip("image:N"),
                alt.Tooltip("label:N", title=words["label"]),
                alt.Tooltip("ink:Q", title=words["ink"]),
                alt.Tooltip("score:Q", title=words["score"]),
            ],
        )
        .interactive()
    )
    line = (
        alt.Chart(alt.InlineData(values=[{"y": threshold}] if math.isfinite(threshold) else []))
        .mark_rule(color=colours["quiet"], strokeWidth=1.5)
        .encode(y="y:Q")
    )
    return alt.layer(points, line).properties(height=380, description=words["description"])
