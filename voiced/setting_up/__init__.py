"""The guided first run: looks at the machine, asks, tries things out, and writes voiced.toml."""
