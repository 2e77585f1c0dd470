"""Keywork's own stand-in schema for a return, written from the published items, formats and message rules.

It stands in for the owner's, which is not public: what it passes may still be refused.
"""

from lxml import etree

from exporters.xml_format.shape import ShapeBlock, stand_in
from validators.standard.model import Layout, Standard

XS = "http://www.w3.org/2001/XMLSchema"
_ABOUT = (
    " Keywork's own stand-in schema for {title}. It is not the official schema, which is not public: "
    "elements, their order and what may be left out are assumed from {document}. "
)


def stand_in_schema(standard: Standard) -> bytes:
    """The stand-in schema as an XSD file. Raises ValueError for a standard that is not sent as XML."""
    shape = stand_in(standard)
    schema = etree.Element(f"{{{XS}}}schema", nsmap={"xs": XS}, elementFormDefault="qualified")
    schema.append(etree.Comment(_ABOUT.format(title=standard.title, document=standard.document).replace("--", "-")))
    root = _element(schema, shape.root)
    message = _element(_sequence(root), shape.message, least="0", most="unbounded")
    inside = _sequence(message)
    for one in shape.blocks:
        _block(inside, one, standard)
    return etree.tostring(schema, pretty_print=True, xml_declaration=True, encoding="utf-8")


def _block(inside: etree._Element, one: ShapeBlock, standard: Standard) -> None:
    always, many = one.block.occurs == "always", one.block.occurs == "many"
    block = _element(inside, one.element, least="1" if always else "0", most="unbounded" if many else "1")
    fields = _sequence(block)
    for header, element in one.fields:
        field = standard.by_header[header]
        own = _element(fields, element, least="1" if always else "0")
        described = etree.SubElement(etree.SubElement(own, f"{{{XS}}}annotation"), f"{{{XS}}}documentation")
        described.text = f"{field.description} ({field.layout.text})"
        _type(own, field.layout)


def _element(parent: etree._Element, name: str, *, least: str = "", most: str = "") -> etree._Element:
    own = etree.SubElement(parent, f"{{{XS}}}element", name=name)
    if least and least != "1":
        own.set("minOccurs", least)
    if most and most != "1":
        own.set("maxOccurs", most)
    return own


def _sequence(element: etree._Element) -> etree._Element:
    return etree.SubElement(etree.SubElement(element, f"{{{XS}}}complexType"), f"{{{XS}}}sequence")


def _type(element: etree._Element, layout: Layout) -> None:
    restriction = etree.SubElement(etree.SubElement(element, f"{{{XS}}}simpleType"), f"{{{XS}}}restriction")
    if layout.kind == "date":
        restriction.set("base", "xs:date")
        _facet(restriction, "pattern", "[0-9]{4}-[0-9]{2}-[0-9]{2}")
    elif layout.kind == "any":
        restriction.set("base", "xs:string")
        _facet(restriction, "minLength", "1")
        _facet(restriction, "maxLength", str(layout.length))
    else:
        restriction.set("base", "xs:string")
        letters = {"alpha": "[A-Z]", "numeric": "[0-9]"}.get(layout.kind, "[A-Za-z0-9]")
        _facet(restriction, "pattern", f"{letters}{{1,{layout.length}}}")


def _facet(restriction: etree._Element, name: str, value: str) -> None:
    etree.SubElement(restriction, f"{{{XS}}}{name}", value=value)
