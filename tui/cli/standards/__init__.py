"""`keywork standards …`: editions and what a site makes of an owner's documents."""
