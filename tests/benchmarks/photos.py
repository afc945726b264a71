"""Synthetic pictures of what people bring, by kind: how many are judged right, and what the model sees of them.

    python tests/benchmarks/photos.py [--count 40] [--kinds table,shadow] [--montage montage.png]

Each kind draws digits with a pen, a light, a paper and a camera of its own, all by chance from the number of the
picture, so that two versions of the code see the same ones. Right is, where a digit is there, the verdict of
`kagami-all` on the drawing itself, without paper; else that nothing is judged, or how many characters there are.
"""

import argparse
import io
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.random import Generator
from PIL import Image, ImageDraw, ImageFilter

sys.path.insert(0, str(Path(__file__).parent.parent.parent))

from core.detection.detector import Detector
from core.errors import KagamiError
from core.images.data import Float, flatten, load_mnist
from core.images.grouping import characters_of
from core.images.handwriting import prepare
from core.images.photos import ink_of_picture
from core.images.strokes import characters, draw
from core.models.bundle import load_bundle

DIGITS = "0123456789"


@dataclass(frozen=True, kw_only=True)
class Case:
    """A picture, and what is right: a digit's own ink, a number of characters, or the codes of refusals."""

    picture: Image.Image
    ink: Float | None = None
    count: int = 1
    refused: tuple[str, ...] = ()
    anomalous: bool = False


def strokes_of(name: str, rng: Generator) -> list[list[tuple[float, float]]]:
    """A preset as another hand would slant and stretch it, in its unit square."""
    slant, wide, turn = rng.normal(0, 0.07), rng.uniform(0.85, 1.1), rng.normal(0, 0.04)
    moved = []
    for stroke in characters()[name].strokes:
        line = []
        for x, y in stroke:
            u, v = (x - 0.5) * wide - slant * (y - 0.5), y - 0.5
            line.append((0.5 + u * np.cos(turn) - v * np.sin(turn), 0.5 + u * np.sin(turn) + v * np.cos(turn)))
        moved.append(line)
    return moved


def pen_ink(name: str, rng: Generator, *, height: float, pen: float) -> Float:
    """The ink of a preset about `height` pixels high, in a square."""
    size = round(height / 0.7)
    return draw(strokes_of(name, rng), size=size, pen=pen)


def digit(rng: Generator) -> str:
    return DIGITS[rng.integers(10)]


def put(field: Float, ink: Float, top: int, left: int) -> None:
    """Ink onto a field, in place; what lies beyond it is lost."""
    y0, x0 = max(top, 0), max(left, 0)
    y1, x1 = min(top + ink.shape[0], field.shape[0]), min(left + ink.shape[1], field.shape[1])
    part = field[y0:y1, x0:x1]
    np.maximum(part, ink[y0 - top : y1 - top, x0 - left : x1 - left], out=part)


PENS = ((38, 44, 140), (30, 30, 34), (150, 30, 36), (70, 70, 74))
WIDTH, HEIGHT = 756, 1008


def light(rng: Generator, height: int, width: int, strength: float = 0.3) -> Float:
    """Uneven light, (height, width, 1), brightest 1."""
    angle = rng.uniform(0, 2 * np.pi)
    y, x = np.meshgrid(np.linspace(-0.5, 0.5, height), np.linspace(-0.5, 0.5, width), indexing="ij")
    slope = x * np.cos(angle) + y * np.sin(angle)
    return (1 - strength * rng.uniform(0.2, 1) * (slope + 0.5))[..., None]


def paper(rng: Generator, height: int = HEIGHT, width: int = WIDTH) -> Float:
    tone = rng.uniform(0.65, 0.95) + rng.uniform(-0.03, 0.03, 3)
    return np.clip(light(rng, height, width) * tone, 0, 1)


def inked(scene: Float, ink: Float, colour: tuple[int, int, int], strength: float = 1.0) -> Float:
    """Light times paper, with the pen's colour as a share of the paper's."""
    share = np.array(colour) / 255 * 1.05
    return scene * (1 - strength * ink[..., None] * (1 - share))


def camera(scene: Float, rng: Generator, *, noise: float = 0.012, blur: float = 0.8) -> Image.Image:
    picture = Image.fromarray((np.clip(scene, 0, 1) * 255).astype(np.uint8))
    picture = picture.filter(ImageFilter.GaussianBlur(rng.uniform(0.4, 1) * blur))
    grain = rng.normal(0, noise * rng.uniform(0.3, 1), scene.shape[:2])[..., None]
    grain = grain + rng.normal(0, noise * 0.3, scene.shape)
    values = np.asarray(picture) / 255 + grain
    picture = Image.fromarray((values.clip(0, 1) * 255).astype(np.uint8))
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=int(rng.integers(65, 95)))
    return Image.open(file)


def on_paper(rng: Generator, ink: Float, *, free: tuple[float, float, float, float]) -> tuple[Float, tuple[int, int]]:
    """A field with the ink somewhere inside `free`: top, left, bottom, right as shares of the field."""
    field = np.zeros((HEIGHT, WIDTH), np.float32)
    room_y = max(free[2] * HEIGHT - ink.shape[0] - free[0] * HEIGHT, 1)
    room_x = max(free[3] * WIDTH - ink.shape[1] - free[1] * WIDTH, 1)
    top = round(free[0] * HEIGHT + rng.uniform(0, room_y))
    left = round(free[1] * WIDTH + rng.uniform(0, room_x))
    put(field, ink, top, left)
    return field, (top, left)


def pen_colour(rng: Generator) -> tuple[int, int, int]:
    return PENS[rng.integers(len(PENS))]


def small(rng: Generator) -> Case:
    ink = pen_ink(digit(rng), rng, height=HEIGHT * rng.uniform(0.075, 0.16), pen=rng.uniform(2, 3.5))
    field, _ = on_paper(rng, ink, free=(0.05, 0.05, 0.95, 0.95))
    return Case(picture=camera(inked(paper(rng), field, pen_colour(rng)), rng), ink=ink)


def blank(rng: Generator) -> Case:
    scene = paper(rng)
    if rng.random() < 0.5:  # the fibres of the paper, which a blur makes larger than a pixel
        grain = rng.normal(0, 1, (HEIGHT // 3, WIDTH // 3)).astype(np.float32)
        fibres = np.asarray(Image.fromarray(grain).resize((WIDTH, HEIGHT), Image.Resampling.BICUBIC))
        scene = scene * (1 + rng.uniform(0.002, 0.012) * fibres[..., None])
    return Case(picture=camera(scene, rng, noise=0.03), refused=("blank",))


def usual(rng: Generator) -> Case:
    height = HEIGHT * rng.uniform(0.2, 0.7)
    ink = pen_ink(digit(rng), rng, height=height, pen=height * rng.uniform(0.02, 0.14))
    field, _ = on_paper(rng, ink, free=(0, 0, 1, 1))
    return Case(picture=camera(inked(paper(rng), field, pen_colour(rng)), rng), ink=ink)


def half_plane(height: int, width: int, y: float, x: float, angle: float, soft: float) -> Float:
    """1 on one side of a line through (y, x), in pixels, 0 on the other, over `soft` pixels."""
    rows, columns = np.meshgrid(np.arange(height) - y, np.arange(width) - x, indexing="ij")
    across = rows * np.cos(angle) + columns * np.sin(angle)
    return np.clip(across / soft + 0.5, 0, 1).astype(np.float32)[..., None]


def table(rng: Generator) -> Case:
    """Paper whose edges to the table lie in the picture, on one to three sides."""
    height = HEIGHT * rng.uniform(0.12, 0.35)
    ink = pen_ink(digit(rng), rng, height=height, pen=rng.uniform(3, 9))
    field, _ = on_paper(rng, ink, free=(0.3, 0.3, 0.72, 0.72))
    scene = inked(paper(rng), field, pen_colour(rng))
    wood = np.array([(70, 44, 34), (40, 40, 44), (110, 80, 50), (20, 24, 60)][rng.integers(4)]) / 255
    sides = rng.choice(4, int(rng.integers(1, 4)), replace=False)
    for side in sides:
        depth, tilt = rng.uniform(0.03, 0.25), rng.normal(0, 0.05)
        y, x, angle = [
            (depth * HEIGHT, WIDTH / 2, np.pi),
            ((1 - depth) * HEIGHT, WIDTH / 2, 0),
            (HEIGHT / 2, depth * WIDTH, -np.pi / 2),
            (HEIGHT / 2, (1 - depth) * WIDTH, np.pi / 2),
        ][side]
        beyond = half_plane(HEIGHT, WIDTH, y, x, angle + tilt, 2)
        scene = scene * (1 - beyond) + beyond * wood * light(rng, HEIGHT, WIDTH)
    return Case(picture=camera(scene, rng), ink=ink)


def card(rng: Generator) -> Case:
    """A card or a sheet of paper that lies on a table, seen whole and turned a little."""
    height = HEIGHT * rng.uniform(0.12, 0.3)
    ink = pen_ink(digit(rng), rng, height=height, pen=rng.uniform(3, 9))
    field, _ = on_paper(rng, ink, free=(0.25, 0.2, 0.75, 0.8))
    scene = inked(paper(rng), field, pen_colour(rng))
    wood = np.array([(70, 44, 34), (40, 40, 44), (110, 80, 50), (20, 24, 60)][rng.integers(4)]) / 255
    turn = rng.normal(0, 0.06)
    outside = np.zeros((HEIGHT, WIDTH, 1), np.float32)
    for y, x, angle in ((0.16, 0.5, np.pi), (0.84, 0.5, 0), (0.5, 0.12, -np.pi / 2), (0.5, 0.88, np.pi / 2)):
        part = half_plane(HEIGHT, WIDTH, y * HEIGHT, x * WIDTH, angle + turn, 2)
        outside = np.maximum(outside, part)
    scene = scene * (1 - outside) + outside * wood * light(rng, HEIGHT, WIDTH)
    return Case(picture=camera(scene, rng), ink=ink)


def thumb(rng: Generator) -> Case:
    height = HEIGHT * rng.uniform(0.12, 0.3)
    ink = pen_ink(digit(rng), rng, height=height, pen=rng.uniform(2.5, 8))
    field, _ = on_paper(rng, ink, free=(0.05, 0.28, 0.7, 0.72))
    scene = inked(paper(rng), field, pen_colour(rng))
    skin = np.array([(200, 140, 115), (150, 100, 75), (90, 60, 45)][rng.integers(3)]) / 255
    y, x = rng.uniform(0.8, 1.0) * HEIGHT, rng.choice([0.0, 1.0]) * WIDTH
    rows, columns = np.meshgrid(np.arange(HEIGHT) - y, np.arange(WIDTH) - x, indexing="ij")
    radius_y, radius_x = rng.uniform(120, 260), rng.uniform(90, 190)
    far = np.sqrt((rows / radius_y) ** 2 + (columns / radius_x) ** 2)
    cover = np.clip((1 - far) * 60 + 0.5, 0, 1)[..., None]
    scene = scene * (1 - cover) + cover * skin
    return Case(picture=camera(scene, rng), ink=ink)


def shadow(rng: Generator) -> Case:
    height = HEIGHT * rng.uniform(0.12, 0.4)
    ink = pen_ink(digit(rng), rng, height=height, pen=rng.uniform(2.5, 9))
    field, (top, left) = on_paper(rng, ink, free=(0.1, 0.1, 0.9, 0.9))
    scene = inked(paper(rng), field, pen_colour(rng))
    y = top + rng.uniform(-0.5, 1.5) * ink.shape[0]
    x = left + rng.uniform(-0.5, 1.5) * ink.shape[1]
    dark = half_plane(HEIGHT, WIDTH, y, x, rng.uniform(0, 2 * np.pi), rng.uniform(1, 60))
    return Case(picture=camera(scene * (1 - rng.uniform(0.2, 0.5) * dark), rng), ink=ink)


def ruled(rng: Generator) -> Case:
    """Squared or lined paper, its lines much paler than the pen."""
    height = HEIGHT * rng.uniform(0.15, 0.4)
    ink = pen_ink(digit(rng), rng, height=height, pen=rng.uniform(5, 12))
    field, _ = on_paper(rng, ink, free=(0.1, 0.1, 0.9, 0.9))
    scene = paper(rng)
    step, lines = int(rng.integers(35, 80)), np.zeros((HEIGHT, WIDTH), np.float32)
    lines[step // 2 :: step] = lines[step // 2 + 1 :: step] = 1
    if rng.random() < 0.5:
        lines[:, step // 2 :: step] = lines[:, step // 2 + 1 :: step] = 1
    scene = scene * (1 - rng.uniform(0.08, 0.3) * lines[..., None] * np.array([1, 0.8, 0.4]))
    return Case(picture=camera(inked(scene, field, pen_colour(rng)), rng), ink=ink)


def flat(ink: Float, *, dark: int = 0, light: int = 255) -> Image.Image:
    return Image.fromarray(np.rint(light + (dark - float(light)) * ink).astype(np.uint8))


def pale(rng: Generator) -> Case:
    """A marker whose one side is much paler than the other."""
    size = int(rng.integers(150, 400))
    ink = draw(strokes_of(digit(rng), rng), size=size, pen=size * rng.uniform(0.03, 0.1))
    share, sides = rng.uniform(0.33, 0.6), np.ones((size, size), np.float32)
    half = slice(None, size // 2) if rng.random() < 0.5 else slice(size // 2, None)
    sides[(half, slice(None)) if rng.random() < 0.5 else (slice(None), half)] = share
    return Case(picture=flat(ink * sides), ink=ink)


def soft(rng: Generator) -> Case:
    """28×28, white on black, soft greys; one half much darker."""
    digits = MNIST.x[rng.integers(2000)]
    image = digits.astype(np.float32) / 255
    part = np.asarray(Image.fromarray(digits).filter(ImageFilter.GaussianBlur(rng.uniform(0, 0.4)))) / np.float32(255)
    ramp = np.ones((28, 28), np.float32)
    half = slice(None, 14) if rng.random() < 0.5 else slice(14, None)
    ramp[half] = rng.uniform(0.4, 0.7)
    return Case(picture=flat(part * ramp, dark=255, light=0), ink=image)


def crop_of(image: Float, margin: int) -> Float:
    rows, columns = np.flatnonzero(image.max(axis=1) > 0.3), np.flatnonzero(image.max(axis=0) > 0.3)
    cut = image[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    return np.pad(cut, margin)


def crop(rng: Generator) -> Case:
    """A test digit that was cut at its bounding box, or one or two pixels beside it."""
    image = MNIST.x[rng.integers(2000)].astype(np.float32) / 255
    cut = crop_of(image, int(rng.integers(3)))
    return Case(picture=flat(cut) if rng.random() < 0.6 else flat(cut, dark=255, light=0), ink=image)


def segment(rng: Generator) -> Case:
    """A segmenter's crop of a photo, 20 to 60 pixels high, light on dark or dark on light, as JPEG."""
    image = MNIST.x[rng.integers(2000)].astype(np.float32) / 255
    cut = crop_of(image, int(rng.integers(1, 3)))
    scale = rng.uniform(1, 2.5)
    size = (round(cut.shape[1] * scale), round(cut.shape[0] * scale))
    cut = np.asarray(Image.fromarray(cut).resize(size, Image.Resampling.BICUBIC)).clip(0, 1)
    low, high = rng.uniform(0.1, 0.3), rng.uniform(0.8, 1)
    grey = low + (high - low) * (cut if rng.random() < 0.5 else 1 - cut) + rng.normal(0, 0.02, cut.shape)
    file = io.BytesIO()
    Image.fromarray((grey.clip(0, 1) * 255).astype(np.uint8)).save(file, "JPEG", quality=int(rng.integers(75, 95)))
    return Case(picture=Image.open(file), ink=image)


def several(rng: Generator) -> Case:
    """Rows of digits, drawn or photographed."""
    rows, columns = int(rng.integers(1, 6)), int(rng.integers(2, 11))
    cell = int(rng.integers(50, 110))
    field = np.zeros((rows * cell + 20, columns * cell + 20), np.float32)
    pen = cell * rng.uniform(0.04, 0.09)
    for row in range(rows):
        for column in range(columns):
            ink = draw(strokes_of(digit(rng), rng), size=cell, pen=pen)
            down, right = rng.normal(0, 0.03 * cell, 2)
            put(field, ink, round(10 + row * cell + down), round(10 + column * cell + right))
    if rng.random() < 0.5:
        return Case(picture=flat(field), count=rows * columns)
    scene = inked(paper(rng, *field.shape), field, pen_colour(rng))
    return Case(picture=camera(scene, rng), count=rows * columns)


def one(rng: Generator) -> Case:
    """One character of several parts: two rings, dots, strokes apart; drawn or photographed."""
    name = rng.choice(["rings", *SEVERAL_PARTS])
    size = int(rng.integers(150, 400))
    pen = size * rng.uniform(0.03, 0.09)
    if name == "rings":
        picture = Image.new("L", (size * 4, size * 4))
        pencil, wide, gap = ImageDraw.Draw(picture), rng.uniform(0.14, 0.2), rng.uniform(0.02, 0.06)
        for up, radius in ((-1, wide), (1, wide * rng.uniform(1, 1.2))):
            middle = 0.5 + up * (radius + gap / 2)
            box = [4 * size * v for v in (0.5 - radius, middle - radius, 0.5 + radius, middle + radius)]
            pencil.ellipse(box, outline=255, width=round(4 * pen))
        ink = np.asarray(picture.resize((size, size), Image.Resampling.BOX), np.float32) / 255
    else:
        ink = draw(strokes_of(name, rng), size=size, pen=pen)
    if rng.random() < 0.5:
        return Case(picture=flat(ink))
    return Case(picture=camera(inked(paper(rng, size, size), ink, pen_colour(rng)), rng))


def figure(rng: Generator) -> Case:
    """A plot of a test digit: a panel of its own colours on a white page, with or without axes."""
    image = MNIST.x[rng.integers(2000)]
    colours = [((0, 0, 0), (255, 255, 255)), ((68, 1, 84), (253, 231, 37)), ((8, 8, 60), (220, 240, 160))]
    low, high = (np.array(each) for each in colours[rng.integers(3)])
    side = int(rng.integers(140, 330))
    panel = np.asarray(Image.fromarray(image).resize((side, side), Image.Resampling.NEAREST))[..., None] / 255
    top, left = (int(v) for v in rng.integers(15, 60, 2))
    page = np.full((side + top + int(rng.integers(20, 60)), side + left + int(rng.integers(20, 140)), 3), 255, np.uint8)
    page[top : top + side, left : left + side] = np.rint(low + (high - low) * panel)
    picture = Image.fromarray(page)
    if rng.random() < 0.5:
        pencil = ImageDraw.Draw(picture)
        for number in range(0, 28, 5):
            place = (number + 0.5) / 28 * side
            pencil.text((left + place - 3, top + side + 4), str(number), fill=(0, 0, 0), font_size=9)
            pencil.text((left - 13, top + place - 5), str(number), fill=(0, 0, 0), font_size=9)
            pencil.line((left + place, top + side, left + place, top + side + 3), fill=(0, 0, 0))
            pencil.line((left - 4, top + place, left - 1, top + place), fill=(0, 0, 0))
    return Case(picture=picture, ink=image.astype(np.float32) / 255)


def form(rng: Generator) -> Case:
    """A digit in a printed box, scanned or photographed."""
    size = int(rng.integers(200, 400))
    ink = draw(strokes_of(digit(rng), rng), size=size, pen=size * rng.uniform(0.025, 0.06))
    shrunk = np.zeros((size, size), np.float32)
    small_size = round(size * rng.uniform(0.55, 0.85))
    less = np.asarray(Image.fromarray(ink).resize((small_size, small_size), Image.Resampling.BOX))
    at = (size - small_size) // 2
    put(shrunk, less, at, at)
    frame = Image.new("L", (size * 2, size * 2))
    inset = rng.uniform(0.08, 0.11) * 2 * size
    tall = inset * rng.uniform(0.6, 1)
    ImageDraw.Draw(frame).rectangle(
        (inset, tall, 2 * size - inset, 2 * size - tall), outline=255, width=int(rng.integers(2, 12))
    )
    if rng.random() < 0.5:
        frame = frame.rotate(rng.normal(0, 2), Image.Resampling.BICUBIC)
    box = np.asarray(frame.resize((size, size), Image.Resampling.BOX), np.float32) / 255 * rng.uniform(0.5, 1)
    whole = np.maximum(shrunk, box)
    if rng.random() < 0.5:
        return Case(picture=flat(whole, dark=35, light=245), ink=shrunk)
    return Case(picture=camera(inked(paper(rng, size, size), whole, pen_colour(rng)), rng), ink=shrunk)


def solid(rng: Generator) -> Case:
    size = int(rng.integers(150, 400))
    picture = Image.new("L", (size, size), 255)
    pencil = ImageDraw.Draw(picture)
    tall = rng.uniform(0.4, 0.8) * size
    wide = tall * rng.uniform(0.45, 1)
    if rng.random() < 0.5:
        tall, wide = wide, tall
    y, x = (size - tall) / 2, (size - wide) / 2
    box = (x, y, x + wide, y + tall)
    [pencil.rectangle, pencil.ellipse, lambda box, fill: pencil.pieslice(box, 0, 180, fill=fill)][rng.integers(3)](
        box, fill=0
    )
    return Case(picture=picture, refused=("filled",), anomalous=True)


KINDS: dict[str, Callable[[Generator], Case]] = {
    "usual": usual,
    "small": small,
    "blank": blank,
    "table": table,
    "card": card,
    "thumb": thumb,
    "shadow": shadow,
    "ruled": ruled,
    "pale": pale,
    "soft": soft,
    "crop": crop,
    "segment": segment,
    "several": several,
    "one": one,
    "figure": figure,
    "form": form,
    "solid": solid,
}
SEVERAL_PARTS = ("5", "?", "!", "i", "あ", "け", "い", "ふ", "う", "え", "か")
SEVERAL_PARTS = tuple(name for name in SEVERAL_PARTS if name in characters())
MNIST = load_mnist("test")


def verdict(detector: Detector, image: Float) -> bool:
    return bool(detector.decision_function(flatten(image[np.newaxis]))[0] > detector.threshold_)


def judged(case: Case, detector: Detector) -> tuple[bool, str, list[Float]]:
    """Whether it is right, what was said, and the images that the model sees."""
    try:
        ink = ink_of_picture(case.picture)
        found = characters_of(ink)
        images = [prepare(each.ink).image for each in found] if len(found) > 1 else [prepare(ink).image]
    except KagamiError as error:
        return error.code in case.refused, error.code, []
    if len(images) != case.count:
        return False, f"{len(images)} of {case.count}", images[:1]
    if case.ink is None and not case.refused and not case.anomalous:
        return True, "", images[:1]
    says = verdict(detector, images[0])
    if case.ink is None:
        return case.anomalous and says, "anomalous" if says else "normal", images
    ideal = prepare(case.ink).image
    wanted = verdict(detector, ideal)
    differs = float(np.abs(ideal - images[0]).mean())
    return wanted == says and differs < 0.1, f"{differs:.3f} {'anomalous' if says else 'normal'}", images


def tile(case: Case, right: bool, said: str, images: list[Float]) -> Image.Image:
    picture = case.picture.convert("RGB")
    picture.thumbnail((116, 116))
    seen = Image.new("L", (112, 112), 90)
    if images:
        seen.paste(Image.fromarray((images[0] * 255).astype(np.uint8)).resize((112, 112), Image.Resampling.NEAREST))
    whole = Image.new("RGB", (240, 134), (0, 110, 50) if right else (190, 30, 30))
    whole.paste(picture, (3, 3))
    whole.paste(seen, (122, 3))
    ImageDraw.Draw(whole).text((4, 120), said, fill=(255, 255, 255))
    return whole


def main() -> None:
    """Print a row a kind, and draw the montage."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=40)
    parser.add_argument("--kinds", default=",".join(KINDS))
    parser.add_argument("--montage", type=Path)
    parser.add_argument("--wrong", action="store_true", help="only what is judged wrong comes onto the montage")
    options = parser.parse_args()
    detector = Detector.of(load_bundle("kagami-all"))
    tiles = []
    print(f"{'kind':10} {'right':>9} {'share':>6} {'ms':>6}")
    for kind in options.kinds.split(","):
        right, seconds = 0, 0.0
        for number in range(options.count):
            case = KINDS[kind](np.random.default_rng([number, *kind.encode()]))
            case.picture.load()
            began = time.perf_counter()
            fine, said, images = judged(case, detector)
            seconds += time.perf_counter() - began
            right += fine
            if not (options.wrong and fine):
                tiles.append(tile(case, fine, f"{kind} {number}: {said}", images))
        print(
            f"{kind:10} {right:4}/{options.count:4} {right / options.count:6.2f} {1000 * seconds / options.count:6.0f}",
            flush=True,
        )
    if options.montage is not None and tiles:
        columns = 8
        sheet = Image.new("RGB", (240 * columns, 134 * -(-len(tiles) // columns)))
        for place, each in enumerate(tiles):
            sheet.paste(each, (place % columns * 240, place // columns * 134))
        sheet.save(options.montage)


if __name__ == "__main__":
    main()
