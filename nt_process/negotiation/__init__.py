"""Negotiations: who takes part under which mandate, offers that stay sealed, and which regions have joined what."""
