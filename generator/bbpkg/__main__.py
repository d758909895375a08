"""`python -m bbpkg` is the command `bbpkg`."""

from bbpkg.cli.main import main

if __name__ == "__main__":
    main()
