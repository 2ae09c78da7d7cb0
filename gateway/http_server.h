// The HTTP/1.1 door: listens, keeps and bounds connections, drains.
#ifndef MAYFLY_GATEWAY_HTTP_SERVER_H_
#define MAYFLY_GATEWAY_HTTP_SERVER_H_

#include <array>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/clock.h"
#include "base/limits.h"
#include "gateway/http_handler.h"

namespace boost::asio {
class io_context;
}

namespace mayfly::gateway {

struct HttpServerOptions {
  std::string address = "127.0.0.1";  // an IP address
  uint16_t port = 0;                  // 0: any free one
  int connections_max = kHttpConnectionsMax;
  size_t header_bytes_max = kHttpHeaderBytesMax;
  absl::Duration header_time_max = kHttpHeaderTimeMax;
  absl::Duration body_time_max = kHttpBodyTimeMax;  // for a request's body to come, and for what is sent to be taken
  absl::Duration idle_time_max = kHttpIdleTimeMax;
  absl::Duration linger_time_max = kHttpLingerTimeMax;
};

// Thread-safe. Runs on the threads that run the io_context, any number of them. Destroy it while the io_context exists
// and no thread runs it any more; an orderly end is Drain, AwaitDrained, stop the io_context, join its threads, destroy
// the server.
class HttpServer {
 public:
  // Listens and accepts at once. `io`, `handler` and `clock` outlive the server. Errors: INVALID_ARGUMENT for an
  // address that is none; UNAVAILABLE, naming address and port, if it cannot listen there.
  static absl::StatusOr<std::unique_ptr<HttpServer>> Create(boost::asio::io_context& io,
                                                            const HttpServerOptions& options, HttpHandler& handler,
                                                            const Clock& clock);
  ~HttpServer();

  // The port it listens on.
  uint16_t port() const;

  // Connections open now, those that are being refused among them.
  int connections() const;

  // Responses whose head has been made since the start, by the first digit of their status: [0] is 1xx, [4] is 5xx. One
  // is counted before its first byte is sent.
  using ResponseCounts = std::array<uint64_t, 5>;
  ResponseCounts responses() const;

  // Stops accepting, closes idle connections, and lets requests in flight finish with "Connection: close".
  void Drain();

  // Waits until no connection is left; false when `time_max` has passed first. Not on a thread of the io_context.
  bool AwaitDrained(absl::Duration time_max);

  // Closes every connection now; what is in flight is cancelled.
  void CloseAll();

 private:
  class Impl;
  explicit HttpServer(std::shared_ptr<Impl> impl);

  // Shared with the coroutines it has started.
  const std::shared_ptr<Impl> impl_;
};

}  // namespace mayfly::gateway

#endif  // MAYFLY_GATEWAY_HTTP_SERVER_H_
