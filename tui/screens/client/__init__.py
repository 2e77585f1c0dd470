"""The client screen: tree, form and live panel of one client."""
