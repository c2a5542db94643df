"""The compiled scanner of JSON captures: the typed decoder's quicker twin, there if numba is installed (extra ``fast``).

It reads a strict part of JSON and refuses every record that it is not sure of; the typed decoder takes those.
"""
