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


# How the lines of a chart are told apart: by dashes and weight, since the two colours stand for something else.
_DASHES = ([1, 0], [8, 4], [2, 3], [1, 5], [10, 3, 2, 3], [4, 4])
_WIDTHS = (3.0, 2.0, 2.0, 2.0, 2.0, 2.0)


def quality_lines(
    *,
    amounts: Sequence[float],
    psnr: Mapping[str, Sequence[float | None]],
    here: float,
    colours: Mapping[str, str],
    words: Mapping[str, str],
) -> alt.LayerChart | alt.FacetChart:
    """PSNR over the amount of noise, one line for each name in `psnr`, the first one the strongest.

    psnr: (n,) figures by name, None where there is none; the scale ends above those of the first two.
    here: the amount that is looked at, a vertical line.
    words: `amount`, `psnr`, `method`, `description` in the reader's language.
    """
    names = list(psnr)
    # Little noise leaves images nearer than any line that is of interest here.
    known = [value for name in names[:2] for value in psnr[name] if value is not None]
    every = [value for values in psnr.values() for value in values if value is not None]
    scale = alt.Scale(domain=[math.floor(min(every)), math.ceil(max(known)) + 2], nice=False)
    rows = [
        {"amount": amount, "psnr": None if value is None else round(value, 2), "method": name}
        for name, values in psnr.items()
        for amount, value in zip(amounts, values, strict=True)
    ]
    lines = (
        alt.Chart(alt.InlineData(values=rows))
        .mark_line(clip=True, color=colours["quiet"], point=alt.OverlayMarkDef(color=colours["quiet"], size=18))
        .encode(
            x=alt.X("amount:Q", title=words["amount"], scale=alt.Scale(nice=False)),
            y=alt.Y("psnr:Q", title=words["psnr"], scale=scale),
            strokeDash=alt.StrokeDash(
                "method:N",
                title=None,
                sort=names,
                scale=alt.Scale(domain=names, range=[list(dash) for dash in _DASHES[: len(names)]]),
                legend=alt.Legend(orient="bottom", columns=1, symbolType="stroke", symbolSize=600, labelLimit=260),
            ),
            strokeWidth=alt.StrokeWidth(
                "method:N", sort=names, legend=None, scale=alt.Scale(domain=names, range=list(_WIDTHS[: len(names)]))
            ),
            tooltip=[
                alt.Tooltip("method:N", title=words["method"]),
                alt.Tooltip("amount:Q", title=words["amount"]),
                alt.Tooltip("psnr:Q", title=words["psnr"]),
            ],
        )
    )
    rule = (
        alt.Chart(alt.InlineData(values=[{"x": here}])).mark_rule(color=colours["quiet"], strokeWidth=1).encode(x="x:Q")
    )
    return alt.layer(rule, lines).properties(height=360, description=words["description"])
