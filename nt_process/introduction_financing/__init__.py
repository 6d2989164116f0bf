"""Introduction financing: who pays for a medicine in a region on a day and why, what ends when, and the pot for orphan drugs."""
