"""Follow-up of published recommendations: what is asked, what was counted, how equal it is, and who stands out."""
