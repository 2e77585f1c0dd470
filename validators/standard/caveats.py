"""What is to be said of an edition wherever it is named: what nobody vouches for, what was read and not looked at."""

from collections.abc import Iterator

from validators.standard.model import Standard
from validators.standard.terminology import counted


def bring_first(standard: Standard) -> str:
    """Which documents a site has to bring before a return can be ready; empty where it is more than a frame."""
    if not standard.whole.unverified:
        return ""
    documents = "; ".join(standard.whole.bring)
    what = f"bring {documents}" if documents else "install the owner's own edition"
    return f"edition {standard.edition} is an unverified frame, of which no return is ready: {what}"


def rules_with(standard: Standard, status: str) -> tuple[str, ...]:
    """The rules that are `proposed`, or `not_checked`."""
    return tuple(rule.id for rule in standard.rules if rule.status == status)


def caveats(standard: Standard) -> Iterator[str]:
    """What is unverified, not known, proposed or not checked, each as a piece of a sentence."""
    if told := bring_first(standard):
        yield told
    if sections := standard.whole.unknown_sections:
        yield f"no field is known of: {', '.join(sections)}"
    if not standard.whole.unverified and (fields := [one.header for one in standard.fields if one.status]):
        yield f"{counted(len(fields), 'field')} unverified: {_few(fields)}"
    if standard.kept_back:
        yield f"never sent, because the edition does not say with which consent: {_few(standard.kept_back)}"
    if proposed := rules_with(standard, "proposed"):
        yield f"{counted(len(proposed), 'rule')} proposed and not looked at: {_few(proposed)}"
    if unchecked := rules_with(standard, "not_checked"):
        yield f"{counted(len(unchecked), 'rule')} not checked: {_few(unchecked)}"
    if partly := [rule.id for rule in standard.rules if rule.unread]:
        yield f"{counted(len(partly), 'rule')} checked in part only: {_few(partly)}"


_NAMED = 12


def _few(names: list[str] | tuple[str, ...]) -> str:
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more
