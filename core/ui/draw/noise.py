"""Noise on the visitor's own drawing, and what two mirrors make of it."""

from dataclasses import dataclass

import streamlit as st

from core.errors import KagamiError
from core.images.data import Float, flatten
from core.images.noise import NOISES, add_noise
from core.images.quality import psnr
from core.ui.shared import loaders
from core.ui.shared.address import switch
from core.ui.shared.choices import Chosen
from core.ui.shared.language import _, sentence
from core.ui.shared.session import session
from core.ui.shared.titles import amount_title, bundle_title, noise_title
from core.views.numbers import decibels
from core.views.tiles import figure, grey, tile

DENOISER = "denoise-all"


@dataclass(kw_only=True)
class _Seed:
    """Of the noise, counted up by each roll."""

    seed: int = 0


def spoiling(chosen: Chosen, image: Float | None) -> None:
    """What the model sees, spoiled, and returned by the chosen mirror and by one that was trained to denoise.

    image: (28, 28); None where there is nothing to spoil.
    """
    with st.container(key="spoiling_tools", horizontal=True, vertical_alignment="bottom"):
        kind = switch(_("Noise"), {kind: noise_title(kind) for kind in NOISES}, key="own_noise")
        noise = NOISES[kind]
        with st.container(key="spoiling_amount", width=360):
            amount = st.slider(
                amount_title(kind), 0.0, float(noise.most), float(noise.default), float(noise.step), key=f"own_{kind}"
            )
        st.button(_("Roll again"), key="own_again", on_click=_again, disabled=kind == "blur")
    if image is None:
        empty = _("Draw something first: its noisy copy will stand here.")
        st.html(f'<p class="kg-legend">{empty}</p>')
        return
    clean = flatten(image[None])
    noisy = add_noise(clean, kind, amount, session(_Seed).seed)
    shown = [
        (image, _("Original"), ""),
        (noisy.reshape(28, 28), _("Noisy"), f"{decibels(psnr(clean, noisy)[0])} dB"),
    ]
    for name in dict.fromkeys((chosen.name, DENOISER)):
        try:
            returned = loaders.bundle(name).autoencoder.reconstruct(noisy)
        except KagamiError as error:
            st.warning(sentence(error))
        else:
            title = bundle_title(name)
            shown.append((returned.reshape(28, 28), title, f"{decibels(psnr(clean, returned)[0])} dB"))
    tiles = "".join(
        figure(tile(grey(pixels), alt=title), f"{title} {value}".rstrip(), kind="kg-spoiled")
        for pixels, title, value in shown
    )
    legend = _("PSNR against the original, in dB: the higher, the nearer. Both mirrors were given the noisy image.")
    st.html(f'<div class="kg-spoiling">{tiles}</div><p class="kg-legend">{legend}</p>')


def _again() -> None:
    session(_Seed).seed += 1
