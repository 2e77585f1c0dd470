"""An owner's documents read into the draft of an edition: fields, rules, lists, areas, and what was not read."""
