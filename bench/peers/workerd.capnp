using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [(name = "hello", worker = (
    modules = [(name = "worker", esModule = embed "workerd_hello.js")],
    compatibilityDate = "2026-11-01",
  ))],
  # The bench names the address: --socket-addr=http=127.0.0.1:PORT.
  sockets = [(name = "http", http = (), service = "hello")],
);
