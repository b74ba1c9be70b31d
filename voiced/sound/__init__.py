"""Sound as arithmetic, and devices that come and go: levels, gain, deaf and heard again."""
