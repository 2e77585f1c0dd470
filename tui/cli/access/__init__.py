"""Who may work in a store and who did; its key."""
