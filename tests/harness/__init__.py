"""What whole-program tests stand on: a server process, and its three doors."""
