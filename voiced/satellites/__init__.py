"""Microphones and loudspeakers in other rooms, each with a key of its own.

``door`` lets them in, ``link`` is one of them as a microphone and a loudspeaker, ``remote`` is the
program on the other machine, ``keys`` who may come. What they may ask for is the policy's.
"""
