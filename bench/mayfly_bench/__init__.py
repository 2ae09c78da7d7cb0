"""What bench/run is made of: it measures Mayfly beside its peers, and writes a table and a chart."""
