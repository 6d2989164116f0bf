"""Appeals: how a decision of the federation is announced, delivered, appealed and gains legal force."""
