"""Month end in the store: calendar, submissions, extracts, what was sent."""
