"""Voice profiles: one TOML file each, and nothing else. ``voiced/voices.py`` reads them."""
