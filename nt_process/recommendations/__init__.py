"""The council's recommendations: drafted, checked, approved, signed, published at a set time, and answered by the regions."""
