"""The price register: packages and their list prices over time.

Kept by the secretariat from price lists; list prices are public, so the regions, TLV and the companies read it too.
"""
