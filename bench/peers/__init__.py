"""Two workflow libraries doing the same action, in an environment of their own (see `bench/peers.txt`).

Each checks and writes what the floor does, statement by statement (`rows.py`), and moves the case on in its
library, which keeps its own record of where the case is, in the same transaction. They derive no date, compute
no hash and judge nothing beyond that, so a real application built on them would be slower.
"""
