"""Clients, episodes and events: read, loaded, merged, numbered."""
