"""Code shared by service, training and monitoring; it imports none of them."""
