"""The review of a draft: what was read of an edition's documents, question after question, beside their words."""
