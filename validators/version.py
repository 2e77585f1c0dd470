"""The program's version: written into every extract (CMSID) and read by the build."""

VERSION = "0.2.0"
