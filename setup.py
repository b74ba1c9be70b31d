"""The list of packages: the plugins in intents/ are installed as voiced_intents."""

from setuptools import find_packages, setup

_INTENTS = ["voiced_intents", *(f"voiced_intents.{name}" for name in find_packages("intents"))]

_DATA = ["voiced_voices", "voiced_systemd"]

setup(packages=[*find_packages(include=["voiced", "voiced.*"]), *_INTENTS, *_DATA])
