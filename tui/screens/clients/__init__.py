"""Clients: searched as one types, filtered, sorted."""
