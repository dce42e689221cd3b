"""One report note per merge request, posted by CML.

This package and its imports use Python 3.8's standard library only: CML's image has nothing else.
"""
