"""Horizon scanning: which medicines are on their way, from the European Medicines Agency's public list.

`ema` reads an `export`, `rules` says what a row means, `matching` compares an export with what is
known, `service` carries out commands and `queries` reads.
"""
