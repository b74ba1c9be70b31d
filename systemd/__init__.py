"""Units for systemd: data, and nothing else. ``voiced/service/units.py`` reads them."""
