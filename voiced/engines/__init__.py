"""One file for each vendor behind a stage protocol; the only importers of vendors."""
