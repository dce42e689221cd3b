"""The policies, one a file; `known.py` names them."""
