"""Administration: people, organisations, mandates, imports, and what the system does on its own."""
