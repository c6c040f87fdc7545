"""Match written data needs to data products, with reasons; knows nothing of the marketplace around it."""
