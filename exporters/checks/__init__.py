"""Checking files and caseloads, and reading the portal's bounce lists."""
