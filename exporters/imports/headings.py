"""What an import says of a file's headings and rows before it takes anything: which columns are lost, which rows."""

from collections.abc import Collection
from difflib import SequenceMatcher

from exporters.formats.base import Incoming, Taking
from exporters.imports.report import ImportReport, LeftOut, printed
from store.disk.files import may_quote
from validators.problems import Problem
from validators.records import Finding, Severity
from validators.rules.messages import listed
from validators.standard.model import Standard

# Without these a row says something else: who it is about, whose it is, whether it may be sent.
_NEEDED = ("client_id", "given_initial", "family_initial", "birth_date", "sex", "consent", "opened")
_FEW = 3
_LIKE = 0.8
_ANYWAY = "say --any-columns to take the rest all the same"


def judge_heading(extract: Incoming, standard: Standard, report: ImportReport, taking: Taking) -> None:
    """Tell in the report what is wrong with a file's heading.

    Raises Problem for a column that is there twice, where there is none for the episode's identifier, and, unless the
    person says so, where columns would be lost: ones that rows cannot do without, more than a few, or one that is
    there under a name much like its own.
    """
    path, missing = extract.path, [header for header in standard.columns if header in extract.missing]
    # Columns without a heading are not one column twice.
    repeated = sorted({one for one in extract.headers if one.strip() and extract.headers.count(one) > 1})
    if repeated:
        twice = ", ".join(map(printed, repeated)) if may_quote(path) else f"{len(repeated)}"
        raise Problem(f"{path} has columns twice in its headings ({twice}): keep one of each.")
    if (identity := standard.role("episode_id")) in missing:
        raise Problem(f"{path} has no column {identity} in its headings, so its rows cannot be stored: add it.")
    if missing and not taking.any_columns:
        unknown = [header for header in extract.headers if header not in standard.columns]
        for header in missing:
            if alike := next((one for one in unknown if _is_like(one, header)), ""):
                told = f"headed '{_shown(alike)}'" if may_quote(path) else "headed much like it"
                raise Problem(f"{path} has no column {header}, and one {told}: mend the heading, or {_ANYWAY}.")
        needed = [header for role in _NEEDED if (header := standard.role(role)) in missing]
        if needed or len(missing) > _FEW:
            named = needed or missing[:_FEW]
            more = [f"{len(missing) - len(named)} more"] if len(missing) > len(named) else []
            raise Problem(f"{path} has no columns {listed([*named, *more])}: export it again with all, or {_ANYWAY}.")
    for finding in extract.about_file:
        _note(finding, report)


def judge_rows(extract: Incoming, report: ImportReport) -> None:
    """Tell what is known once the whole file was read: rows that make up no episode, headings in the middle."""
    noted = set(report.notes)
    for finding in extract.about_file:
        if finding.lines and finding.rule == "header" and not finding.fields and finding.severity is Severity.ERROR:
            report.left_out.append(LeftOut(finding.lines[0], finding.message))
            report.rows += 1
        elif not finding.lines:
            _note(finding, report, noted)
    report.rows += len(extract.bad_rows)
    report.left_out += [LeftOut(finding.lines[0], finding.message) for finding in extract.bad_rows]


def _shown(heading: str) -> str:
    return printed(heading.replace(" ", "\0")).replace("\\x00", "␣")


def _is_like(heading: str, header: str) -> bool:
    bare = "".join(sign for sign in heading.upper() if sign.isalnum())
    return bare == header or SequenceMatcher(None, bare, header).ratio() >= _LIKE


def _note(finding: Finding, report: ImportReport, noted: Collection[str] = ()) -> None:
    if finding.rule != "header" or finding.severity != Severity.ERROR:
        told = finding.message
    elif finding.fields:
        told = f"{finding.message.partition(':')[0]}: {', '.join(map(printed, finding.fields))}"
    else:
        return
    if told not in noted:
        report.notes.append(told)
