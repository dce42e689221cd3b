"""What training a model costs, and how long it takes to answer."""
