"""Run the command as `python -m metarepro`."""

from metarepro.cli import main

if __name__ == "__main__":
    main()
