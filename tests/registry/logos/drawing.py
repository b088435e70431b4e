"""Logos for tests: pictures of each format, and SVGs around what a test is about."""

import io

from PIL import Image

SVG = "http://www.w3.org/2000/svg"
RED = (200, 20, 20, 255)
SQUARE = '<path d="M0 0h9v9z"/>'


def pixels(form="PNG", size=(300, 200), mode="RGBA", *, noise=False, **how):
    """Return a picture's file: of one colour, or of noise that nothing makes small."""
    if noise:
        image = Image.effect_noise(size, 90).convert(mode)
    else:
        image = Image.new(mode, size, RED[: len(mode)])
    file = io.BytesIO()
    image.save(file, form, **how)
    return file.getvalue()


def svg(inner=SQUARE, root='viewBox="0 0 9 9"'):
    links = 'xmlns:xlink="http://www.w3.org/1999/xlink"'
    return f'<svg xmlns="{SVG}" {links} {root}>{inner}</svg>'.encode()


def opened(picture):
    """Return what Pillow reads of a picture."""
    image = Image.open(io.BytesIO(picture.content))
    image.load()
    return image
