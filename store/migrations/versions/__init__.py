"""One file a step, in the order of their numbers. None goes back: an older program is given a backup instead."""
