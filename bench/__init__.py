"""Side-by-side timings: ``make bench``, or ``python -m bench 10 100`` for some sizes only."""
