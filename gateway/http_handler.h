// What the HTTP server asks of the one who answers: it knows HTTP, the handler knows what a request means.
#ifndef MAYFLY_GATEWAY_HTTP_HANDLER_H_
#define MAYFLY_GATEWAY_HTTP_HANDLER_H_

#include <cstddef>
#include <memory>
#include <string>
#include <variant>

#include "absl/functional/any_invocable.h"
#include "gateway/chunk_queue.h"
#include "gateway/http_message.h"

namespace mayfly::gateway {

// Where an answer goes. Exactly one of the two is called, once, on any thread.
class HttpResponder {
 public:
  virtual ~HttpResponder() = default;

  // Makes the response on the connection's own thread: the caller's thread only hands it over. `make` is not run, only
  // destroyed, when the client has gone.
  using MakeResponse = absl::AnyInvocable<HttpResponse() &&>;
  virtual void Respond(MakeResponse make) = 0;

  // Sends `head` (without a body), then what comes through `chunks` until it is closed.
  virtual void RespondStream(HttpResponse head, std::shared_ptr<ChunkQueue> chunks) = 0;
};

// One request that has a meaning, from its head to its answer.
class HttpExchange {
 public:
  virtual ~HttpExchange() = default;

  // How large a body it takes, and the answer to a larger one (which is not read).
  virtual size_t body_bytes_max() const = 0;
  virtual HttpResponse BodyTooLarge() const = 0;

  // The request is whole. Answers through `responder`, now or later. Not called if the client has gone before.
  virtual void Start(std::string body, std::shared_ptr<HttpResponder> responder) = 0;

  // The client has gone after Start. The answer is still given, to nobody. May run while the answer is being given.
  virtual void Cancel() = 0;
};

// Thread-safe.
class HttpHandler {
 public:
  virtual ~HttpHandler() = default;

  // Judges a request by its head, before any of its body is read: an answer at once, or an exchange. The head's views
  // are valid only until this returns.
  virtual std::variant<HttpResponse, std::shared_ptr<HttpExchange>> Begin(const HttpRequestHead& head) = 0;
};

}  // namespace mayfly::gateway

#endif  // MAYFLY_GATEWAY_HTTP_HANDLER_H_
