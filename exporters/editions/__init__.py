"""A site's own editions and code lists: looked at, compared, installed, taken back."""
