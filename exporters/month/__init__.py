"""Month end: checklist, status, measures, the calendar as files."""
