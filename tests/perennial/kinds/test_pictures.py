"""A PNG or JPEG file has the pixels that training had, or is refused by name."""

import base64
import io
import struct
import tracemalloc
import zlib
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, PngImagePlugin

from perennial.errors import InvalidInput
from perennial.kinds.inputs.image import ImageInput
from perennial.kinds.pictures import MOST_SCANS, SCAN, most_bytes

COLOUR = ImageInput(shape=(6, 8, 3), low=0, high=255, whole=True)
GREY = ImageInput(shape=(6, 8), low=0, high=255)
PIXELS = np.random.default_rng(3).integers(0, 256, (6, 8, 3), np.uint8)
ORIENTATION = 0x0112


def file_of(image: Image.Image, form: str = "PNG", **options: Any) -> bytes:
    """Return an image as a file."""
    file = io.BytesIO()
    image.save(file, form, **options)
    return file.getvalue()


def read(content: bytes, form: str = "png", kind: ImageInput = COLOUR) -> NDArray[np.float32]:
    """Return the row of a file."""
    rows: NDArray[np.float32] = kind.read([{form: base64.b64encode(content).decode()}])
    return np.asarray(rows[0])


def refusal(instance: Any, kind: ImageInput = COLOUR) -> str:
    """Return what is said of an instance."""
    with pytest.raises(InvalidInput) as refused:
        kind.read([instance])
    return str(refused.value)


def refused(content: bytes, form: str = "png", kind: ImageInput = COLOUR) -> str:
    """Return what is said of a file."""
    return refusal({form: base64.b64encode(content).decode()}, kind)


def test_a_png_has_the_pixels_of_nested_lists() -> None:
    """It loses nothing; as a file and as lists it is one row, also in one request."""
    image = Image.fromarray(PIXELS)
    assert np.array_equal(read(file_of(image)), PIXELS)
    encoded = base64.b64encode(file_of(image)).decode()
    both = COLOUR.read([PIXELS.tolist(), {"png": encoded}])
    assert np.array_equal(both[0], both[1]) and both.dtype == np.float32
    identities = COLOUR.identities(COLOUR.to_arrow([PIXELS.tolist(), {"png": encoded}]))
    assert identities[0] == identities[1]


def test_a_jpeg_has_the_pixels_that_others_decode() -> None:
    """Those of Pillow's own reader; in grey too."""
    for image in (Image.fromarray(PIXELS), Image.fromarray(PIXELS).convert("L")):
        content = file_of(image, "JPEG")
        expected = np.asarray(Image.open(io.BytesIO(content)).convert("RGB"))
        assert np.array_equal(read(content, "jpeg"), expected)


def test_grey_palettes_and_opaque_pictures_have_their_colours() -> None:
    """Whatever the form in which a file has them."""
    image = Image.fromarray(PIXELS)
    few = image.quantize(16)
    assert np.array_equal(read(file_of(few)), np.asarray(few.convert("RGB")))
    assert np.array_equal(read(file_of(image.convert("RGBA"))), PIXELS)
    grey = np.asarray(image.convert("L"))
    assert np.array_equal(read(file_of(image.convert("L"))), np.repeat(grey[:, :, None], 3, 2))
    assert np.array_equal(read(file_of(image.convert("L")), kind=GREY), grey)
    two = image.convert("1")
    assert np.array_equal(read(file_of(two), kind=GREY), 255 * np.asarray(two))


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_photograph_is_upright(orientation: int) -> None:
    """A camera that was turned says so in the file; the row is what a person sees."""
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    upright = Image.fromarray(PIXELS)
    undo = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    taken = upright.transpose(undo[orientation]) if orientation in undo else upright
    assert np.array_equal(read(file_of(taken, exif=exif)), PIXELS)
    if orientation < 5:
        return
    lying = Image.fromarray(PIXELS.swapaxes(0, 1))
    assert "8 × 6 pixels" not in refused(file_of(lying)) and "6 × 8" in refused(file_of(lying))


def test_a_bomb_is_refused_by_its_head() -> None:
    """A file of a few bytes that claims a billion pixels costs no memory."""

    def chunk(name: bytes, content: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(name + content))
        return struct.pack(">I", len(content)) + name + content + check

    head = struct.pack(">IIBBBBB", 30_000, 30_000, 8, 2, 0, 0, 0)
    data = chunk(b"IDAT", zlib.compress(bytes(1_000_000)))
    bomb = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + data + chunk(b"IEND", b"")
    tracemalloc.start()
    message = refused(bomb)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    expected = "got a picture of 30000 × 30000 pixels, expected a width of 8 and a height of 6"
    assert message == f"instances[0].png: {expected}"
    assert most < 1_000_000


def test_a_text_in_a_png_that_unpacks_to_megabytes_is_refused() -> None:
    """Pillow stops where it would."""
    notes = PngImagePlugin.PngInfo()
    notes.add_text("about", "x" * 30_000_000, zip=True)
    assert "cannot be read" in refused(file_of(Image.fromarray(PIXELS), pnginfo=notes))


def test_a_jpeg_of_thousands_of_scans_is_refused() -> None:
    """Each would take the time of the whole picture, and a scan may be a few bytes."""
    photograph = file_of(Image.fromarray(PIXELS), "JPEG", progressive=True)
    assert 1 < photograph.count(SCAN) <= MOST_SCANS
    assert read(photograph, "jpeg").shape == PIXELS.shape
    said = refused(photograph + SCAN * MOST_SCANS, "jpeg")
    assert said.endswith("got a file of many scans, expected at most 100")


@pytest.mark.parametrize("form", ["png", "jpeg"])
def test_a_file_that_is_cut_is_refused(form: str) -> None:
    """Its pixels would be grey from there on."""
    large = ImageInput(shape=(32, 32, 3), low=0, high=255)
    pixels = np.random.default_rng(1).integers(0, 256, (32, 32, 3), np.uint8)
    content = file_of(Image.fromarray(pixels), form.upper())
    for end in (0, 10, len(content) // 2, len(content) - 30):
        message = refused(content[:end], form, large)
        assert message.startswith(f"instances[0].{form}: got a file that cannot be read (")
        assert message.endswith(f"), expected a whole {form.upper()} file")


def test_what_would_have_to_be_guessed_is_refused() -> None:
    """Another size, transparency, colours for a grey model, inks, and more than 8 bits."""
    image = Image.fromarray(PIXELS)
    assert "got a picture of 16 × 12 pixels" in refused(file_of(image.resize((16, 12))))
    clear = image.convert("RGBA")
    clear.putpixel((0, 0), (1, 2, 3, 254))
    assert "got a transparent picture, expected an opaque one" in refused(file_of(clear))
    assert "got a picture with colours, expected one in grey" in refused(file_of(image), kind=GREY)
    assert "mode CMYK" in refused(file_of(image.convert("CMYK"), "JPEG"), "jpeg")
    assert "mode I;16" in refused(file_of(Image.fromarray(PIXELS[..., 0].astype(np.uint16))))


def test_what_is_no_such_file_is_refused() -> None:
    """Another format, no base64, two files, none, and one that is too large."""
    image = Image.fromarray(PIXELS)
    assert "cannot be read" in refused(file_of(image, "GIF"))
    assert "cannot be read" in refused(file_of(image, "JPEG"))
    assert refusal({"png": "é"}) == "instances[0].png: got 'é', expected a PNG file in base64"
    assert refusal({"jpeg": 7}).endswith("got 7, expected a JPEG file in base64")
    wanted = "expected an object with 'png' or 'jpeg', and nothing else"
    assert refusal({}).endswith(wanted) and refusal({"gif": ""}).endswith(wanted)
    assert refusal({"png": "", "jpeg": ""}).endswith(wanted)
    most = most_bytes(COLOUR.shape)
    assert refused(bytes(most + 1)).endswith(f"got {most + 1} bytes, expected at most {most} bytes")


def test_a_model_of_other_pixels_takes_no_file() -> None:
    """A file's pixels are from 0 to 255, and grey or of three colours."""
    file = {"png": base64.b64encode(file_of(Image.fromarray(PIXELS))).decode()}
    for kind in (ImageInput(shape=(6, 8, 3)), ImageInput(shape=(6, 8, 2), low=0, high=255)):
        assert "expected a list of 6 lists" in refusal(file, kind)
