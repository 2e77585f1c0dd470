"""The same places as for all commands."""

from tests.commands.conftest import filled as filled
from tests.commands.conftest import own_places as own_places
from tests.commands.conftest import place as place
from tests.commands.conftest import template as template
