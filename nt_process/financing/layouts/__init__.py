"""One layout per calculation: inputs with their source, rows per region, totals and notes."""
