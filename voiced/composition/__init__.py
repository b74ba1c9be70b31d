"""The configuration to engines, plugins and stages; what runs beside, and what takes over."""
