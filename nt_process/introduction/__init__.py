"""Introduction: what each of 21 regions does with a published recommendation, and how far it has come."""
