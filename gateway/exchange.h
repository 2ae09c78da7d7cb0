// One REST request as one call of the backend.
#ifndef MAYFLY_GATEWAY_EXCHANGE_H_
#define MAYFLY_GATEWAY_EXCHANGE_H_

#include <google/protobuf/arena.h>
#include <google/protobuf/message.h>

#include <memory>
#include <string>

#include "base/call.h"
#include "gateway/backend.h"
#include "gateway/http_handler.h"
#include "gateway/request_reader.h"
#include "gateway/route.h"
#include "gateway/stream_format.h"

namespace mayfly::gateway {

// Answers one request. Unary and streaming calls differ in what they do with the answer.
class Exchange : public HttpExchange, public std::enable_shared_from_this<Exchange> {
 public:
  struct Init {
    const Route* route;
    Backend* backend;
    std::shared_ptr<ServerCall> call;
    RequestParts parts;  // all but the body
    StreamFormat stream_format;
    size_t body_bytes_max;
  };

  // The exchange that fits the route's method. Route and backend outlive it.
  static std::shared_ptr<Exchange> Create(Init init);

  size_t body_bytes_max() const override { return init_.body_bytes_max; }
  HttpResponse BodyTooLarge() const override;
  void Start(std::string body, std::shared_ptr<HttpResponder> responder) final;
  void Cancel() override { init_.call->Cancel(); }

 protected:
  explicit Exchange(Init init);

  // Calls the backend with the request, which is filled.
  virtual void Call(std::shared_ptr<HttpResponder> responder) = 0;

  // An error with the call's response metadata.
  HttpResponse MakeErrorResponse(const absl::Status& status) const;

  Init init_;

 private:
  // Room for an ordinary request and response without their texts.
  alignas(8) char arena_block_[1536];

 protected:
  google::protobuf::Arena arena_;  // holds the messages of the call
  google::protobuf::Message* const request_;
};

}  // namespace mayfly::gateway

#endif  // MAYFLY_GATEWAY_EXCHANGE_H_
