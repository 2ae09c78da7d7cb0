#include "gateway/http_connection.h"

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/field.hpp>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "base/reason.h"
#include "gateway/http_error.h"

namespace mayfly::gateway {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using boost::system::error_code;

// The events of the mailbox.
constexpr EventMailbox::Events kRead = 1;      // the read under way has ended
constexpr EventMailbox::Events kWritable = 2;  // the socket takes bytes again
constexpr EventMailbox::Events kAnswer = 4;    // the answer is there
constexpr EventMailbox::Events kChunks = 8;    // a stream has more to send
constexpr EventMailbox::Events kTime = 16;     // look at the time
constexpr EventMailbox::Events kDrain = 32;
constexpr EventMailbox::Events kAbort = 64;

// Input read ahead of the request that is being answered; beyond it the client waits.
constexpr size_t kReadAheadBytesMax = 64 * kKiB;

constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

absl::Status RequestError(absl::StatusCode code, const char* reason, std::string_view message) {
  return MakeError(code, reason, message);
}

// A framing that two readers could take for two different requests, or that nobody could send on.
absl::Status CheckFraming(const http::request<http::string_body>& request, bool chunked) {
  if (request.version() == 11 && request.count(http::field::host) != 1) {
    return RequestError(absl::StatusCode::kInvalidArgument, reason::kRequestInvalid,
                        "the request must have one Host header");
  }
  const auto encoding = request.find(http::field::transfer_encoding);
  if (encoding == request.end()) return absl::OkStatus();
  const bool known = chunked && request.count(http::field::transfer_encoding) == 1 &&
                     absl::EqualsIgnoreCase(std::string_view(encoding->value()), "chunked");
  if (known) return absl::OkStatus();
  return RequestError(absl::StatusCode::kUnimplemented, reason::kRequestInvalid,
                      absl::StrCat("the Transfer-Encoding '", std::string_view(encoding->value()),
                                   "' cannot be read: send chunked, or a Content-Length"));
}

HttpResponse InputErrorResponse(const error_code& error, size_t header_bytes_max) {
  if (error == http::error::header_limit) {
    return ErrorResponse(
        RequestError(absl::StatusCode::kResourceExhausted, reason::kRequestTooLarge,
                     absl::StrCat("the request's headers are larger than ", header_bytes_max, " bytes")),
        431);
  }
  return ErrorResponse(RequestError(absl::StatusCode::kInvalidArgument, reason::kRequestInvalid,
                                    absl::StrCat("the request is not HTTP/1.1: ", error.message())));
}

HttpResponse TimeoutResponse() {
  return ErrorResponse(
      RequestError(absl::StatusCode::kDeadlineExceeded, reason::kRequestTimeout, "the request did not arrive in time"),
      408);
}

}  // namespace

HttpConnection::HttpConnection(asio::io_context& io, Socket socket, const HttpServerOptions& options,
                               HttpHandler& handler, const Clock& clock, ResponseCounters& responses)
    : mailbox_(io),
      socket_(std::move(socket)),
      options_(options),
      handler_(handler),
      clock_(clock),
      responses_(responses) {
  SetTimeMax(options_.idle_time_max);
}

asio::awaitable<void> HttpConnection::Run() {
  Step step = Step::kDone;
  while (step == Step::kDone && !close_after_) step = co_await ServeRequest();
  if (step == Step::kAnswered || (step == Step::kDone && close_after_)) co_await Linger();
  Close();
}

asio::awaitable<void> HttpConnection::RunRefused(HttpResponse response) {
  parser_.emplace();
  if (co_await Refuse(std::move(response)) == Step::kAnswered) co_await Linger();
  Close();
}

void HttpConnection::Close() {
  error_code ignored;
  socket_->close(ignored);
  socket_.reset();
}

void HttpConnection::CheckTime(absl::Duration now) {
  if (absl::ToInt64Nanoseconds(now) >= deadline_nanos_.load(std::memory_order_relaxed)) mailbox_.Post(kTime);
}

void HttpConnection::Drain() {
  draining_ = true;
  mailbox_.Post(kDrain);
}

void HttpConnection::Abort() {
  aborted_ = true;
  mailbox_.Post(kAbort);
}

void HttpConnection::Respond(MakeResponse make) {
  make_response_ = std::move(make);
  mailbox_.Post(kAnswer);
}

void HttpConnection::RespondStream(HttpResponse head, std::shared_ptr<ChunkQueue> chunks) {
  stream_head_ = std::move(head);
  stream_chunks_ = std::move(chunks);
  mailbox_.Post(kAnswer);
}

asio::awaitable<HttpConnection::Step> HttpConnection::ServeRequest() {
  Step step = co_await ReadHead();
  if (step != Step::kDone) co_return step;
  auto begun = handler_.Begin(ViewHead());
  if (auto* response = std::get_if<HttpResponse>(&begun)) {
    if (parser_->is_done()) co_return co_await SendResponse(std::move(*response));
    co_return co_await Refuse(std::move(*response));
  }
  const auto exchange = std::get<std::shared_ptr<HttpExchange>>(std::move(begun));
  step = co_await ReadBody(*exchange);
  if (step != Step::kDone) co_return step;
  co_return co_await Answer(exchange);
}

asio::awaitable<HttpConnection::Step> HttpConnection::ReadHead() {
  parser_.emplace();
  parser_->header_limit(static_cast<uint32_t>(options_.header_bytes_max));
  parser_->body_limit(boost::none);  // the handler says, once it has seen the head
  SetTimeMax(options_.idle_time_max);
  is_head_ = false;
  bool begun = false;
  while (true) {
    // An empty line before a request is passed over (RFC 9112, 2.2).
    while (!begun && input_.data().starts_with("\r\n")) input_.Consume(2);
    const bool perhaps_empty_line = !begun && input_.data() == "\r";
    if (!input_.data().empty() && !perhaps_empty_line) {
      if (!std::exchange(begun, true)) SetTimeMax(options_.header_time_max);
      error_code error;
      const std::string_view data = input_.data();
      input_.Consume(parser_->put(asio::const_buffer(data.data(), data.size()), error));
      if (error && error != http::error::need_more) co_return co_await RefuseInput(error);
      if (parser_->is_header_done()) break;
    }
    if (!co_await ReadMore(begun ? 0 : kDrain)) {
      if (!begun || !timed_out_) co_return Step::kClosed;
      co_return co_await Refuse(TimeoutResponse());
    }
  }
  is_head_ = parser_->get().method() == http::verb::head;
  close_after_ = !parser_->keep_alive();
  const absl::Status status = CheckFraming(parser_->get(), parser_->chunked());
  if (status.ok()) co_return Step::kDone;
  co_return co_await Refuse(ErrorResponse(status));
}

asio::awaitable<HttpConnection::Step> HttpConnection::ReadBody(HttpExchange& exchange) {
  const size_t bytes_max = exchange.body_bytes_max();
  if (parser_->content_length().value_or(0) > bytes_max) co_return co_await Refuse(exchange.BodyTooLarge());
  if (parser_->is_done()) co_return Step::kDone;
  SetTimeMax(options_.body_time_max);
  parser_->body_limit(bytes_max);
  parser_->eager(true);
  if (ExpectsContinue() && input_.data().empty() && !co_await Send(kContinue, {})) co_return Step::kClosed;
  while (true) {
    if (!input_.data().empty()) {
      error_code error;
      const std::string_view data = input_.data();
      input_.Consume(parser_->put(asio::const_buffer(data.data(), data.size()), error));
      if (error == http::error::body_limit) co_return co_await Refuse(exchange.BodyTooLarge());
      if (error && error != http::error::need_more) co_return co_await RefuseInput(error);
      if (parser_->is_done()) co_return Step::kDone;
    }
    if (co_await ReadMore(0)) continue;
    if (!timed_out_) co_return Step::kClosed;
    co_return co_await Refuse(TimeoutResponse());
  }
}

asio::awaitable<HttpConnection::Step> HttpConnection::Refuse(HttpResponse response) {
  close_after_ = true;
  const Step step = co_await SendResponse(std::move(response));
  co_return step == Step::kDone ? Step::kAnswered : step;
}

asio::awaitable<HttpConnection::Step> HttpConnection::RefuseInput(error_code error) {
  return Refuse(InputErrorResponse(error, options_.header_bytes_max));
}

asio::awaitable<HttpConnection::Step> HttpConnection::Answer(std::shared_ptr<HttpExchange> exchange) {
  exchange->Start(std::move(parser_->get().body()), shared_from_this());
  if (mailbox_.Take(kAnswer) == 0 && !co_await AwaitAnswer(*exchange)) {
    exchange->Cancel();
    co_return Step::kClosed;
  }
  if (stream_chunks_ != nullptr) co_return co_await SendStream(*exchange);
  HttpResponse response = std::exchange(make_response_, nullptr)();
  co_return co_await SendResponse(std::move(response));
}

// Waits for the answer while it watches the client. False: the client has gone.
asio::awaitable<bool> HttpConnection::AwaitAnswer(HttpExchange& exchange) {
  while (true) {
    if (!reading_ && input_.data().size() < kReadAheadBytesMax) StartRead();
    const Events events = co_await mailbox_.Wait(kAnswer | kRead | kAbort);
    if ((events & kRead) != 0 && !FinishRead()) co_return false;
    if (aborted_) co_return false;
    if ((events & kAnswer) != 0) co_return true;
  }
}

asio::awaitable<HttpConnection::Step> HttpConnection::SendResponse(HttpResponse response) {
  SetTimeMax(options_.body_time_max);
  const std::string head = HeadOf(response, false);
  const bool sent = co_await Send(head, is_head_ ? std::string_view() : response.body_view());
  co_return sent ? Step::kDone : Step::kClosed;
}

asio::awaitable<HttpConnection::Step> HttpConnection::SendStream(HttpExchange& exchange) {
  const std::shared_ptr<ChunkQueue> chunks = std::exchange(stream_chunks_, nullptr);
  chunks->OnReadable([this] { mailbox_.Post(kChunks); });
  const bool chunked = parser_->get().version() == 11;
  close_after_ |= !chunked;
  SetTimeMax(options_.body_time_max);
  const std::string head = HeadOf(stream_head_, true);
  const bool head_sent = co_await Send(head, {});
  bool sent = head_sent;
  if (head_sent && !is_head_) sent = co_await SendBatches(*chunks, chunked);
  chunks->Abandon();
  mailbox_.Take(kChunks);
  if (!sent || is_head_) exchange.Cancel();
  co_return sent ? Step::kDone : Step::kClosed;
}

// Sends what comes through `chunks` until it is closed. False: the client has gone or is too slow.
asio::awaitable<bool> HttpConnection::SendBatches(ChunkQueue& chunks, bool chunked) {
  while (true) {
    ChunkQueue::Batch batch = chunks.Take();
    if (!batch.bytes.empty()) {
      SetTimeMax(options_.body_time_max);
      const std::string size = chunked ? absl::StrCat(absl::Hex(batch.bytes.size()), "\r\n") : "";
      if (chunked) batch.bytes += "\r\n";
      if (!co_await Send(size, batch.bytes)) co_return false;
      continue;
    }
    if (batch.closed) co_return co_await Send(chunked ? "0\r\n\r\n" : "", {});
    if (!reading_ && input_.data().size() < kReadAheadBytesMax) StartRead();
    const Events events = co_await mailbox_.Wait(kChunks | kRead | kAbort);
    if ((events & kRead) != 0 && !FinishRead()) co_return false;
    if (aborted_) co_return false;
  }
}

// Sends both, without a copy. False: the client has gone or does not take them in time.
asio::awaitable<bool> HttpConnection::Send(std::string_view head, std::string_view body) {
  while (!head.empty() || !body.empty()) {
    const std::array<asio::const_buffer, 2> buffers = {asio::const_buffer(head.data(), head.size()),
                                                       asio::const_buffer(body.data(), body.size())};
    error_code error;
    size_t sent = socket_->write_some(buffers, error);
    const size_t of_head = std::min(sent, head.size());
    head.remove_prefix(of_head);
    body.remove_prefix(sent - of_head);
    if (error && error != asio::error::would_block) co_return false;
    if (!error) continue;
    socket_->async_wait(Socket::wait_write,
                        [self = shared_from_this()](const error_code&) { self->mailbox_.PostAndResume(kWritable); });
    do {
      if (((co_await mailbox_.Wait(kWritable | kTime | kAbort)) & kWritable) != 0) break;
    } while (!IsTimeOver() && !aborted_);
    if (IsTimeOver() || aborted_) co_return false;
  }
  co_return true;
}

// After an answer to a request that may not have been read whole: says that no more comes, and reads what is under way,
// so that the client reads the answer and not a reset.
asio::awaitable<void> HttpConnection::Linger() {
  error_code ignored;
  socket_->shutdown(Socket::shutdown_send, ignored);
  SetTimeMax(options_.linger_time_max);
  timed_out_ = false;
  do {
    input_.Consume(input_.data().size());
  } while (co_await ReadMore(0));
}

asio::awaitable<bool> HttpConnection::ReadMore(Events also) {
  if (client_gone_ || aborted_ || (also != 0 && draining_)) co_return false;
  if (!reading_) StartRead();
  while (true) {
    const Events events = co_await mailbox_.Wait(kRead | kTime | kAbort | also);
    if ((events & kRead) != 0) co_return FinishRead();
    if (aborted_ || (events & also) != 0) co_return false;
    timed_out_ = IsTimeOver();
    if (timed_out_) co_return false;
  }
}

void HttpConnection::StartRead() {
  reading_ = true;
  const auto space = input_.Prepare();
  socket_->async_read_some(asio::buffer(space.data(), space.size()),
                           [self = shared_from_this()](const error_code& error, size_t bytes) {
                             self->read_error_ = error;
                             self->read_bytes_ = bytes;
                             self->mailbox_.PostAndResume(kRead);
                           });
}

// After kRead. False: the client has gone.
bool HttpConnection::FinishRead() {
  reading_ = false;
  client_gone_ = static_cast<bool>(read_error_);
  if (!client_gone_) input_.Commit(read_bytes_);
  return !client_gone_;
}

std::string HttpConnection::HeadOf(const HttpResponse& response, bool streamed) {
  close_after_ |= draining_;
  responses_[static_cast<size_t>(response.status / 100 - 1)].fetch_add(1, std::memory_order_relaxed);
  const bool chunked = streamed && parser_->get().version() == 11;
  const bool has_body = response.status != 204 && !streamed;
  std::string head;
  head.reserve(256 + response.headers.size());
  absl::StrAppend(&head, "HTTP/1.1 ", response.status, " ", HttpReasonPhrase(response.status), "\r\n");
  if (!response.content_type.empty()) absl::StrAppend(&head, "Content-Type: ", response.content_type, "\r\n");
  if (has_body) absl::StrAppend(&head, "Content-Length: ", response.body_view().size(), "\r\n");
  if (chunked) absl::StrAppend(&head, "Transfer-Encoding: chunked\r\n");
  if (close_after_) {
    absl::StrAppend(&head, "Connection: close\r\n");
  } else if (parser_->get().version() == 10) {
    absl::StrAppend(&head, "Connection: keep-alive\r\n");
  }
  absl::StrAppend(&head, date_.At(clock_.Now()), response.headers, "\r\n");
  return head;
}

HttpRequestHead HttpConnection::ViewHead() const {
  const auto& request = parser_->get();
  HttpRequestHead head{.method = request.method_string(), .target = request.target(), .headers = {}};
  for (const auto& field : request) head.headers.Add(field.name_string(), field.value());
  return head;
}

bool HttpConnection::ExpectsContinue() const {
  const auto& request = parser_->get();
  return absl::EqualsIgnoreCase(std::string_view(request[http::field::expect]), "100-continue") &&
         request.version() == 11;
}

void HttpConnection::SetTimeMax(absl::Duration time_max) {
  deadline_nanos_.store(absl::ToInt64Nanoseconds(clock_.Monotonic() + time_max), std::memory_order_relaxed);
}

bool HttpConnection::IsTimeOver() const {
  return absl::ToInt64Nanoseconds(clock_.Monotonic()) >= deadline_nanos_.load(std::memory_order_relaxed);
}

}  // namespace mayfly::gateway
