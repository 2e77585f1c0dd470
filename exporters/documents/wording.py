"""Reading the sentences of rules: which family of checks a sentence is, for which fields, with which values.

A sentence is taken only when all of it is understood; one word more than a family has and it is left, to be told as not
checked. So nothing is guessed. Headers in a sentence are written between « and » while it is read.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from exporters.documents.dates_in_words import first_day
from exporters.documents.headings import KNOWN_SETS
from exporters.documents.named_fields import NamedFields
from exporters.documents.rules import ReadRule

H = "«([A-Z0-9_]+)»"
HS = "«[A-Z0-9_]+»(?:(?:, | and | or | & |, and |, or | and unlike | or unlike )«[A-Z0-9_]+»)*"
CODE = "[A-Z0-9]{1,4}"
CODES = rf"(?:'?{CODE}'?)(?:(?:, | or |, or )'?{CODE}'?)*"
FILLED = "(?:filled|given|answered|provided|present|populated|entered|completed|supplied|recorded|filled in)"
MUST = "(?:has to|have to|must|should|ought to|shall|needs to|need to)"
WHERE = "(?:where|if|when)"
CANNOT = "(?:cannot|can not|must not|may not|should not)"
THE_FIELD = "(?:(?:the |this )?(?:field|filed|item|value) )?"
VERSA = r"(?:and the other way round|\(?and vice versa\)?)"


@dataclass(slots=True)
class RuleCheck:
    """A row of rules.csv to be: a pattern on fields, with parameters."""

    pattern: str
    fields: tuple[str, ...]
    parameters: dict[str, str] = field(default_factory=dict)
    severity: str = "error"
    sets: tuple[str, ...] = ()


@dataclass(slots=True)
class Understood:
    """What was made of a rule: checks, the sentences that were not understood, or that nothing is asked."""

    checks: list[RuleCheck]
    unread: list[str]
    nothing: bool = False


@dataclass(slots=True)
class Phrase:
    """A sentence being read: its words, the fields that carry the rule, the fields there are."""

    text: str
    carriers: tuple[str, ...]
    names: NamedFields

    @property
    def low(self) -> str:
        """The words in small letters; headers stay as they are."""
        return re.sub(r"«[^»]*»|[^«]+", lambda m: m[0] if m[0][0] == "«" else m[0].lower(), self.text)


Family = Callable[[Phrase], list[RuleCheck] | None]


def understand(rule: ReadRule, carriers: Sequence[str], names: NamedFields) -> Understood:
    """Read a rule that these fields carry."""
    checks: list[RuleCheck] = []
    unread: list[str] = []
    sentences = _sentences(rule.lines)
    if any(
        re.search(r"^\W*(?:not used|no longer used|withdrawn|spare)\W*$|\bno check is made\b", s.lower())
        for s in sentences
    ):
        return Understood([], [], nothing=True)
    for text in sentences:
        bare, sets = _of_sets(text)
        sentence = Phrase(_marked(bare, names), tuple(carriers), names)
        found = _read(sentence)
        if found is None:
            if checks and _explains(sentence, checks):
                continue
            unread.append(text)
            continue
        for check in found:
            check.sets = sets
        checks += found
    good = [check for check in checks if _possible(check, names)]
    if len(good) < len(checks):
        unread = [rule.wording]
        good = []
    return Understood(good, unread)


def _read(sentence: Phrase) -> list[RuleCheck] | None:
    for family in _FAMILIES:
        found = family(sentence)
        if found:
            return found
    return None


def _possible(check: RuleCheck, names: NamedFields) -> bool:
    """Whether the fields of a check can be compared at all."""
    if check.fields[:1] == ("@required",):
        return True
    if not {"when", "other"} & check.parameters.keys():
        return bool(check.fields) and all(item in names.by_header for item in check.fields)
    headers = [*check.fields, *re.findall(r"[A-Z][A-Z0-9_]+(?=[!=]|$)", check.parameters.get("when", ""))]
    headers += check.parameters.get("other", "").split()
    return (
        bool(check.fields)
        and all(item in names.by_header for item in check.fields)
        and names.together(item for item in headers if item in names.by_header)
    )


def _sentences(lines: Sequence[str]) -> list[str]:
    """The sentences of a rule. The items of a list belong to the sentence before them."""
    texts: list[str] = []
    for line in lines:
        if line.startswith("•") and texts:
            texts[-1] = f"{texts[-1].rstrip(':')} ¦ {line.strip('• ')}"
        else:
            texts.append(line)
    found: list[str] = []
    for text in texts:
        found += re.split(r"(?<=[a-z0-9)A-Z'’”])\.\s+(?=[A-Z(])", text)
    return [part.strip() for part in found if part.strip()]


def _of_sets(text: str) -> tuple[str, tuple[str, ...]]:
    """A sentence without the data sets to which it limits itself: `SA and SY: …`."""
    name = "(?:" + "|".join(KNOWN_SETS) + ")"
    match = re.match(rf"({name}(?:(?:, | and |, and | & ){name})*)(?: only)?:\s+(.+)", text, re.DOTALL)
    return (match[2], tuple(re.findall(name, match[1]))) if match else (text, ())


def _marked(text: str, names: NamedFields) -> str:
    """A sentence with headers marked, quotes and dashes of one kind, without the full stop."""
    plain = text.translate({ord("’"): "'", ord("‘"): "'", ord("“"): '"', ord("”"): '"', ord("–"): "-", ord("—"): "-"})
    plain = re.sub(r"\s*\((?:Extract criteri(?:a|on))\)", "", " ".join(plain.split())).rstrip(". ;")

    def mark(match: re.Match[str]) -> str:
        header = names.header(match[0])
        return f"«{header}»" if header else match[0]

    return re.sub(r"\b[A-Z][A-Z0-9_]{1,14}\b", mark, plain)


def _headers(text: str) -> list[str]:
    return re.findall(H, text)


def _listed(codes: str) -> list[str]:
    return re.findall(CODE, codes)


# The families. Each takes a sentence whole or gives None.


def _trimmed(s: Phrase) -> list[RuleCheck] | None:
    ends = re.search(
        r"leading (?:or|and|nor) trailing|neither begins? nor ends?|(?:not|no) (?:begin|start)\w* (?:or|nor|and) end",
        s.low,
    )
    if ends and re.search(r"\b(?:space|blank)s?\b", s.low) and len(s.low.split()) < 16:
        return [RuleCheck("trimmed", s.carriers)]
    return None


def _consent_required(s: Phrase) -> list[RuleCheck] | None:
    if not s.names.consent or re.search(r"\bnot\b|\bother than\b", s.low):
        return None
    match = re.fullmatch(
        rf"{THE_FIELD}(?:(?:is |are )?(?:mandatory|required)|{MUST} be {FILLED}(?: on every record)?) {WHERE} (.+)",
        s.low,
    )
    if match is None:
        return None
    condition = match[1]
    agrees = re.fullmatch(
        r"(?:the client (?:agrees|consents|has agreed|has consented|gives consent|has given consent)\b[a-z ]*"
        rf"(?:\(«{s.names.consent}» is y(?:es)?\))?|(?:«{s.names.consent}»|consent)(?: for ndtms)? is '?y(?:es)?'?)",
        condition,
    )
    return [RuleCheck("required", ("@required",), {"when": f"{s.names.consent}=@consented"})] if agrees else None


def _real_date(s: Phrase) -> list[RuleCheck] | None:
    pattern = (
        rf"(?:date )?{MUST} be a (?:valid|real|genuine) (?:date|day)\b[^«»]*"
        rf"|{MUST} be a (?:day|date) (?:that|which) exists\b[^«»]*"
    )
    fits = re.fullmatch(pattern, s.low) and not re.search(r"\b(?:before|after|earlier|later|future)\b", s.low)
    return [RuleCheck("real_date", s.carriers)] if fits else None


def _in_list(s: Phrase) -> list[RuleCheck] | None:
    pattern = (
        rf"(?:the value )?{MUST} be (?:as specified in|one of|in|from|taken from|among)\b"
        r"[^«»]*\b(?:reference data|code list|codes?)\b[^«»]*"
    )
    if re.fullmatch(pattern, s.low) and re.search("reference data|code list|permitted|permissible", s.low):
        return [RuleCheck("in_codes", s.carriers)]
    return None


def _in_section(s: Phrase) -> list[RuleCheck] | None:
    pattern = (
        rf"(?:the )?(?:item|field)?s? ?(?:is |are )?(?:mandatory|required|{MUST} be {FILLED}) "
        r"(?:if|when|where|as soon as|once) any(?: other)? (?:item|field)s? (?:in|of) (?:this|the|the same) section "
        rf"(?:is|are) (?:not null|not empty|{FILLED})"
    )
    if not re.fullmatch(pattern, s.low):
        return None
    found: dict[str, list[str]] = {}
    for header in s.carriers:
        if s.names.level(header) != "event":
            return None
        found.setdefault(s.names.by_header[header].section, []).append(header)
    return [RuleCheck("required", tuple(headers)) for headers in found.values()]


def _historic(s: Phrase) -> list[RuleCheck] | None:
    pattern = (
        rf"(?:the )?(?:date )?(?:{MUST} be historic|{CANNOT} (?:lie |be )?in the future|(?:is )?not in the future"
        r"|must not be after today)(?:\s*[:(].*)?"
    )
    return [RuleCheck("not_after_today", s.carriers)] if re.fullmatch(pattern, s.low) else None


def _pair(s: Phrase) -> list[RuleCheck] | None:
    for pattern in (
        rf"({H} and {H}) go together",
        rf"(?:either )?both ({H} and {H}) (?:are|must be|have to be) {FILLED},? or neither(?: of them)?(?: is)?",
        rf"({H} {MUST} (?:come with|be {FILLED} with) {H}),? {VERSA}",
        rf"({HS}): (?:all (?:two|three|four|five)|both|all) or (?:none|neither)",
        rf"({H} {MUST} be {FILLED} {WHERE} {H}) is {FILLED},? {VERSA}",
    ):
        if match := re.fullmatch(pattern, s.low):
            return [RuleCheck("both_or_neither", tuple(dict.fromkeys(_headers(match[1]))))]
    match = re.fullmatch(rf"(.+?) {MUST} be {FILLED} {WHERE} (.+?) is {FILLED},? {VERSA}", s.low)
    if match:
        both = tuple(s.names.meant(match[at], s.carriers, dates=False) for at in (1, 2))
        return [RuleCheck("both_or_neither", both)] if all(both) else None
    return None


def _differs(s: Phrase) -> list[RuleCheck] | None:
    match = re.fullmatch(
        rf"{WHERE} (?:filled|populated|given)[,:]? (?:{THE_FIELD}|it )"
        rf"(?:unlike|{MUST} (?:be other than|differ from|be different from)"
        rf"|{CANNOT} (?:contain|have|hold|repeat|be) the same(?: value)?(?: as| of)?)"
        rf" ({HS})(?P<rest>.*)",
        s.low,
    )
    if match is None:
        return None
    rest = match["rest"].strip(" ,;")
    others = tuple(dict.fromkeys(_headers(match[1])))
    again = len(_headers(match[1])) > len(others)
    told = "|".join(
        (
            r"which (?:may|can|must|should) ?not be (?:empty|null)(?: then)?",
            r"neither of which (?:may|can) be (?:empty|null)(?: then)?",
            r"neither (?:may|can) be (?:empty|null)(?: then)?",
            rf"and both have to be {FILLED}",
            rf"and (?:{HS}) (?:has to be|have to be|must be) {FILLED}",
            rf"and (?:{HS}) (?:must|should|may|can) ?not be (?:null|empty)",
        )
    )
    if again and re.fullmatch(
        rf"(?:(?:has to be|have to be|must be) {FILLED}|(?:must|should|may|can) ?not be (?:null|empty))", rest
    ):
        rest = ""
    if rest and not re.fullmatch(told, rest):
        return None
    if set(_headers(rest)) - set(others):
        return None
    own = tuple(header for header in s.carriers if header not in others)
    return [RuleCheck("distinct_from", own, {"other": " ".join(others)})] if own else None


_PLAIN = r"(?:(?!\b(?:not|no|if|where|when|more|less|than|before|after|unless|except|other)\b)[a-z', ])*?"


def _range(s: Phrase) -> list[RuleCheck] | None:
    text = re.sub(r"\s*\((?:inclusive|poor|good|best|worst|low|high|both included|[a-z ]{1,20})\)", "", s.text)
    text = re.sub(r"\b(?:nought|zero)\b", "0", text, flags=re.IGNORECASE)
    unit = rf"(?P<words>{_PLAIN})[,:]?\s*"
    ends = (
        r"(?:(?:from|between|in the range)?\s*(?P<least>\d+) ?(?:to|and|-) ?(?P<most>\d+)"
        r"|at least (?P<least2>\d+) and at most (?P<most2>\d+))"
    )
    tail = (
        rf"(?:,? (?:both included|inclusive))?(?:,? or (?P<also>(?-i:{CODE}))(?: {WHERE} "
        r"(?:it is|the client|this is|the answer is) (?:not known|unknown|not stated|declined|did not answer))?)?"
    )
    match = re.fullmatch(unit + ends + tail, text.strip(), re.IGNORECASE)
    if match is None:
        return None
    least, most = int(match["least"] or match["least2"]), int(match["most"] or match["most2"])
    if least >= most or not s.carriers or any(s.names.is_date(header) for header in s.carriers):
        return None
    parameters = {"least": str(least), "most": str(most)}
    numeric = all(s.names.by_header[header].layout.startswith("N(") for header in s.carriers)
    if match["also"]:
        parameters["also"] = match["also"]
    pattern = "number_between" if numeric and not match["also"] else "digits_between"
    return [RuleCheck(pattern, s.carriers, parameters)]


def _one_of(s: Phrase) -> list[RuleCheck] | None:
    text = re.sub(r"\s*\([^()]*\)$", "", s.text).replace(" or ", ", ").replace(",,", ",")
    match = re.fullmatch(
        rf"(?:(?i:has to be|must be|is|one of|must be one of|has to be one of) )?((?:'?{CODE}'?)(?:, '?{CODE}'?)+)",
        text,
    )
    if match is None or not s.carriers or re.search(r"\d{2}", match[1]):
        return None
    return [RuleCheck("one_of", s.carriers, {"values": "|".join(_listed(match[1]))})]


def condition(text: str, names: NamedFields) -> str:
    """A condition as rules.csv writes it (`PARENT=Y`); "" for words that are none that is known."""
    if match := re.fullmatch(rf"{H} is ({CODES}|'?yes'?|'?no'?)", text, re.IGNORECASE):
        codes = [
            {"YES": "Y", "NO": "N"}.get(code.upper(), code) for code in re.findall(r"\w+", match[2]) if code != "or"
        ]
        plain = all(code == code.upper() for code in codes)
        return f"{match[1]}={'|'.join(codes)}" if plain else ""
    if match := re.fullmatch(rf"{H} is (?:{FILLED}|not null|not empty)", text, re.IGNORECASE):
        return f"{match[1]}!="
    if match := re.fullmatch(rf"[a-z ]+ (?:has|have) (begun|ended|started) \({H} is {FILLED}\)", text, re.IGNORECASE):
        names.begun[match[1].lower()] = match[2]
        return f"{match[2]}!="
    return ""


def _opposite(told: str) -> str:
    header, sign, values = re.fullmatch(r"(\w+)(!?=)(.*)", told).groups()  # type: ignore[union-attr]
    return f"{header}{'=' if sign == '!=' else '!='}{values}"


def _required_when(s: Phrase) -> list[RuleCheck] | None:
    match = re.fullmatch(
        rf"(?i:{THE_FIELD}(?P<must>{MUST}) be {FILLED} {WHERE} )(?P<when>[^;]+?)"
        rf"(?P<else>(?i:[;,] (?:it )?(?:stays|remains|is left) empty otherwise))?",
        s.text,
    ) or re.fullmatch(
        rf"(?i:{WHERE} )(?P<when>{H} is \S+(?: or \S+)*?),? (?i:{THE_FIELD}(?P<must>{MUST}) be {FILLED})(?P<else>)",
        s.text,
    )
    if match is not None:
        told = condition(match["when"], s.names)
    else:
        match = re.fullmatch(
            rf"(?i:(?P<must>{MUST}) be {FILLED} for [a-z ]+ )\((?P<when>[^()]+)\) that have "
            r"(?P<begun>begun|started)(?P<else>)",
            s.text,
        )
        if match is None or not (date := s.names.begun.get(match["begun"])):
            return None
        told = condition(match["when"], s.names)
        told = told and f"{told} and {date}!="
    if not told or not s.carriers:
        return None
    severity = "warning" if match["must"].lower() in ("ought to", "should") else "error"
    checks = [RuleCheck("required", s.carriers, {"when": told, "beside": told.partition("=")[0].rstrip("!")}, severity)]
    if match["else"]:
        checks.append(RuleCheck("empty_when", s.carriers, {"when": _opposite(told)}))
    return checks


def _empty_when(s: Phrase) -> list[RuleCheck] | None:
    if match := re.fullmatch(
        r"(?i:(?:stays|has to stay|must stay|remains|must be|has to be|is left) empty (?:where|if|when) )(.+)", s.text
    ):
        told = condition(match[1], s.names)
        return [RuleCheck("empty_when", s.carriers, {"when": told})] if told and s.carriers else None
    if match := re.fullmatch(
        rf"(?i:with) ({CODES}) in {H}, ({HS}) (?i:stays?|remains?|must be|have to be|are left) empty", s.text
    ):
        told = condition(f"«{match[2]}» is {match[1]}", s.names)
        return [RuleCheck("empty_when", tuple(_headers(match[3])), {"when": told})] if told else None
    if match := re.fullmatch(r"(?i:sent only (?:where|if|when) )(.+)", s.text):
        told = condition(match[1], s.names)
        return [RuleCheck("empty_when", s.carriers, {"when": _opposite(told)})] if told and s.carriers else None
    if match := re.fullmatch(
        rf"(?i:need not be filled|does not need to be {FILLED}|may be left empty)(?i: {WHERE} )(.+)",
        s.text,
    ):
        told = condition(match[1], s.names)
        return [RuleCheck("empty_when", s.carriers, {"when": told}, "notice")] if told and s.carriers else None
    return None


def _unique(s: Phrase) -> list[RuleCheck] | None:
    pattern = (
        rf"{MUST} (?:be unique|differ from every other identifier(?: of its kind)?)"
        r"(?: and (?:not |neither )(?:hold|contain)\b.*)?"
    )
    if not re.fullmatch(pattern, s.low):
        return None
    checks = []
    for header in s.carriers:
        owner = s.names.client_id
        if owner and header != owner and "event" not in (s.names.level(header), s.names.level(owner)):
            checks.append(RuleCheck("belongs_to_one", (header,), {"owner": owner}))
        if s.names.level(header) != "client":
            checks.append(RuleCheck("appears_once", (header,)))
    return checks or None


def _part(s: Phrase) -> list[RuleCheck] | None:
    if re.search(r"only (?:a )?part(?:ial)?\b[a-z ]*\bpostcodes?\b", s.low) and not re.search(
        r"\b(?:if|where|when|unless)\b", s.low
    ):
        return [RuleCheck("postcode_part", s.carriers)]
    return None


def _without_consent(s: Phrase) -> list[RuleCheck] | None:
    consent = s.names.consent
    match = consent and (
        re.fullmatch(
            rf"whatever «{consent}» holds other than '?y(?:es)?'?, (.+?) (?:are|is) still given,? and nothing besides",
            s.low,
        )
        or re.fullmatch(
            rf"(?:if|where|when) (?:«{consent}»|consent)(?: for ndtms)? is not '?y(?:es)?'?,? (?:then )?(.+)", s.low
        )
    )
    if not match:
        return None
    listed = re.sub(rf"\b{MUST} be {FILLED}\b", ",", match[1])
    found = []
    for part in re.split(r",\s*|\band\b", listed):
        phrase = part.strip()
        if phrase:
            named = _headers(phrase)
            found.append(named[0] if len(named) == 1 else s.names.meant(phrase, s.carriers, dates=False))
    if not found or not all(found):
        return None
    return [RuleCheck("required", tuple(found), {"when": f"{consent}!=@consented"})]


# Dates against each other.

_NOT_BEFORE = r"(?:on or after|after or on|not earlier than|no earlier than|not before|no sooner than)"
_NOT_AFTER = r"(?:on or before|before or on|not later than|no later than|not after|precedes? or equals?|prior to or on)"
_YEAR = "(?:one|1) year and (?:one|1) day"
_LIE = "(?:be |lie |occur |be entered |be added )?"
_RELATIONS = (
    (
        "not_before",
        rf"(?:{_NOT_BEFORE}|{CANNOT} {_LIE}(?:before|earlier than))",
    ),
    (
        "not_after",
        rf"(?:{_NOT_AFTER}|{CANNOT} {_LIE}(?:after|later than))",
    ),
    ("before", r"(?:before|earlier than|prior to|precedes?)"),
    ("after", r"(?:after|later than|follows?)"),
)
_RELATION = re.compile("|".join(rf"(?P<{name}>\b{words}\b)" for name, words in _RELATIONS))
_COPULA = re.compile(rf"(?:\b(?:is|are|lies|occurs|falls|{MUST} (?:be|lie|occur|fall)|{MUST})|:)\s*$")
_SIGNS = {"≤": "≤", "<=": "≤", "≥": "≥", ">=": "≥", "<": "<", ">": ">"}


def _compared(s: Phrase) -> list[RuleCheck] | None:
    if (chain := _chain(s)) is not None:
        return chain
    text = re.sub(
        r"\bon ((?:(?!\bon\b).)+?) or (later|after|earlier|before)\b",
        lambda m: f"on or {'after' if m[2] in ('later', 'after') else 'before'} {m[1]}",
        s.low,
    )
    text = re.sub(
        r"\bbetween (.+?) and (.+?)(?:, both included|, both days included| \(inclusive\)|, inclusive| inclusive)$",
        r"on or after \1 and on or before \2",
        text,
    )
    text = re.sub(
        rf"\b(on or (?:before|after) «[A-Z0-9_]+»),? {WHERE} "
        r"(?:the client has been discharged|there is one|it is (?:given|known|filled))$",
        r"\1",
        text,
    )
    marks = list(_RELATION.finditer(text))
    if not marks:
        return None
    subject = _COPULA.sub("", text[: marks[0].start()].strip()).strip(" ,:")
    fields = _subject(subject, s)
    if not fields:
        return None
    checks: list[RuleCheck] = []
    for at, mark in enumerate(marks):
        end = marks[at + 1].start() if at + 1 < len(marks) else len(text)
        phrase = re.sub(r"(?:,|\band\b|\bbut\b|\s)+$", "", text[mark.end() : end]).strip()
        found = _against(str(mark.lastgroup), phrase, fields, s)
        if found is None:
            return None
        checks += found
    return checks


def _chain(s: Phrase) -> list[RuleCheck] | None:
    """Dates between signs: `TRIAGED ≤ CIRDATE ≤ DISD`."""
    text = re.sub(rf"^{H}: (?=«)", "", s.text)
    parts = re.split(r"\s*(<=|>=|≤|≥|<|>)\s*", text)
    if len(parts) < 3 or not all(re.fullmatch(H, part) for part in parts[::2]):
        return None
    headers = [part.strip("«»") for part in parts[::2]]
    if not all(s.names.is_date(header) for header in headers):
        return None
    checks = []
    for at, sign in enumerate(parts[1::2]):
        left, right = headers[at], headers[at + 1]
        kind = {"≤": "not_after", "≥": "not_before", "<": "before", ">": "after"}[_SIGNS[sign]]
        if right in s.carriers and left not in s.carriers:
            left, right = right, left
            kind = {"not_after": "not_before", "not_before": "not_after", "before": "after", "after": "before"}[kind]
        checks.append(_check(kind, (left,), right))
    return checks


def _check(kind: str, fields: tuple[str, ...], other: str) -> RuleCheck:
    """A comparison; `after` is told the other way round, there being no pattern for it."""
    if kind == "after":
        return RuleCheck("before", (other,), {"other": " ".join(fields)})
    return RuleCheck(kind, fields, {"other": other})


def _subject(words: str, s: Phrase) -> tuple[str, ...]:
    """The dates a comparison speaks of: those named, else those that carry the rule."""
    named = _headers(words)
    if named:
        rest = re.sub(HS, "", words).strip(" :")
        return tuple(named) if not rest and all(s.names.is_date(header) for header in named) else ()
    dates = tuple(header for header in s.carriers if s.names.is_date(header))
    if words in ("", "the date", "date", "the day", "it", "this date"):
        return dates if len(dates) == len(s.carriers) else ()
    found = s.names.meant(_COPULA.sub("", words), s.carriers, dates=True)
    return (found,) if found and found in s.carriers else ()


def _against(kind: str, phrase: str, fields: tuple[str, ...], s: Phrase) -> list[RuleCheck] | None:
    """The checks of one comparison with what a phrase names: dates, a fixed day, the end of the period."""
    if re.fullmatch(r"(?:the )?(?:(?:last day|end) of the reporting period|reporting period end date)", phrase):
        return [RuleCheck("before_period_end", fields)] if kind == "before" else None
    day = first_day(phrase)
    year = re.fullmatch(r"(?:the year )?(\d{4})", phrase)
    if (day is not None and not _headers(phrase)) or year:
        if kind != "after":
            return None
        whole = re.fullmatch(r"(?:the )?\d{1,2}(?:st|nd|rd|th)? [a-z]+ \d{4}", phrase)
        if year:
            return [RuleCheck("not_before_day", fields, {"day": f"{int(year[1]) + 1}-01-01"})]
        if day is None or not whole:
            return None
        from datetime import timedelta

        return [RuleCheck("not_before_day", fields, {"day": (day + timedelta(days=1)).isoformat()})]
    plus = re.fullmatch(rf"{_YEAR} after (.+)", phrase)
    if plus:
        phrase = plus[1]
    others = _dates(phrase, s)
    if not others or any(other in fields for other in others):
        return None
    checks = [_check(kind, fields, other) for other in others]
    if plus:
        if kind != "not_before":
            return None
        for check in checks:
            check.parameters["plus"] = "1y1d"
    return checks


def _dates(phrase: str, s: Phrase) -> list[str]:
    """The dates that a phrase lists; empty when one is not understood."""
    bare = re.sub(r"^(?:any|all|each|both|either) of (?:these|the following)\s*(?:¦|:)?\s*", "", phrase)
    labelled = re.fullmatch(rf"(?:the )?[a-z' ]+ \({H}\)", bare)
    if labelled:
        return [labelled[1]] if s.names.is_date(labelled[1]) else []
    if re.fullmatch(rf"(?:the )?{HS}", bare):
        found = _headers(bare)
        return found if all(s.names.is_date(header) for header in found) else []
    if _headers(bare):
        return []
    whole = s.names.meant(bare, s.carriers, dates=True)
    if whole:
        return [whole]
    parts = [part.strip() for part in re.split(r"¦|, | and | or ", bare) if part.strip()]
    each = [s.names.meant(part, s.carriers, dates=True) for part in parts]
    return each if len(parts) > 1 and all(each) else []


def _year_after(s: Phrase) -> list[RuleCheck] | None:
    """`Not earlier than one year and one day after DOB`: two relations in one."""
    match = re.fullmatch(
        rf"(?:(?:the )?date )?(?:must be |has to be |is )?(?:{_NOT_BEFORE}) "
        rf"(?:{_YEAR} after (?P<one>.+)|(?P<two>.+?) \(plus {_YEAR}\))",
        s.low,
    )
    if match is None or not s.carriers or not all(s.names.is_date(header) for header in s.carriers):
        return None
    others = _dates(match["one"] or match["two"], s)
    return [RuleCheck("not_before", s.carriers, {"other": others[0], "plus": "1y1d"})] if len(others) == 1 else None


def _explains(s: Phrase, checks: Sequence[RuleCheck]) -> bool:
    """Whether a sentence only explains the checks before it."""
    patterns = {check.pattern for check in checks}
    known: Mapping[str, str] = {
        "not_before": r"it may lie in the future",
        "both_or_neither": r"where one of the (?:two|three) is filled, so (?:is|are) the others?",
        "postcode_part": r".*\bzz99 3\b",
        "appears_once": r"it neither holds nor is made from anything by which a person could be recognised",
    }
    return any(name in patterns and re.fullmatch(words, s.low) for name, words in known.items())


_FAMILIES: tuple[Family, ...] = (
    _trimmed,
    _consent_required,
    _without_consent,
    _real_date,
    _in_list,
    _in_section,
    _historic,
    _part,
    _unique,
    _pair,
    _differs,
    _range,
    _one_of,
    _required_when,
    _empty_when,
    _year_after,
    _compared,
)
