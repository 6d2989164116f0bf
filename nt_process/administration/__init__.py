"""Administration: people, organisations and mandates, and what the system does on its own."""
