"""voiced: a voice assistant that a person runs on their own machine.

Importing this package imports no vendor; engines are imported when they are used.
"""

__version__ = "0.1.0"

__all__ = ["__version__"]
