"""Documents that are no PDF, and what cannot be read: one sentence, and nothing half written."""

import sys
import zlib
from pathlib import Path
from zipfile import ZipFile

import pytest
from fpdf import FPDF

from exporters.documents import pdf_apart, pdf_pages
from exporters.documents.draft import DraftEdition
from exporters.documents.making import draft
from exporters.documents.reading import read_text
from tests.commands.running import call
from tests.exporters.documents.papers import Paper, definitions, reference
from validators.problems import Problem
from validators.standard.catalogue import SHIPPED, load


def read(*paths: Path, wanted: str = "ndtms-q") -> DraftEdition:
    return draft(paths, "", wanted, lambda told: None)


FIELDS = """Col No,Field description,CSV file header,Layout,Additional rules,Data sets
1,Identifier of the client,CLIENTID,C(36),1; 2,"AD, YP"
2,Sex as recorded at birth,SEX,N(1),1; 4,"AD, (YP)"
3,Does the client consent?,CONSENT,A(1),1; 4,"AD, YP"
"""


def table(folder: Path, text: str, name: str = "fields.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


PAGE = """<!DOCTYPE html><html><head><title>Core data set Q</title></head><body>
<nav><p>Menu (SEX)</p></nav><h2>Items</h2>
<table><caption>Table 3: 1. Client details</caption>
<tr><th>No</th><th>Description</th><th>CSV header</th><th>Layout</th><th>Rules</th><th>Data sets</th></tr>
<tr><td>1</td><td>Identifier<sup>1</sup></td><td><code>CLIENTID</code></td><td>C(36)</td>
<td>1; 6<sup>2</sup></td><td>AD, (SA)</td></tr>
<tr><td>2</td><td>Sex</td><td>SEX</td><td><s>N(2)</s> N(1)</td><td>4</td><td>AD</td></tr>
<tr><td>3</td><td colspan="5">Withdrawn</td></tr>
<tr><td>4</td><td>Consent</td><td>CONSENT</td><td>A(1)</td><td>1</td><td>AD, SA</td></tr></table>
<h2>Rules</h2><table><tr><th>Rule no</th><th>Description</th></tr>
<tr><td>1</td><td><p>A value neither begins nor ends with a blank.</p></td></tr>
<tr><td>4</td><td>Has to be one of the codes that the reference data give for the item.</td></tr></table>
<h3>Sex (SEX)</h3><table><tr><th>Code</th><th>Text</th></tr><tr><td>1</td><td rowspan="²">Male</td></tr></table>
<table><caption>Table 4: 2. Saved before it was whole</caption></table><table></table>
</body></html>"""


def test_a_web_page_is_read_without_its_menus_and_marks(tmp_path: Path) -> None:
    made = read(table(tmp_path, PAGE, "page.html"))
    told = [(row["header"], row["description"], row["layout"], row["data_sets"]) for row in made.fields]
    assert told == [
        ("CLIENTID", "Identifier", "C(36)", "AD (SA)"),
        ("SEX", "Sex", "N(1)", "AD"),
        ("CONSENT", "Consent", "A(1)", ""),
    ]
    assert made.gathered.fields[0].rules == ("1", "6") and made.fields[0]["section"] == "client"
    assert [row["label"] for row in made.codes["sex"]] == ["Male"]
    assert next(line.key for line in made.lines if line.standing == "nothing") == "row 3 p. 1"


def test_tables_between_bars_are_read_from_plain_text(tmp_path: Path) -> None:
    text = (
        "Core data set Q\n\n# 1. Client\n\n| No | Item | Header | Format | Rules |\n|---|:--|---|---|---|\n"
        "| 1 | Identifier | CLIENTID | C(36) | 1 |\n| 2 | <p>Consent</p> | CONSENT | A(1) | 1 |\n\n"
        "| Rule no | Description |\n|---|---|\n| 1 | A value neither begins nor ends with a blank. |\n\n"
        "| | |\n|---|---|\n| 9 | Goes on here |\n"
    )
    made = read(table(tmp_path, text, "definitions.txt"))
    assert [row["header"] for row in made.fields] == ["CLIENTID", "CONSENT"]
    assert [rule.number for rule in made.gathered.rules] == ["1", "9"]
    assert len(list(read_text(text))) == 5


def test_fields_and_codes_are_read_from_csv(tmp_path: Path) -> None:
    codes = "Field,Code,Text,Notes\nSEX,1,Male,\nSEX,2,Female,\nCONSENT,Y,Yes,\nCONSENT,N,No,\n"
    made = read(table(tmp_path, FIELDS), table(tmp_path, codes, "codes.csv"))
    assert [(row["header"], row["data_sets"]) for row in made.fields] == [
        ("CLIENTID", ""),
        ("SEX", "AD (YP)"),
        ("CONSENT", ""),
    ]
    assert {name: [row["code"] for row in rows] for name, rows in made.codes.items()} == {
        "sex": ["1", "2"],
        "consent": ["Y", "N"],
    }
    assert next(line.page for line in made.lines if line.key == "sex/2") == "3"  # the line of the file


def test_a_long_description_becomes_a_label_that_says_so_and_tells_its_likes_apart(tmp_path: Path) -> None:
    more = (
        "4,What the children of the client are given as help (second),HELP2,N(1),1,AD",
        "5,What the children of the client are given as help (third),HELP3,N(1),1,AD",
        '6,"Number of the client, where the client agrees to its being sent",NUMB,N(9),1,AD',
    )
    made = read(table(tmp_path, FIELDS + "\n".join(more) + "\n"))
    assert [row["label"] for row in made.fields[3:]] == [
        "What the children of the client … (second)",
        "What the children of the client are … (third)",
        "Number of the client",
    ]


def test_odd_codes_are_named_and_not_taken(tmp_path: Path) -> None:
    """Blank and double codes, marks, formulas, semicolons and quotes, ten thousand of them."""
    many = "".join(f'A{number:05},"Area; {number}, the ""old"" one"\n' for number in range(10_000))
    text = f"Code,Text\n{many},nobody knows\nA00001,again\n=1+1,sum\n@x,mark\n"
    made = read(table(tmp_path, FIELDS), table(tmp_path, text, "SEX.csv"))
    assert len(made.codes["sex"]) == 10_000
    assert made.codes["sex"][7]["label"] == 'Area; 7, the "old" one'
    asked = [line.key for line in made.lines if line.kind == "code" and line.question]
    assert asked == ["sex/A00001", "sex/=1+1", "sex/@x"]
    assert made.codes["sex"][-1]["label"].endswith("nobody knows")  # a line without a code goes on with the one before


def test_the_shipped_frame_is_not_taken_for_the_documents(tmp_path: Path) -> None:
    """What no document says comes from the base and says so."""
    made = read(table(tmp_path, FIELDS))
    lists = [line for line in made.lines if line.kind == "list"]
    assert {line.standing for line in lists} <= {"base", "missing"}
    assert made.base.standard.id in ("ndtms-cjit-p", "ndtms-r")


# What cannot be read.


def scan(folder: Path) -> Path:
    pdf = FPDF()
    pdf.add_page()
    pdf.rect(20, 20, 100, 100, style="F")
    pdf.output(str(folder / "scan.pdf"))
    return folder / "scan.pdf"


def encrypted(folder: Path) -> Path:
    pdf = FPDF()
    pdf.set_encryption(owner_password="o", user_password="u")
    pdf.add_page()
    pdf.set_font("helvetica", size=9)
    pdf.text(20, 20, "Secret")
    pdf.output(str(folder / "encrypted.pdf"))
    return folder / "encrypted.pdf"


def broken(folder: Path) -> Path:
    whole = reference(folder).read_bytes()
    (folder / "broken.pdf").write_bytes(whole[: len(whole) // 3])
    return folder / "broken.pdf"


def other(folder: Path) -> Path:
    paper = Paper("Annual report")
    paper.say("This is about something else. (NHS)")
    paper.table((40, 40), (("Year", "Clients"), ("2020", "300")))
    return paper.save(folder / "other.pdf")


def workbook(folder: Path) -> Path:
    with ZipFile(folder / "book.xlsx", "w") as packed:
        packed.writestr("xl/workbook.xml", "<workbook/>")
    return folder / "book.xlsx"


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (scan, "holds no text, as a scan does"),
        (encrypted, "is encrypted: save it without a password"),
        (broken, "is broken and cannot be read as a PDF"),
        (other, "holds no table of fields, rules or codes"),
        (workbook, "is a spreadsheet's workbook"),
        (lambda folder: table(folder, "", "empty.txt"), "is empty"),
        (lambda folder: folder / "gone.pdf", "could not be read (no such file or directory)"),
        (lambda folder: table(folder, "just words", "words.txt"), "holds no table of fields, rules or codes"),
        (lambda folder: table(folder, 'a,"b\n', "quote.csv"), "cannot be read as CSV"),
    ],
    ids=lambda value: getattr(value, "__name__", "") if callable(value) else None,
)
def test_what_cannot_be_read_is_told_in_one_sentence_and_nothing_is_written(
    make: object, sentence: str, tmp_path: Path
) -> None:
    assert callable(make)
    out = tmp_path / "drafts" / "draft"
    out.parent.mkdir()
    told = call("standards", "draft", make(tmp_path), "--out", out).sentence
    assert sentence in told, told
    assert list(out.parent.iterdir()) == []


def test_too_many_pages_are_refused_before_they_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf_pages, "MOST_PAGES", 1)
    with pytest.raises(Problem, match="has 3 pages: take out those with the tables, 1 at most"):
        read(reference(tmp_path))


def by_hand(path: Path, content: bytes, *forms: bytes) -> Path:
    """A PDF of one page, whose content is packed already; `forms` are what it draws by name, each the one before."""
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R/Resources<</XObject<</X 5 0 R>>>>>>",
        b"<</Length %d/Filter/FlateDecode>>stream\n" % len(content) + content + b"\nendstream",
    ]
    for number, form in enumerate(forms, 6):
        head = b"<</Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</X %d 0 R>>>>/Length %d>>stream\n"
        objects.append(head % (number, len(form)) + form + b"\nendstream")
    numbered = enumerate(objects, 1)
    body = b"".join(b"%d 0 obj\n%s\nendobj\n" % (number, one) for number, one in numbered)
    path.write_bytes(b"%PDF-1.5\n" + body + b"trailer<</Size 9/Root 1 0 R>>\n%%EOF")
    return path


def test_what_grows_without_end_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A small file that unpacks to gigabytes, and one that draws for ever: neither takes this program with it."""
    monkeypatch.setattr(pdf_apart, "MEMORY", 1 << 28)
    monkeypatch.setattr(pdf_apart, "PAGE_SECONDS", 1)
    packed = zlib.compressobj(9)
    bomb = b"".join(packed.compress(bytes(1 << 20)) for _ in range(300)) + packed.flush()
    with pytest.raises(Problem, match=r"broken and cannot be read as a PDF|takes more memory"):
        read(by_hand(tmp_path / "bomb.pdf", bomb))
    forms = [b"/X Do /X Do /X Do"] * 30 + [b"BT ET"]
    with pytest.raises(Problem, match=r"laughs\.pdf takes too long on page 1"):
        read(by_hand(tmp_path / "laughs.pdf", zlib.compress(b"/X Do"), *forms))


def test_without_pdfplumber_one_sentence_says_how_to_install_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = other(tmp_path)
    monkeypatch.setitem(sys.modules, "pdfplumber", None)
    with pytest.raises(Problem, match=r"pip install 'keywork\[documents\]'"):
        read(path)
    assert read(table(tmp_path, FIELDS)).headers == ["CLIENTID", "SEX", "CONSENT"]  # nothing else needs it


def test_lists_alone_make_no_edition(tmp_path: Path) -> None:
    with pytest.raises(Problem, match="no table of fields, so that no edition can be made"):
        read(reference(tmp_path))


# The command.


def test_a_draft_by_command_can_be_checked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    load.cache_clear()
    out = tmp_path / "draft"
    done = call("standards", "draft", definitions(tmp_path), reference(tmp_path), "--out", out)
    assert done.code == 0 and done.out.startswith(
        "ndtms-q: NDTMS data set Q\n\nRead:\n  tech: definitions.pdf, 3 pages"
    )
    assert done.err == f"The draft is in {out}: look through it, then keywork standards check {out}\n"
    again = call("standards", "draft", definitions(tmp_path), "--out", out)
    assert "is not empty: name another folder with --out" in again.sentence
    assert "It can be installed." in call("standards", "check", out).out
    wrong = call("standards", "draft", definitions(tmp_path), "--out", tmp_path / "b", "--id", "No Id")
    assert "cannot be an id" in wrong.sentence
    unknown = call("standards", "draft", definitions(tmp_path), "--out", tmp_path / "b", "--like", "ndtms-x")
    assert "There is no standard 'ndtms-x'" in unknown.sentence
    load.cache_clear()


def test_no_sentence_of_a_published_document_is_shipped() -> None:
    """The shipped wordings are hashes, sorted: enough to know a sentence, not to read it."""
    text = (SHIPPED / "ndtms_cjit_p" / "wordings.csv").read_text(encoding="utf-8")
    for row in text.splitlines()[1:]:
        _, words, exact = row.split(",")
        assert all(len(word) == 8 and int(word, 16) >= 0 for word in (*words.split(), *exact.split()))
        assert words.split() == sorted(words.split())
