"""Page handlers, one module per noun."""
