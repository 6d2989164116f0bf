"""The rules of negotiations as functions of values: what was typed, accession and its cover, the opening of a round."""
