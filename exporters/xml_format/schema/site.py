"""What a site does with the schemas of a standard, and what it is told of them."""

from pathlib import Path

from exporters.xml_format.schema.enumerations import lists_in
from exporters.xml_format.schema.installed import install, installed, uninstall
from exporters.xml_format.schema.mapping import MAPPING, NOT_SENT
from exporters.xml_format.stand_in_schema import stand_in_schema
from validators.standard.model import Standard


class SiteSchemas:
    """Our own stand-in schema of a standard, and the site's copy of its owner's."""

    def __init__(self, standard: Standard) -> None:
        """Take the standard whose schemas are meant."""
        self.standard = standard

    def stand_in(self) -> bytes:
        """Our own schema as an XSD file."""
        return stand_in_schema(self.standard)

    def install(self, folder: Path) -> list[str]:
        """Take a site's copy of the owner's schema; where it is, what is mapped, and what that leads to.

        Raises Problem where it cannot be used, and OSError; the old one stays then.
        """
        done = install(folder, self.standard)
        lines = [f"{self.standard.id}: schema installed in {done.folder}", *self.told()]
        if lists := lists_in(self.standard, done.allowed):
            lines.append(f"Code lists taken out of it, as the site's own: {', '.join(sorted(lists))}")
        if done.unmapped:
            lines.append(f"Until {done.folder / MAPPING} names them, returns are written by Keywork's stand-in schema.")
        return lines

    def uninstall(self) -> list[str]:
        """Take the site's copy away; what is used from then on. Raises Problem where there is none, and OSError."""
        kept = uninstall(self.standard)
        lines = [f"{self.standard.id}: the schema of the site is taken away.", *self.told()]
        if kept is not None:
            lines.append(f"Its mapping is kept in {kept}: put it beside the files as {MAPPING} to use it again.")
        return lines

    def told(self) -> list[str]:
        """Which schema is used, what is mapped in it and what is not. Raises Problem when it is broken."""
        found = installed(self.standard)
        if found is None:
            return [
                "No official schema is installed: returns are written by Keywork's stand-in schema, and never ready."
            ]
        lines = [f"Schema of the site: {found.folder}"]
        for name, element in found.mapping.items():
            lines.append(f"  {name:28} {'not sent' if element == NOT_SENT else element or 'NOT MAPPED'}")
        if found.unmapped:
            lines.append(f"Not mapped yet, {len(found.unmapped)} of {len(found.mapping)}:")
            lines += [f"  {reason}" for reason in found.reasons]
        if found.demanded:
            lines.append(f"Demanded by the schema, and nothing is mapped to them: {', '.join(found.demanded)}")
        return lines
