"""Recomputing the printed tables of the public documents, cell by cell.

Every cell gets an account: recomputed exactly, within what the rounding of the printed inputs
allows (proved with intervals), a named discrepancy of the print, or given because no document says
what it was computed from. A cell that none of these explains is reported as unexplained, and so is
a cell that no rule covers.
"""
