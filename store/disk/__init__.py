"""The store's file: SQLite, key, schema, tables, audit, copies."""
