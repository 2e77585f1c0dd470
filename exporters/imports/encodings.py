"""Opening text that other systems wrote: which encoding, and what makes a file unreadable."""

import codecs
from pathlib import Path

from store.disk.files import refused
from validators.problems import Problem

_CHUNK = 1 << 20


def encoding_of(path: Path) -> str:
    """`utf-8-sig` for UTF-8 with or without a byte-order mark, else `cp1252`.

    Raises Problem for a file that cannot be opened, is empty, holds a NUL byte, or is in neither encoding.
    """
    utf8 = codecs.getincrementaldecoder("utf-8")()
    legacy = codecs.getincrementaldecoder("cp1252")()
    line, is_utf8, is_legacy, first = 1, True, True, True
    try:
        if path.exists() and not path.is_file() and not path.is_dir():
            raise Problem(f"{path} is a pipe or a device, which can be read only once: save it as a file first.")
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                if first and chunk.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
                    raise Problem(f"{path} is in UTF-16: save it as CSV in UTF-8 and try again.")
                first = False
                if (nul := chunk.find(0)) >= 0:
                    line += chunk.count(b"\n", 0, nul)
                    raise Problem(f"{path} has a NUL byte in line {line}, so it is not a text file: export it again.")
                line += chunk.count(b"\n")
                is_utf8 = is_utf8 and _decodes(utf8, chunk)
                is_legacy = is_legacy and (chunk.isascii() or _decodes(legacy, chunk))
            is_utf8 = is_utf8 and _decodes(utf8, b"", final=True)
    except OSError as error:
        raise refused(error, path, "read") from None
    if first:
        raise Problem(f"{path} is empty: export it again, or name another file.")
    if is_utf8:
        return "utf-8-sig"
    if is_legacy:
        return "cp1252"
    raise Problem(f"{path} is neither UTF-8 nor Windows-1252 text: save it as CSV in UTF-8 and try again.")


def _decodes(decoder: codecs.IncrementalDecoder, chunk: bytes, *, final: bool = False) -> bool:
    try:
        decoder.decode(chunk, final)
    except UnicodeDecodeError:
        return False
    return True
