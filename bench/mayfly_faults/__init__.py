"""What bench/faults is made of."""
