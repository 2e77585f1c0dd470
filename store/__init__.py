"""What the agency knows: encrypted tables, one unit of work at a time, audit, drafts, migrations."""
