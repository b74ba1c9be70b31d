"""The local page: a program of its own, which asks the daemon as any other program does.

It shows what the daemon tells and what the journal and the turn store keep. What changes something
in the daemon is an order on the control socket. A microphone or a voice is opened only while set-up
tries it out.
"""
