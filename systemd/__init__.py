"""Units for systemd: data, and nothing else. ``voiced/service.py`` reads them."""
