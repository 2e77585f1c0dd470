"""Where a site's own copy of an owner's schema lives, and the shape that returns are written in."""

from typing import TYPE_CHECKING

from exporters.xml_shape import XmlShape, stand_in
from validators.problems import Problem
from validators.standard import Standard

if TYPE_CHECKING:
    from lxml import etree


def shape_of(standard: Standard) -> XmlShape:
    """The shape that returns of a standard are written in."""
    return stand_in(standard)


def compiled(standard: Standard) -> "etree.XMLSchema":
    """The schema a site installed. Raises Problem where there is none."""
    raise Problem(
        f"No schema is installed for {standard.id}: install the site's copy with `keywork standards install`."
    )
