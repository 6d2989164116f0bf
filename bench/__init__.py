"""What was promised about speed, measured: `make bench` prints one line for each promise.

A promise is a ratio to a floor: the least that any program must do for the same result, measured in the
same run, turn about, on the same machine. Times alone say little, because machines differ and are shared.
"""
