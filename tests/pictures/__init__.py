"""Pictures of the main pages for the README, taken of the demonstration market: ``python -m tests.pictures``."""
