"""What bench/soak is made of."""
