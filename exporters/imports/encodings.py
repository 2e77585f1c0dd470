"""Opening text that other systems wrote: which encoding, and what makes a file unreadable."""

import codecs
import os
import re
from pathlib import Path
from zipfile import BadZipFile, ZipFile

from store.disk.files import may_quote, open_input, open_text, refused
from validators.problems import Problem

_CHUNK = 1 << 20
# Letters and marks as UTF-8 writes them, which as Windows-1252 would be Ã©, â€™ or Åµ: nobody writes those.
_IN_UTF8 = re.compile(rb"[\xc2\xc3][\x80-\xbf]|\xc5[\xb4-\xb8]|\xe2\x80[\x90-\xba]|\xef\xbb\xbf")
_NEITHER = "{path} is neither UTF-8 nor Windows-1252 text: save it as CSV in UTF-8 and try again."
_UTF16 = {codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
_LONGEST_TAG = 512

# How files begin that are no text, what they are, and what to do.
_EXPORT = "export the table itself as CSV"
_SHEET = "is a spreadsheet's workbook", "save the sheet as CSV and take that"
_KINDS = (
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", *_SHEET),
    (b"\x1f\x8b", "is compressed (gzip)", "unpack it first"),
    (b"%PDF-", "is a PDF document", _EXPORT),
    (b"{\\rtf", "is a text document (RTF)", _EXPORT),
)


def encoding_of(path: Path) -> str:
    """`utf-8-sig` for UTF-8 with or without a byte-order mark, `utf-16` for that with its mark, else `cp1252`.

    Raises Problem for a file that cannot be opened, is one of ours, is empty, is no text, or is in no such encoding, or
    in two of them.
    """
    utf8 = codecs.getincrementaldecoder("utf-8")()
    legacy = codecs.getincrementaldecoder("cp1252")()
    line, is_utf8, is_legacy, first = 1, True, True, True
    try:
        if path.exists() and not path.is_file() and not path.is_dir():
            raise Problem(f"{path} is a pipe or a device, which can be read only once: save it as a file first.")
        with open_input(path) as file:
            while chunk := file.read(_CHUNK):
                if first:
                    if chunk[:2] in _UTF16:
                        return _utf16(path)
                    refuse_kind(path, chunk)
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
        _refuse_both(path)
        return "cp1252"
    raise Problem(_NEITHER.format(path=path))


def decoded(data: bytes, path: Path) -> str:
    """The text of a small file that was read. Raises Problem as `encoding_of` does for what is no text in one encoding
    that is known."""
    try:
        return data.decode(_UTF16.get(data[:2], "utf-8-sig"))
    except UnicodeDecodeError:
        _refuse_piece_of_both(path, data, 1)
    try:
        return data.decode("cp1252")
    except UnicodeDecodeError:
        raise Problem(_NEITHER.format(path=path)) from None


def _refuse_both(path: Path) -> None:
    """Raise Problem for a file that is not UTF-8 and has letters written in it: parts of two were put together."""
    line, end = 1, b""
    try:
        with open_input(path) as file:
            while chunk := file.read(_CHUNK):
                piece = end + chunk
                _refuse_piece_of_both(path, piece, line)
                line, end = line + piece.count(b"\n", 0, len(piece) - 2), piece[-2:]
    except OSError as error:
        raise refused(error, path, "read") from None


def _refuse_piece_of_both(path: Path, piece: bytes, line: int) -> None:
    if found := _IN_UTF8.search(piece):
        line += piece.count(b"\n", 0, found.start())
        raise Problem(
            f"{path} is in two encodings: near line {line} it is UTF-8, elsewhere Windows-1252; export its parts again "
            "in UTF-8."
        )


def refuse_unquoted(path: Path) -> None:
    """Raise Problem for a file of which every line may be shown, where the person may not read it himself."""
    if path.exists() and not may_quote(path):
        raise Problem(f"{path} is another's, and what is in it would be shown: take a copy that you may read.")


def refuse_kind(path: Path, start: bytes) -> None:
    """Raise Problem for a file that begins as one of another kind than text does."""
    for begins, what, do in _KINDS:
        if start.startswith(begins):
            raise Problem(f"{path} {what}: {do}.")
    if start.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        what, do = _packed(path)
        raise Problem(f"{path} {what}: {do}.")
    lowered = start.removeprefix(codecs.BOM_UTF8).lstrip()[:_LONGEST_TAG].lower()
    if lowered.startswith((b"<!doctype html", b"<html", b"<table")) or (lowered[:1] == b"<" and b"<html" in lowered):
        raise Problem(f"{path} is a web page (HTML), perhaps one that asks to sign in: {_EXPORT}.")
    halves = start[:_LONGEST_TAG]
    if len(halves) > 3 and not (halves[0::2].replace(b"\0", b"") and halves[1::2].replace(b"\0", b"")) and 0 in halves:
        raise Problem(f"{path} is in UTF-16 without its mark: save it as CSV in UTF-8 and try again.")


def _packed(path: Path) -> tuple[str, str]:
    """What a packed file is, and what to do."""
    try:
        with open_input(path) as file, ZipFile(file) as packed:
            names = set(packed.namelist())
    except (OSError, BadZipFile, Problem):
        names = set()
    if names & {"xl/workbook.xml", "xl/workbook.bin", "content.xml"}:
        return _SHEET
    if "word/document.xml" in names:
        return "is a word processor's document", "save it as PDF or as a web page, a table of it as CSV"
    return "is a zip archive", "unpack it first"


def _utf16(path: Path) -> str:
    try:
        with open_text(path, "utf-16", newline="") as text:
            while piece := text.read(_CHUNK):
                if "\0" in piece:
                    raise Problem(f"{path} has a NUL character, so it is not a text file: export it again.")
    except UnicodeError:
        raise Problem(f"{path} begins as UTF-16 and is none: save it as CSV in UTF-8 and try again.") from None
    return "utf-16"


def ends_with_control_z(path: Path, encoding: str) -> bool:
    """Whether a text ends with the mark that old programs put there. Raises Problem when it cannot be read."""
    try:
        with open_input(path) as file:
            file.seek(0, os.SEEK_END)
            file.seek(max(0, file.tell() - 4))
            end = file.read(4)
    except OSError as error:
        raise refused(error, path, "read") from None
    return b"\x1a" in (end.replace(b"\0", b"") if encoding == "utf-16" else end)[-1:]


def _decodes(decoder: codecs.IncrementalDecoder, chunk: bytes, *, final: bool = False) -> bool:
    try:
        decoder.decode(chunk, final)
    except UnicodeDecodeError:
        return False
    return True
