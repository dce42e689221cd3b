"""What each kind of input adds to the demo, one file per kind."""
