"""Which kind a document is, and reading it."""

import hashlib
from pathlib import Path

from exporters.documents.document import Document, Progress
from exporters.documents.other_pages import read_csv, read_html, read_text
from exporters.documents.pdf_pages import read_pages
from exporters.imports.encodings import encoding_of, refuse_kind
from store.disk.files import refuse_own, refused
from validators.problems import Problem

_LARGEST = 200 * 1024 * 1024
_START = 4096


def read_document(path: Path, progress: Progress) -> Document:
    """Read one document: PDF, web page, plain text or CSV, told by what is in it.

    Raises Problem, in one sentence, for a file that cannot be read.
    """
    if path.is_dir():
        raise Problem(f"{path} is a folder: name the documents in it.")
    try:
        refuse_own(path)
        if path.stat().st_size > _LARGEST:
            raise Problem(f"{path} is larger than {_LARGEST >> 20} MB: take out the pages with the tables.")
        with path.open("rb") as file:
            start = file.read(_START)
            file.seek(0)
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise refused(error, path, "read") from None
    if b"%PDF-" in start[:1024]:
        pages, title, blocks = read_pages(path, progress)
        return Document(path.name, title, "pdf", digest, pages, blocks)
    progress(path.name)
    if _is_page(start):
        title, blocks = read_html(path)
        return Document(path.name, title, "html", digest, 0, blocks)
    refuse_kind(path, start)
    encoding = encoding_of(path)
    if path.suffix.lower() == ".csv":
        return Document(path.name, path.stem, "csv", digest, 0, read_csv(path, encoding))
    text = path.read_text(encoding=encoding)
    return Document(path.name, path.stem, "text", digest, 0, read_text(text))


def _is_page(start: bytes) -> bool:
    lowered = start.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    return lowered.startswith((b"<!doctype html", b"<html")) or (lowered[:1] == b"<" and b"<html" in lowered)
