"""The record form: one record's fields as lines with one live input, the code list and the panel of findings."""
