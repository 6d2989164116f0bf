"""What may be typed, who may do what to whom, and which last day a meeting has. Values only."""
