#include "gateway/exchange.h"

#include <google/protobuf/descriptor.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "base/limits.h"
#include "base/reason.h"
#include "gateway/chunk_queue.h"
#include "gateway/http_error.h"
#include "gateway/metadata_headers.h"
#include "gateway/response_writer.h"

namespace mayfly::gateway {
namespace {

namespace pb = google::protobuf;

class UnaryExchange final : public Exchange {
 public:
  explicit UnaryExchange(Init init)
      : Exchange(std::move(init)), response_(init_.route->response_prototype->New(&arena_)) {}

 private:
  void Call(std::shared_ptr<HttpResponder> responder) override {
    auto self = std::static_pointer_cast<UnaryExchange>(shared_from_this());
    init_.backend->CallUnary(
        *init_.route->method, init_.call, *request_, *response_,
        [self = std::move(self), responder = std::move(responder)](absl::Status status) mutable {
          HttpResponder& to = *responder;
          to.Respond([self = std::move(self), status = std::move(status)] { return self->MakeResponse(status); });
        });
  }

  HttpResponse MakeResponse(const absl::Status& status) const {
    if (!status.ok()) return MakeErrorResponse(status);
    // The message lives as long as this.
    HttpResponse response =
        WriteResponse(*init_.route, std::shared_ptr<const pb::Message>(shared_from_this(), response_));
    AddMetadataHeaders(init_.call->response_metadata(), response);
    return response;
  }

  pb::Message* const response_;
};

// The stream of one call, as the backend sees it. The response's head waits for the first message, so that a call that
// fails before it gets the status of its error.
class StreamExchange final : public Exchange {
 public:
  explicit StreamExchange(Init init)
      : Exchange(std::move(init)),
        chunks_(std::make_shared<ChunkQueue>(
            ChunkQueue::Options{.chunks_max = kWatchQueueMax, .bytes_max = kStreamBytesMax})) {}

 private:
  class Stream final : public ServerStream {
   public:
    Stream(std::shared_ptr<StreamExchange> exchange, std::shared_ptr<HttpResponder> responder)
        : exchange_(std::move(exchange)), responder_(std::move(responder)) {}

    bool Write(const pb::Message& message) override { return exchange_->Write(message, responder_); }
    void OnDrained(absl::AnyInvocable<void() &&> callback) override {
      exchange_->chunks_->OnDrained(std::move(callback));
    }
    void Finish(absl::Status status) override { exchange_->Finish(std::move(status), responder_); }

   private:
    const std::shared_ptr<StreamExchange> exchange_;
    std::shared_ptr<HttpResponder> responder_;
  };

  void Call(std::shared_ptr<HttpResponder> responder) override {
    auto self = std::static_pointer_cast<StreamExchange>(shared_from_this());
    auto stream = std::make_shared<Stream>(std::move(self), std::move(responder));
    init_.backend->CallServerStream(*init_.route->method, init_.call, *request_, std::move(stream));
  }

  bool Write(const pb::Message& message, std::shared_ptr<HttpResponder>& responder) {
    absl::MutexLock lock(mutex_);
    if (!chunks_->Push(FrameResult(init_.stream_format, ResponseJson(*init_.route, message)))) return false;
    SendHead(responder);
    return true;
  }

  void Finish(absl::Status status, std::shared_ptr<HttpResponder>& responder) {
    absl::MutexLock lock(mutex_);
    if (!status.ok() && responder != nullptr) {
      auto self = std::static_pointer_cast<StreamExchange>(shared_from_this());
      std::exchange(responder, nullptr)->Respond([self = std::move(self), status = std::move(status)] {
        return self->MakeErrorResponse(status);
      });
      return;
    }
    chunks_->Close(status.ok() ? "" : FrameError(init_.stream_format, status));
    SendHead(responder);
  }

  void SendHead(std::shared_ptr<HttpResponder>& responder) {
    if (responder == nullptr) return;
    HttpResponse head{.content_type = ContentTypeOf(init_.stream_format)};
    head.AddHeader("Cache-Control", "no-cache");
    AddMetadataHeaders(init_.call->response_metadata(), head);
    std::exchange(responder, nullptr)->RespondStream(std::move(head), chunks_);
  }

  const std::shared_ptr<ChunkQueue> chunks_;
  absl::Mutex mutex_;  // a stream may be written by any thread
};

}  // namespace

Exchange::Exchange(Init init)
    : init_(std::move(init)),
      arena_(arena_block_, sizeof(arena_block_)),
      request_(init_.route->request_prototype->New(&arena_)) {}

std::shared_ptr<Exchange> Exchange::Create(Init init) {
  if (init.route->method->server_streaming()) return std::make_shared<StreamExchange>(std::move(init));
  return std::make_shared<UnaryExchange>(std::move(init));
}

HttpResponse Exchange::BodyTooLarge() const {
  const bool is_text = init_.route->body_form == BodyForm::kJsonText;
  return ErrorResponse(MakeError(absl::StatusCode::kResourceExhausted,
                                 is_text ? reason::kEventTooLarge : reason::kRequestTooLarge,
                                 absl::StrCat("the body is larger than ", init_.body_bytes_max, " bytes")));
}

void Exchange::Start(std::string body, std::shared_ptr<HttpResponder> responder) {
  init_.parts.body = std::move(body);
  absl::Status status = ReadRequest(*init_.route, std::move(init_.parts), *request_);
  if (status.ok()) return Call(std::move(responder));
  responder->Respond([status = std::move(status)] { return ErrorResponse(status); });
}

HttpResponse Exchange::MakeErrorResponse(const absl::Status& status) const {
  HttpResponse response = ErrorResponse(status);
  AddMetadataHeaders(init_.call->response_metadata(), response);
  return response;
}

}  // namespace mayfly::gateway
