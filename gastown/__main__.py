"""`python -m gastown`: the same as `gt`."""

from gastown.cli.app import main

if __name__ == "__main__":
    main()
