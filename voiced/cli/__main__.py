"""``python -m voiced.cli`` is ``voiced``."""

from voiced.cli import main

if __name__ == "__main__":
    main()
