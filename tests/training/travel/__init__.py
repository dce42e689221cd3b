"""Tasks and models of a fork, dropped into a copy of this tree and taken all the way."""
