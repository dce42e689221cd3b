"""One report note per merge request, posted by CML.

Nothing but Python 3.8's standard library, here and in what this imports: CML's image has no more.
"""
