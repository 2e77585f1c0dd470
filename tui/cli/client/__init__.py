"""`keywork client …`: clients, episodes and events without the screens."""
