"""`python -m rapid_response` is the command line."""

from rapid_response.cli import main

if __name__ == "__main__":
    main()
