"""Voice profiles: one TOML file each, and nothing else. ``voiced/models/voices.py`` reads them."""
