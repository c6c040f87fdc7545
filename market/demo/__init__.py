"""The demonstration market: invented organisations, products and demands in every state."""
