// One connection of the HTTP server: its requests, one after the other.
#ifndef MAYFLY_GATEWAY_HTTP_CONNECTION_H_
#define MAYFLY_GATEWAY_HTTP_CONNECTION_H_

#include <array>
#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>

#include "absl/time/time.h"
#include "base/clock.h"
#include "gateway/chunk_queue.h"
#include "gateway/date_header.h"
#include "gateway/event_mailbox.h"
#include "gateway/http_handler.h"
#include "gateway/http_server.h"
#include "gateway/input_buffer.h"

namespace mayfly::gateway {

// A coroutine, Run, does everything to the socket but complete its reads; it waits for events in its mailbox alone. One
// read is always under way while it waits, so that a client's going is seen also while its call runs. Kept alive by the
// server's set, the coroutine, and whoever still has an answer to give.
class HttpConnection final : public HttpResponder, public std::enable_shared_from_this<HttpConnection> {
 public:
  using Socket = boost::asio::basic_stream_socket<boost::asio::ip::tcp, boost::asio::io_context::executor_type>;

  // Of all connections of a server, as HttpServer::ResponseCounts.
  using ResponseCounters = std::array<std::atomic<uint64_t>, std::tuple_size_v<HttpServer::ResponseCounts>>;

  // `options`, `handler`, `clock` and `responses` outlive the coroutine.
  HttpConnection(boost::asio::io_context& io, Socket socket, const HttpServerOptions& options, HttpHandler& handler,
                 const Clock& clock, ResponseCounters& responses);

  // Serves requests until the connection is closed.
  boost::asio::awaitable<void> Run();

  // Sends `response` to a client that is not served, and closes.
  boost::asio::awaitable<void> RunRefused(HttpResponse response);

  // Destroys the waiting coroutine, when the io_context is not run any more.
  void Discard() { mailbox_.DropWaiter(); }

  // --- From any thread.

  // Wakes the coroutine if its time is over.
  void CheckTime(absl::Duration now);

  // Lets the request in flight, if any, finish, and then closes.
  void Drain();

  // Closes at once.
  void Abort();

  void Respond(MakeResponse make) override;
  void RespondStream(HttpResponse head, std::shared_ptr<ChunkQueue> chunks) override;

 private:
  template <typename T>
  using Awaitable = boost::asio::awaitable<T>;
  using Parser = boost::beast::http::request_parser<boost::beast::http::string_body>;
  using Events = EventMailbox::Events;

  // What became of a step.
  enum class Step {
    kDone,
    kClosed,    // the connection is of no more use: close it without a word
    kAnswered,  // the request is refused and answered, with its input perhaps unread: linger, then close
  };

  Awaitable<Step> ServeRequest();
  Awaitable<Step> ReadHead();
  Awaitable<Step> ReadBody(HttpExchange& exchange);
  Awaitable<Step> Refuse(HttpResponse response);
  Awaitable<Step> RefuseInput(boost::system::error_code error);
  Awaitable<Step> Answer(std::shared_ptr<HttpExchange> exchange);
  Awaitable<bool> AwaitAnswer(HttpExchange& exchange);
  Awaitable<Step> SendResponse(HttpResponse response);
  Awaitable<Step> SendStream(HttpExchange& exchange);
  Awaitable<bool> SendBatches(ChunkQueue& chunks, bool chunked);
  Awaitable<bool> Send(std::string_view head, std::string_view body);
  Awaitable<void> Linger();
  void Close();

  // Reads until there is more input. False: the client has gone, the time is over (then timed_out_), or the server
  // drains and nothing of a request has come.
  Awaitable<bool> ReadMore(Events also);
  void StartRead();
  bool FinishRead();

  std::string HeadOf(const HttpResponse& response, bool streamed);
  HttpRequestHead ViewHead() const;
  bool ExpectsContinue() const;
  void SetTimeMax(absl::Duration time_max);
  bool IsTimeOver() const;

  EventMailbox mailbox_;
  std::optional<Socket> socket_;  // none when closed: who still has an answer to give may outlive the io_context
  const HttpServerOptions& options_;
  HttpHandler& handler_;
  const Clock& clock_;
  ResponseCounters& responses_;

  // The coroutine's own.
  InputBuffer input_;
  std::optional<Parser> parser_;
  bool reading_ = false;
  bool client_gone_ = false;
  bool timed_out_ = false;
  bool close_after_ = false;  // this request is the connection's last
  bool is_head_ = false;      // the request's method is HEAD: no body goes out
  DateHeader date_;

  // Written by the read's completion before it posts its event.
  boost::system::error_code read_error_;
  size_t read_bytes_ = 0;

  // Written by the answerer before it posts its event.
  MakeResponse make_response_;
  HttpResponse stream_head_;
  std::shared_ptr<ChunkQueue> stream_chunks_;

  std::atomic<int64_t> deadline_nanos_;  // of the monotonic clock
  std::atomic<bool> draining_ = false;
  std::atomic<bool> aborted_ = false;
};

}  // namespace mayfly::gateway

#endif  // MAYFLY_GATEWAY_HTTP_CONNECTION_H_
