"""Extracts: written, looked at beforehand, compared, receipted, sent."""
