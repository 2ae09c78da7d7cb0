"""The peers: installed on first use, outside the repository, and run as their users run them."""

import contextlib
import dataclasses
import hashlib
import http.client
import json
import os
import shutil
import socket
import subprocess
import sys
import time

from mayfly_bench import cores
from mayfly_bench.family import Family
from mayfly_bench.guests import ANSWER, EVENT
from mayfly_bench.paths import CACHE, PEERS

START_SECONDS = 20


@dataclasses.dataclass(frozen=True)
class Peer:
    key: str
    title: str
    command: callable  # of a port: what serves the hello there
    version: callable


def peers():
    """All of them, in the order of the table."""
    return [
        Peer("workerd", "workerd, shared context", workerd_command, workerd_version),
        Peer("node-vm", "Node vm, new context per request", node_vm_command, node_version),
        Peer("fastapi", "FastAPI on uvicorn, shared state", fastapi_command, fastapi_version),
    ]


@contextlib.contextmanager
def serve(peer, on_cores):
    """The peer on these cores, as (family, port), once it has given the right answer."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with cores.on(on_cores):
        environment = {**os.environ, "PYTHONPATH": str(python_packages())} if peer.key == "fastapi" else None
        process = subprocess.Popen(peer.command(port), env=environment, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    try:
        wait_until_it_answers(process, port)
        yield Family(process.pid), port
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stderr.close()


def wait_until_it_answers(process, port):
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            answer = post(port)
            break
        except OSError as error:
            if process.poll() is not None:
                raise ValueError(f"it ended with {process.returncode}: {process.stderr.read()[-500:]}") from error
            if time.monotonic() > deadline:
                raise ValueError(f"it does not answer after {START_SECONDS} s: {error}") from error
            time.sleep(0.05)
    if answer != ANSWER:
        raise ValueError(f"it answers {answer}")


def post(port):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("POST", "/", EVENT, {"Content-Type": "application/json"})
        return json.loads(connection.getresponse().read())
    finally:
        connection.close()


def workerd_command(port):
    return [str(workerd()), "serve", str(PEERS / "workerd.capnp"), f"--socket-addr=http=127.0.0.1:{port}"]


def node_vm_command(port):
    return [node(), str(PEERS / "node_vm_hello.js"), str(port)]


def fastapi_command(port):
    serve_app = [sys.executable, "-m", "uvicorn", "fastapi_hello:app", "--app-dir", str(PEERS), "--port", str(port)]
    return [*serve_app, "--loop", "uvloop", "--http", "httptools", "--no-access-log", "--log-level", "warning"]


def workerd_version():
    return said([str(workerd()), "--version"])


def node_version():
    return f"Node {said([node(), '--version'])} ({node()})"


def fastapi_version():
    pins = dict(line.strip().split("==") for line in (PEERS / "requirements.txt").read_text().splitlines() if "==" in line)
    python = f"Python {sys.version.split()[0]}"
    return ", ".join([*(f"{name} {pins[name]}" for name in ("fastapi", "uvicorn", "uvloop", "httptools")), python])


def said(command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def node():
    found = shutil.which("node")
    if not found:
        raise ValueError("there is no node on this machine")
    return found


def workerd():
    """Its binary. The package's own entry is a script of Node's that starts it."""
    folder = installed("npm", PEERS / "package.json", install_npm)
    (binary,) = folder.glob("node_modules/@cloudflare/workerd-*/bin/workerd")
    return binary


def python_packages():
    return installed("pip", PEERS / "requirements.txt", install_pip)


def installed(client, pins, install):
    """The folder that holds what the file pins; installs it first where it is not there yet."""
    key = hashlib.sha256(pins.read_bytes() + sys.version.encode()).hexdigest()[:16]
    folder = CACHE / f"{client}-{key}"
    if not folder.exists():
        print(f"installing the peers that {pins.name} pins (once) …", file=sys.stderr)
        part = folder.with_suffix(".part")
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(parents=True)
        done = install(pins, part)
        if done.returncode:
            raise ValueError(f"{client} could not install it: {(done.stderr or done.stdout).strip()[-300:]}")
        part.rename(folder)
    return folder


def install_npm(pins, folder):
    shutil.copy(pins, folder / "package.json")
    # No package may run a script.
    command = ["npm", "install", "--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier", "--prefix", str(folder)]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True)


def install_pip(pins, folder):
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--only-binary", ":all:", "--no-cache-dir"]
    command += ["--disable-pip-version-check", "--root-user-action", "ignore", "--target", str(folder), "-r", str(pins)]
    return subprocess.run(command, capture_output=True, text=True)


@contextlib.contextmanager
def fib_loop(n, on_cores):
    """A loop of Node's, warm by now: a function that has it call fib(n) so many times and gives each call's microseconds."""
    with cores.on(on_cores):
        process = subprocess.Popen([node(), str(PEERS / "node_fib.js"), str(n)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def calls(count):
        process.stdin.write(f"{count}\n")
        process.stdin.flush()
        return [int(process.stdout.readline()) / 1000 for _ in range(count)]

    with process:
        yield calls
