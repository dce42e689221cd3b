"""Pictures: PNG and JPEG files as pixels, decoded alike in training and in the service."""

import base64
import io
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from perennial.errors import Described, InvalidInput
from perennial.kinds.record import Record

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageFile import ImageFile

Pixels = NDArray[np.uint8]
DARKEST, BRIGHTEST = 0, 255
FORMS = ("png", "jpeg")
# Of a file: so much for each number of its pixels, and for all else, such as a colour profile.
BYTES_PER_NUMBER, OTHER_BYTES = 4, 65_536
# Each scan of a JPEG goes through the whole picture; those that programs write have about ten.
SCAN, MOST_SCANS = b"\xff\xda", 100
# Pillow's names of what 8 bits a channel hold without loss.
MODES = ("1", "L", "LA", "P", "PA", "RGB", "RGBA")
File = Annotated[str, Field(description="The file in base64.")]


class Png(Record):
    """A PNG file."""

    png: File


class Jpeg(Record):
    """A JPEG file."""

    jpeg: File


def most_bytes(shape: tuple[int, ...]) -> int:
    """Return how many bytes the file of a picture may have.

    >>> most_bytes((32, 32, 3))
    77824
    """
    return OTHER_BYTES + BYTES_PER_NUMBER * int(np.prod(shape))


def sent_picture(field: str, value: Mapping[str, Any], shape: tuple[int, ...]) -> Pixels:
    """Return the pixels of a picture as clients send it, such as `{"png": "iVBOR…"}`.

    field: its name in the request.  shape: of an instance.  Raises InvalidInput.
    """
    if len(value) != 1 or not set(value) <= set(FORMS):
        raise InvalidInput(field, value, "an object with 'png' or 'jpeg', and nothing else")
    ((form, text),) = value.items()
    field, expected = f"{field}.{form}", f"a {form.upper()} file in base64"
    if type(text) is not str:
        raise InvalidInput(field, text, expected)
    try:
        content = base64.b64decode(text, validate=True)
    except ValueError as error:
        raise InvalidInput(field, text, expected) from error
    return pixels(field, content, form, shape)


def pixels(field: str, content: bytes, form: str, shape: tuple[int, ...]) -> Pixels:
    """Return the pixels of a file, in a shape, upright as its EXIF orientation says.

    Palettes become their colours; grey becomes a colour where the shape has three channels. Nothing
    is scaled: a picture of another size is refused before its pixels are decoded.
    form: `png` or `jpeg`.  Raises InvalidInput.
    """
    if len(content) > (most := most_bytes(shape)):
        raise InvalidInput(field, Described(f"{len(content)} bytes"), f"at most {most} bytes")
    if form == "jpeg" and content.count(SCAN) > MOST_SCANS:
        raise InvalidInput(field, Described("a file of many scans"), f"at most {MOST_SCANS}")
    try:
        picture = _opened(content, form)
        _check_size(field, picture, shape, turned=True)
        picture.load()
        upright = _upright(picture)
    except InvalidInput:
        raise
    except Exception as error:  # Pillow raises a dozen unrelated classes for broken files
        problem = " ".join(str(error).split())
        found = Described(f"a file that cannot be read ({problem})")
        raise InvalidInput(field, found, f"a whole {form.upper()} file") from error
    _check_size(field, upright, shape)
    return _in_channels(field, upright, shape)


def _opened(content: bytes, form: str) -> "ImageFile":
    """Return a picture of which only the head was read."""
    from PIL import JpegImagePlugin, PngImagePlugin

    # Not Image.open, which warns of large pictures, and reads a JPEG of a camera as another format.
    if form == "png":
        return PngImagePlugin.PngImageFile(io.BytesIO(content))
    return JpegImagePlugin.JpegImageFile(io.BytesIO(content))


def _check_size(
    field: str, picture: "Image", shape: tuple[int, ...], *, turned: bool = False
) -> None:
    """Check width and height; turned: whether the other way round will do too."""
    tall, wide = shape[:2]
    if picture.size != (wide, tall) and not (turned and picture.size == (tall, wide)):
        found = Described("a picture of {} × {} pixels".format(*picture.size))
        raise InvalidInput(field, found, f"a width of {wide} and a height of {tall}")


def _upright(picture: "Image") -> "Image":
    from PIL import ImageOps

    return ImageOps.exif_transpose(picture)


def _in_channels(field: str, picture: "Image", shape: tuple[int, ...]) -> Pixels:
    """Return the pixels with as many channels as the shape has. Raises InvalidInput."""
    if picture.mode not in MODES:
        found = Described(f"a picture in Pillow's mode {picture.mode}")
        raise InvalidInput(field, found, "grey, a palette or RGB, with 8 bits a channel")
    if picture.has_transparency_data:
        picture = picture.convert("RGBA")
        if picture.getchannel("A").getextrema() != (BRIGHTEST, BRIGHTEST):
            raise InvalidInput(field, Described("a transparent picture"), "an opaque one")
    colours: Pixels = np.asarray(picture.convert("RGB"))
    if shape[2:] == (3,):
        return colours
    if (colours != colours[:, :, :1]).any():
        raise InvalidInput(field, Described("a picture with colours"), "one in grey")
    return colours[:, :, 0].reshape(shape)
