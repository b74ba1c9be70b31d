"""As a service: ready and alive by real sound, after a crash, with a broken configuration."""
