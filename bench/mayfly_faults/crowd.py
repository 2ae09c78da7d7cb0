"""Thousands of clients that are connected and say nothing, or almost nothing."""

import contextlib
import socket

IDLE = b""
SLOW_HEAD = b"POST /run HTTP/1.1\r\nHost: x\r\nContent-Le"
SLOW_BODY = b'POST /run HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{"langua'


@contextlib.contextmanager
def crowd(port, size):
    """Of each sort a third. A slow head has ten seconds, so what is measured meanwhile should take less."""
    clients = []
    try:
        for n in range(size):
            client = socket.create_connection(("127.0.0.1", port), timeout=60)
            clients.append(client)
            client.sendall((IDLE, SLOW_HEAD, SLOW_BODY)[n % 3])
        yield
    finally:
        for client in clients:
            client.close()
