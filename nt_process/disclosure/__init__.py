"""Disclosure control: totals over agreements leave the system only as releases in a register.

A release is requested in a layout that was fixed beforehand, computed and audited in the background against everything
that has been released, decided by a second person, and then never changed.
"""
