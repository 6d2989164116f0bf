"""The market function: which protections end when, and which procurements the regions carry out together.

Source: the 2014 proposal for a joint collaboration model for medicines (SKL), "Marknad". It watches
the market and plans; it makes procurements easier and does not carry them out.
"""
