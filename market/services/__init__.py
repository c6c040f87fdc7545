"""Use cases: authorise, lock, change, journal, enqueue what follows. Web and API both call these."""
