"""What lasts as long as somebody is at work: drafts, presence, sessions, recent entries."""
