"""The elements and attributes that a schema declares, unfolded from each global element downwards.

Named types, references, groups, extensions, redefinitions by name and substitution groups are followed. A type inside
itself is followed once.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from exporters.xml_format.schema.folder import XS, SchemaFolder
from validators.problems import Problem

MOST_ELEMENTS = 5_000
_DEEPEST = 24
_MODELS = ("sequence", "all", "choice")


@dataclass(frozen=True, slots=True)
class Declared:
    """An element as a schema declares it, or an attribute, whose name begins with @.

    `allowed` are the values that its type enumerates, each with what the schema says of it; none where it does not.
    `tag` has the namespace; `optional`: it may be left out; `many`: it may be repeated; `fixed`: the only text it may
    hold; `children`: its attributes, then the elements in it, in order; `has_text`: a value may stand in it.
    """

    name: str
    tag: str
    optional: bool
    children: tuple["Declared", ...] = ()
    many: bool = False
    fixed: str | None = None
    has_text: bool = True
    allowed: tuple[tuple[str, str], ...] = ()

    @property
    def elements(self) -> tuple["Declared", ...]:
        """The elements in it, without the attributes."""
        return tuple(one for one in self.children if not one.name.startswith("@"))

    def child(self, name: str) -> "Declared | None":
        """The child of a name."""
        return next((one for one in self.children if one.name == name), None)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where in the schema the reading stands: what is missing or repeated around it, and the types it is inside of."""

    optional: bool = False
    many: bool = False
    inside: tuple[Any, ...] = ()


class Structure:
    """The elements of a schema, from each global one downwards."""

    def __init__(self, folder: SchemaFolder) -> None:
        """Take the schemas as they were read."""
        self._main = folder.roots[folder.main].get("targetNamespace", "")
        self._named: dict[tuple[str, str], list[tuple[Any, Any]]] = {}
        self._heads: dict[str, list[tuple[Any, Any]]] = {}
        self._many = 0
        for root in folder.roots.values():
            redefined = [one for part in root.iterchildren(f"{XS}redefine") for one in part]
            # What is redefined goes before what it redefines.
            for one in (*redefined, *root.iterchildren()):
                if isinstance(one.tag, str) and one.get("name"):
                    known = self._named.setdefault((one.tag, one.get("name")), [])
                    known.insert(0, (one, root)) if one in redefined else known.append((one, root))
                    if one.tag == f"{XS}element" and one.get("substitutionGroup"):
                        self._heads.setdefault(_local(one.get("substitutionGroup")), []).append((one, root))

    @cached_property
    def globals(self) -> tuple[Declared, ...]:
        """The elements that are declared at the top of a schema. Raises Problem when they unfold without end."""
        found = (known[0] for (tag, _), known in self._named.items() if tag == f"{XS}element")
        return tuple(self._element(node, root, True, _Place(optional=True)) for node, root in found)

    def element(self, name: str) -> Declared | None:
        """A global element."""
        return next((one for one in self.globals if one.name == name), None)

    def _find(self, kind: str, name: str, node: Any, root: Any) -> tuple[Any, Any] | None:
        """What a name means where it is used: of its namespace where several have that name."""
        known = [one for one in self._named.get((f"{XS}{kind}", _local(name)), ()) if one[0] is not node]
        prefix = name.rpartition(":")[0] or None
        space = node.nsmap.get(prefix, self._space(root))
        return next((one for one in known if self._space(one[1]) == space), known[0] if known else None)

    def _space(self, root: Any) -> str:
        # A schema without a namespace of its own takes that of the one that includes it.
        return str(root.get("targetNamespace", self._main))

    def _element(self, node: Any, root: Any, is_global: bool, place: _Place) -> Declared:
        self._many += 1
        if self._many > MOST_ELEMENTS:
            raise Problem(
                f"The schemas unfold into more than {MOST_ELEMENTS:,} elements, which no schema of a return does: get "
                "the owner's files again."
            )
        optional = place.optional or node.get("minOccurs") == "0"
        many = place.many or _repeats(node)
        qualified = is_global or node.get("form", root.get("elementFormDefault", "unqualified")) == "qualified"
        space = self._space(root) if qualified else ""
        name = node.get("name", "")
        types = self._types(node, root)
        children = tuple(self._content(types, place.inside)) if len(place.inside) < _DEEPEST else ()
        attributes = tuple(one for one in children if one.name.startswith("@"))
        ordered = (*attributes, *(one for one in children if not one.name.startswith("@")))
        tag = f"{{{space}}}{name}" if space else name
        has_text = all(self._has_text(*one) for one in types)
        allowed = self._enumerated(node, root) if has_text else ()
        return Declared(name, tag, optional, ordered, many, node.get("fixed"), has_text, allowed)

    def _referred(self, node: Any, root: Any, place: _Place) -> Iterator[Declared]:
        """What stands where an element is referred to: it, or those that may stand for it."""
        name = node.get("ref")
        known = self._find("element", name, node, root)
        here = _Place(place.optional or node.get("minOccurs") == "0", place.many or _repeats(node), place.inside)
        others = self._heads.get(_local(name), [])
        if known is None:
            yield Declared(_local(name), _local(name), here.optional, many=here.many)
            return
        if any(one is known[0] for one in place.inside):
            return
        inside = (*place.inside, known[0])
        either = _Place(here.optional or bool(others), here.many, inside)
        if known[0].get("abstract") not in ("true", "1"):
            yield self._element(*known, True, either)
        for one in others:
            if one[0] not in place.inside:
                yield self._element(*one, True, _Place(either.optional, either.many, (*inside, one[0])))

    def _types(self, node: Any, root: Any) -> list[tuple[Any, Any]]:
        """The complex type of an element, of its own or by name; none for a simple one."""
        found = [(inline, root) for inline in node.iterchildren(f"{XS}complexType")]
        if node.get("type") and (known := self._find("complexType", node.get("type"), node, root)):
            found.append(known)
        return found

    @staticmethod
    def _has_text(node: Any, _root: Any) -> bool:
        return node.find(f"{XS}simpleContent") is not None or node.get("mixed") in ("true", "1")

    def _content(self, types: list[tuple[Any, Any]], inside: tuple[Any, ...]) -> Iterator[Declared]:
        for node, root in types:
            if node not in inside:
                yield from self._model(node, root, _Place(inside=(*inside, node)))

    def _model(self, node: Any, root: Any, place: _Place) -> Iterator[Declared]:
        """The elements and attributes of a model; one of several, or in what may be missing, may be left out."""
        if len(place.inside) > _DEEPEST:
            return
        for one in node.iterchildren():
            kind = one.tag.removeprefix(XS) if isinstance(one.tag, str) else ""
            if kind == "element" and one.get("ref"):
                yield from self._referred(one, root, place)
            elif kind == "element":
                yield self._element(one, root, False, place)
            elif kind in _MODELS:
                missing = place.optional or one.get("minOccurs") == "0" or kind == "choice"
                yield from self._model(one, root, _Place(missing, place.many or _repeats(one), place.inside))
            elif kind in ("group", "attributeGroup") and one.get("ref"):
                known = self._find(kind, one.get("ref"), one, root)
                if known is not None and known[0] not in place.inside:
                    missing = place.optional or one.get("minOccurs") == "0"
                    inside = (*place.inside, known[0])
                    yield from self._model(*known, _Place(missing, place.many or _repeats(one), inside))
            elif kind in ("complexContent", "simpleContent"):
                yield from self._model(one, root, place)
            elif kind in ("extension", "restriction"):
                base = self._find("complexType", one.get("base", ""), node.getparent(), root)
                if kind == "extension" and base is not None and base[0] not in place.inside:
                    inside = (*place.inside, base[0])
                    yield from self._model(*base, _Place(place.optional, place.many, inside))
                yield from self._model(one, root, place)
            elif kind == "attribute" and one.get("use") != "prohibited":
                yield self._attribute(one, root)

    def _attribute(self, node: Any, root: Any) -> Declared:
        optional, fixed, name = node.get("use") != "required", node.get("fixed"), node.get("name", "")
        qualified = node.get("form", root.get("attributeFormDefault", "unqualified")) == "qualified"
        if node.get("ref"):
            name, qualified = _local(node.get("ref")), True
            if (known := self._find("attribute", node.get("ref"), node, root)) is not None:
                fixed, root = fixed or known[0].get("fixed"), known[1]
        space = self._space(root) if qualified else ""
        tag = f"@{{{space}}}{name}" if space else f"@{name}"
        return Declared(f"@{name}", tag, optional, fixed=fixed, allowed=self._enumerated(node, root))

    def _enumerated(self, node: Any, root: Any, deep: int = 0) -> tuple[tuple[str, str], ...]:
        """The values that the simple type of an element or attribute enumerates, or one that it restricts."""
        name = node.get("type") or node.get("base") or ""
        inline = node.find(f"{XS}simpleType")
        named = self._find("simpleType", name, node, root) if name and inline is None else None
        own, where = (inline, root) if inline is not None else named or (None, root)
        restriction = own.find(f"{XS}restriction") if own is not None else None
        if restriction is None or deep > _DEEPEST:
            return ()
        found = tuple(
            (one.get("value", ""), " ".join("".join(one.itertext()).split()))
            for one in restriction.iterchildren(f"{XS}enumeration")
        )
        return found or self._enumerated(restriction, where, deep + 1)


def _repeats(node: Any) -> bool:
    return node.get("maxOccurs", "1") not in ("0", "1")


def _local(name: str) -> str:
    return name.rpartition(":")[2]
