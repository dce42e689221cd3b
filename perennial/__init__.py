"""What service, training and monitoring share; it knows none of them."""
