"""What leaks is looked for, and not only what is guarded: every secret is marked, and every answer is searched."""
