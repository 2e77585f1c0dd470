"""Clients: searched as one types, filtered, sorted; their worklists; a code recoded over a list of them."""
