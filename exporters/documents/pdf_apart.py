"""Reading a PDF in a process of its own, whose memory and time are bounded.

A small file may unpack to more than any memory holds, or draw more than anybody can wait for; neither can be told
before it is read. What the process finds comes back as lines of JSON: pages as they are begun, at the end what stands
on them.
"""

import contextlib
import json
import resource
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from importlib.util import find_spec
from io import BufferedReader, FileIO
from pathlib import Path
from typing import Any

from exporters.documents import pdf_pages
from exporters.documents.document import Block, DocumentTable, Paragraph, Progress, Row
from store.disk.files import open_input
from validators.problems import Problem

MEMORY = 1 << 30
"""Bytes: some four times what the largest published document takes."""
PAGE_SECONDS = 30
"""Of the processor's time for one page, as well as for finding the pages: a full page of a table takes one."""


def read_apart(path: Path, progress: Progress) -> tuple[int, str, list[Block]]:
    """The pages of a PDF: how many, the title it bears, and what stands on them.

    Raises Problem, in one sentence, for whatever `pdf_pages.read_pages` does, and for one that takes more memory or
    time than a document may. Raises OSError where it cannot be opened.
    """
    if find_spec("pdfplumber") is None:
        raise Problem(
            f"{path} is a PDF and pdfplumber is not installed: pip install 'keywork[documents]', then try again."
        )
    bounds = map(str, (path, pdf_pages.MOST_PAGES, MEMORY, PAGE_SECONDS))
    own = f"import sys; sys.path[:] = {sys.path!r}; from exporters.documents import pdf_apart; pdf_apart.answer()"
    begun, told = "", dict[str, Any]()
    with open_input(path) as file:
        # The program's own interpreter and its own lines; what is given are a path and numbers.
        child = subprocess.Popen(  # noqa: S603
            [sys.executable, "-I", "-c", own, *bounds], stdin=file, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
    try:
        assert child.stdout is not None
        for line in child.stdout:
            with contextlib.suppress(ValueError):  # half a line of one that was ended
                told = json.loads(line)
            if "page" in told:
                begun = f"page {told['page']}"
                progress(f"{path.name}: page {told['page']} of {told['of']}")
        code = child.wait()
    finally:
        child.kill()
        child.wait()
        assert child.stdout is not None
        child.stdout.close()
    if "blocks" in told:
        return int(told["pages"]), str(told["title"]), [_block(one) for one in told["blocks"]]
    if "problem" in told:
        raise Problem(str(told["problem"]))
    what = f"on {begun}" if begun else "to find its pages"
    if code in (-signal.SIGXCPU, -signal.SIGKILL):
        raise Problem(f"{path} takes too long {what}: take out the pages with the tables, and name those.")
    raise Problem(f"{path} takes more memory {what} than a document may: take out the pages with the tables.")


def answer() -> None:
    """What the process of its own does: read the PDF on standard input, and tell on standard output what it holds."""
    path, most, memory, seconds = Path(sys.argv[1]), *map(int, sys.argv[2:])
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))

    def tell(told: Mapping[str, object]) -> None:
        print(json.dumps(told), flush=True)

    def begin(page: int, of: int) -> None:
        _allow(seconds)
        if page:
            tell({"page": page, "of": of})

    begin(0, 0)
    try:
        pages, title, blocks = pdf_pages.read_pages(BufferedReader(FileIO(0)), path, begin, most)
    except Problem as problem:
        tell({"problem": str(problem)})
        return
    tell({"pages": pages, "title": title, "blocks": list(_told(blocks))})


def _allow(seconds: int) -> None:
    """So much of the processor's time from now on."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    wanted = int(used.ru_utime + used.ru_stime) + seconds
    resource.setrlimit(resource.RLIMIT_CPU, (wanted if hard == resource.RLIM_INFINITY else min(wanted, hard), hard))


def _told(blocks: list[Block]) -> Iterator[dict[str, Any]]:
    return (asdict(block) for block in blocks)


def _block(told: dict[str, Any]) -> Block:
    if "rows" not in told:
        return Paragraph(**told)
    rows = tuple(Row(tuple(row["cells"]), row["page"], row["merged"]) for row in told["rows"])
    return DocumentTable(rows, told["page"], told["caption"])
