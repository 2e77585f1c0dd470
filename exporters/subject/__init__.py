"""All that is held about one client, his removal, and the hand-over of all records."""
