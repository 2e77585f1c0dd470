"""The extract: what will be written, what differs from what was sent, writing, receipts, history. One screen a file."""
