"""The index: weighted terms in postings that can change, and the best rows for a query, exactly."""
