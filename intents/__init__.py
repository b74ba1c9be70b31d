"""The built-in intents, installed as ``voiced_intents``; one folder is one plugin.

They come through the same door as anybody's: of voiced they import ``voiced.plugin`` and nothing
else, and each is an entry point in the group ``voiced.intents``.
"""
