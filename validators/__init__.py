"""What the national standards demand: fields, codes, rules, calendar. No database, no screen."""
