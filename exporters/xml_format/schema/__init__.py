"""The schema of an XML return: a site's own, learned and mapped."""
