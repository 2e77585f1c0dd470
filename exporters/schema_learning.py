"""Learning from a schema which elements there are, in which order, and which of them most likely hold which items."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from exporters.schema_folder import XS, SchemaFolder
from validators.standard import Standard
from validators.xml_form import XmlForm

_DEEPEST = 8
_WORDS = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|[0-9]+")
_SMALL = {"of", "the", "or", "and", "by", "a", "details", "item"}


@dataclass(frozen=True, slots=True)
class Declared:
    """An element as a schema declares it: its tag with the namespace, and whether it may be left out."""

    name: str
    tag: str
    optional: bool
    children: tuple["Declared", ...] = ()


@dataclass
class Learned:
    """What was found: the mapping by name, as a site may edit it. A name that is empty was not found."""

    root: str = ""
    message: str = ""
    blocks: dict[str, str] = field(default_factory=dict)
    elements: dict[str, str] = field(default_factory=dict)


class Structure:
    """The elements of a schema, from each global one downwards."""

    def __init__(self, folder: SchemaFolder) -> None:
        """Take the schemas as they were read."""
        self._folder = folder
        self._main = folder.roots[folder.main].get("targetNamespace", "")
        self._named: dict[tuple[str, str], tuple[Any, Any]] = {}
        for root in folder.roots.values():
            for one in root.iterchildren():
                if isinstance(one.tag, str) and one.get("name"):
                    self._named.setdefault((one.tag, one.get("name")), (one, root))

    @cached_property
    def globals(self) -> tuple[Declared, ...]:
        """The elements that are declared at the top of a schema."""
        names = [name for tag, name in self._named if tag == f"{XS}element"]
        return tuple(self._element(*self._named[f"{XS}element", name], True, 0) for name in names)

    def element(self, name: str) -> Declared | None:
        """A global element."""
        return next((one for one in self.globals if one.name == name), None)

    def _element(self, node: Any, root: Any, is_global: bool, depth: int, optional: bool = False) -> Declared:
        optional = optional or node.get("minOccurs") == "0"
        if node.get("ref"):
            known = self._named.get((f"{XS}element", _local(node.get("ref"))))
            if known is None:
                return Declared(_local(node.get("ref")), _local(node.get("ref")), optional)
            node, root, is_global = *known, True
        qualified = is_global or node.get("form", root.get("elementFormDefault", "unqualified")) == "qualified"
        space = root.get("targetNamespace", self._main) if qualified else ""
        name = node.get("name", "")
        tag = f"{{{space}}}{name}" if space else name
        children = tuple(self._children(node, root, depth)) if depth < _DEEPEST else ()
        return Declared(name, tag, optional, children)

    def _children(self, node: Any, root: Any, depth: int) -> Iterator[Declared]:
        kind = node.get("type")
        if kind and (known := self._named.get((f"{XS}complexType", _local(kind)))):
            yield from self._inside(*known, depth, False)
        for inline in node.iterchildren(f"{XS}complexType"):
            yield from self._inside(inline, root, depth, False)

    def _inside(self, node: Any, root: Any, depth: int, optional: bool) -> Iterator[Declared]:
        """The elements of a model, in order; what is one of several, or in a part that may be missing, is optional."""
        if depth > _DEEPEST:
            return
        for one in node.iterchildren():
            kind = one.tag.removeprefix(XS) if isinstance(one.tag, str) else ""
            missing = optional or one.get("minOccurs") == "0"
            if kind == "element":
                yield self._element(one, root, False, depth + 1, optional)
            elif kind in ("sequence", "all", "choice"):
                yield from self._inside(one, root, depth, missing or kind == "choice")
            elif kind == "group" and one.get("ref"):
                if known := self._named.get((f"{XS}group", _local(one.get("ref")))):
                    yield from self._inside(*known, depth + 1, missing)
            elif kind in ("complexContent", "extension", "restriction"):
                base = self._named.get((f"{XS}complexType", _local(one.get("base", ""))))
                if kind == "extension" and base:
                    yield from self._inside(*base, depth + 1, optional)
                yield from self._inside(one, root, depth, optional)


def guess(standard: Standard, structure: Structure) -> Learned:
    """Find each block and item by the published names. What is not found is left empty."""
    form = standard.xml
    assert form is not None
    learned = Learned(blocks={block.group: "" for block in form.blocks}, elements=dict.fromkeys(standard.headers, ""))
    linking = next(block for block in form.blocks if block.occurs == "always")
    best = 1
    for root in structure.globals:
        for message in root.children:
            for block in message.children:
                score = len(_matched(standard, form, linking.headers, block))
                if score > best:
                    best, learned.root, learned.message = score, root.name, message.name
    parent = message_of(structure, learned)
    if parent is None:
        return learned
    taken: set[str] = set()
    for one in form.blocks:
        scored = [(len(_matched(standard, form, one.headers, block)), block) for block in parent.children]
        count, found = max(scored, key=lambda item: item[0], default=(0, None))
        named = next((block for block in parent.children if _keys(block.name) & _keys(one.group)), None)
        chosen = found if count else named
        if chosen is None or chosen.name in taken:
            continue
        taken.add(chosen.name)
        learned.blocks[one.group] = chosen.name
        learned.elements |= _matched(standard, form, one.headers, chosen)
    return learned


def message_of(structure: Structure, learned: Learned) -> Declared | None:
    """The element of one message, below the root; None where there is none of these names."""
    root = structure.element(learned.root)
    return next((one for one in root.children if one.name == learned.message), None) if root else None


def _matched(standard: Standard, form: XmlForm, headers: tuple[str, ...], block: Declared) -> dict[str, str]:
    found: dict[str, str] = {}
    keys = {child.name: _keys(child.name) for child in block.children}
    for header in headers:
        item = standard.by_header[header]
        wanted = _keys(item.description) | _keys(item.label) | _keys(form.elements[header])
        name = next((name for name, own in keys.items() if own & wanted and name not in found.values()), "")
        if name:
            found[header] = name
    return found


def _keys(name: str) -> set[object]:
    """What a name is known by, whatever its case and signs: its letters, and its words in any order."""
    letters = re.sub(r"[^a-z0-9]", "", name.lower())
    words = [word.lower() for word in _WORDS.findall(name)]
    return {letters, tuple(sorted(word for word in words if word not in _SMALL))}


def _local(name: str) -> str:
    return name.rpartition(":")[2]
