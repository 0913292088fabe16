"""Entry point. Processes that benchmarks start import this module again, so it holds nothing."""

import sys

if __name__ == "__main__":
    from tests.bench.command import main

    sys.exit(main())
