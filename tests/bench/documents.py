"""Reading an owner's documents: time beside that of pdfplumber extracting the same tables.

The document has as many fields and rules as the largest known ones; times are those of the processor, with that of
loading pdfplumber in both.
"""

import tempfile
from pathlib import Path

from tests.bench.measuring import median, python, tell
from tests.exporters.documents.papers import large

LIMIT = 2.0

USED = """
import resource, sys
def used():
    # The processor's time of this process and of those that it waited for: a PDF is read in one of its own.
    both = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return sum(one.ru_utime + one.ru_stime for one in both)
"""
OURS = f"""
from pathlib import Path
from exporters.documents.reading import read_document
{USED}
started = used()
document = read_document(Path(sys.argv[1]), lambda told: None)
print(used() - started, sum(len(table.rows) for table in document.tables))
"""
PLAIN = f"""
{USED}
started = used()
import pdfplumber
rows = 0
with pdfplumber.open(sys.argv[1]) as pdf:
    for page in pdf.pages:
        rows += sum(len(table) for table in page.extract_tables())
        page.close()
print(used() - started, rows)
"""


def run() -> bool:
    """Measure and tell; whether the limit is kept."""
    with tempfile.TemporaryDirectory() as folder:
        path = large(Path(folder))

        def seconds(program: str) -> float:
            return float(python("-c", program, str(path)).output.split()[0])

        rows = {
            name: python("-c", program, str(path)).output.split()[1] for name, program in (("o", OURS), ("p", PLAIN))
        }
        assert rows["o"] == rows["p"], rows
        ours, plain = median(lambda: seconds(OURS)), median(lambda: seconds(PLAIN))
    return tell("reading a document of 30 pages, beside extracting its tables", ours / plain, LIMIT)
