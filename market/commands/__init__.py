"""The commands of ``market``, one module per errand; each has ``register(app)``."""
