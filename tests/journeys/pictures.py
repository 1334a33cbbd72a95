"""Small PNG files of screenshots: text on paper needs no more than 256 colours."""

import base64
import struct
import zlib

import numpy as np
from playwright.sync_api import Page

MOST_COLOURS = 256
# A browser reads PNG best: it draws the picture and hands over its pixels, four bytes each.
_PIXELS = """async (picture) => {
  const image = new Image();
  image.src = 'data:image/png;base64,' + picture;
  await image.decode();
  const canvas = new OffscreenCanvas(image.width, image.height).getContext('2d');
  canvas.drawImage(image, 0, 0);
  const pixels = canvas.getImageData(0, 0, image.width, image.height).data;
  let text = '';
  for (let at = 0; at < pixels.length; at += 8192)
    text += String.fromCharCode(...pixels.subarray(at, at + 8192));
  return [image.width, image.height, btoa(text)];
}"""


def screenshot(page: Page) -> bytes:
    """What the page shows, as a PNG of at most 256 colours: the most frequent, others nearest."""
    taken = base64.b64encode(page.screenshot()).decode()
    blank = page.context.new_page()  # the board's own policy forbids such a picture
    width, height, pixels = blank.evaluate(_PIXELS, taken)
    rgb = np.frombuffer(base64.b64decode(pixels), np.uint8).reshape(-1, 4)[:, :3].astype(np.int32)
    colours, which, count = np.unique(rgb, axis=0, return_inverse=True, return_counts=True)
    palette = colours[np.argsort(-count, kind="stable")[:MOST_COLOURS]]
    distance = ((colours[:, None] - palette[None]) ** 2).sum(axis=2)
    picture = distance.argmin(axis=1)[which.reshape(-1)].astype(np.uint8).reshape(height, width)
    return _png(picture, palette.astype(np.uint8))


def _png(picture: np.ndarray, palette: np.ndarray) -> bytes:
    height, width = picture.shape
    rows = np.hstack([np.zeros((height, 1), np.uint8), picture]).tobytes()  # 0: not filtered
    header = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)  # 8 bits, colours by palette
    parts = [(b"IHDR", header), (b"PLTE", palette.tobytes()), (b"IDAT", zlib.compress(rows, 9))]
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*part) for part in [*parts, (b"IEND", b"")])


def _chunk(kind: bytes, content: bytes) -> bytes:
    checked = zlib.crc32(kind + content)
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", checked)
