"""The kinds of input: one file each, whose `KIND` is the class; no list names them."""
