#include "gateway/grpc_backend.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>
#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/impl/codegen/proto_utils.h>
#include <grpcpp/support/client_callback.h>

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "base/grpc_details.h"
#include "base/limits.h"
#include "base/reason.h"

namespace mayfly::gateway {
namespace {

using google::protobuf::Message;
using google::protobuf::MethodDescriptor;
using Stub = grpc::TemplatedGenericStub<Message, Message>;

// Messages of a stream that are read before its reader has taken what it has.
constexpr int kStreamReadAheadMax = 64;

std::string PathOf(const MethodDescriptor& method) {
  return absl::StrCat("/", method.service()->full_name(), "/", method.name());
}

absl::Status Unserved(const MethodDescriptor& method) {
  return MakeError(absl::StatusCode::kUnimplemented, reason::kInternal,
                   absl::StrCat("this gateway knows no server of ", method.service()->full_name()));
}

// An error whose server gave it no details: it comes from the connection, or from gRPC itself.
absl::Status TransportError(absl::StatusCode code, const std::string& message, const MethodDescriptor& method) {
  const std::string& service = method.service()->full_name();
  if (code == absl::StatusCode::kUnavailable) {
    return MakeError(code, reason::kPeerUnreachable, absl::StrCat("no server of ", service, " answers (", message, ")"),
                     {{"service", service}});
  }
  if (code == absl::StatusCode::kDeadlineExceeded) {
    return MakeError(code, reason::kRequestTimeout, "the call's deadline has passed without an answer");
  }
  if (code == absl::StatusCode::kCancelled) return MakeError(code, reason::kCancelled, "the call was cancelled");
  return MakeError(code, reason::kInternal, message);
}

absl::Status ToAbslStatus(const grpc::Status& status, const MethodDescriptor& method) {
  if (status.ok()) return absl::OkStatus();
  if (std::optional<absl::Status> error = FindServerError(status)) return *std::move(error);
  return TransportError(static_cast<absl::StatusCode>(status.error_code()), status.error_message(), method);
}

// What the two kinds of call share: the context, filled from the call, and its cancellation.
class ClientCall {
 public:
  ClientCall(const MethodDescriptor& method, std::shared_ptr<ServerCall> call)
      : method_(method), call_(std::move(call)) {
    if (call_->deadline() != absl::InfiniteFuture()) context_.set_deadline(absl::ToChronoTime(call_->deadline()));
    for (const auto& [key, value] : call_->request_metadata()) {
      if (key != kErrorBytesMaxKey) context_.AddMetadata(key, value);
    }
    context_.AddMetadata(kErrorBytesMaxKey, absl::StrCat(kErrorDetailsBytesMax));
  }

  grpc::ClientContext& context() { return context_; }

  // `self` owns this call.
  void WatchCancellation(std::weak_ptr<ClientCall> self) {
    call_->OnCancel([self = std::move(self)] {
      if (const auto call = self.lock()) call->context_.TryCancel();
    });
  }

  void TakeInitialMetadata() {
    for (const auto& [key, value] : context_.GetServerInitialMetadata()) {
      call_->AddResponseMetadata(std::string(key.data(), key.size()), std::string(value.data(), value.size()));
    }
  }

  // The call has ended: its outcome, and nothing more to cancel.
  absl::Status End(const grpc::Status& status) {
    call_->OnCancel({});
    return ToAbslStatus(status, method_);
  }

 private:
  const MethodDescriptor& method_;
  const std::shared_ptr<ServerCall> call_;
  grpc::ClientContext context_;
};

// Reads a server's stream as fast as its reader takes it. Owns itself until OnDone.
class StreamCall final : public grpc::ClientBidiReactor<Message, Message> {
 public:
  StreamCall(const MethodDescriptor& method, std::shared_ptr<ServerCall> call, std::shared_ptr<ServerStream> stream)
      : call_(std::make_shared<ClientCall>(method, std::move(call))),
        stream_(std::move(stream)),
        message_(google::protobuf::MessageFactory::generated_factory()->GetPrototype(method.output_type())->New()) {}

  void Start(Stub& stub, const std::string& path, const Message& request) {
    stub.PrepareBidiStreamingCall(&call_->context(), path, {}, this);
    StartWriteLast(&request, {});
    StartRead(message_.get());
    AddHold();  // for the reads that a drained reader starts
    call_->WatchCancellation(call_);
    StartCall();
  }

  void OnReadInitialMetadataDone(bool ok) override {
    if (ok) call_->TakeInitialMetadata();
  }

  void OnReadDone(bool ok) override {
    if (ok && stream_->Write(*message_)) return ReadNext();
    if (ok) call_->context().TryCancel();
    RemoveHold();
  }

  void OnDone(const grpc::Status& status) override {
    stream_->Finish(call_->End(status));
    delete this;
  }

 private:
  void ReadNext() {
    if (++read_ahead_ < kStreamReadAheadMax) return StartRead(message_.get());
    read_ahead_ = 0;
    stream_->OnDrained([this] { StartRead(message_.get()); });
  }

  const std::shared_ptr<ClientCall> call_;
  const std::shared_ptr<ServerStream> stream_;
  const std::unique_ptr<Message> message_;
  int read_ahead_ = 0;
};

}  // namespace

struct GrpcBackend::Peer {
  std::unique_ptr<Stub> stub;
};

GrpcBackend::GrpcBackend(const Channels& channels) {
  for (const auto& [service, channel] : channels) {
    peers_.emplace(service, std::unique_ptr<Peer>(new Peer{.stub = std::make_unique<Stub>(channel)}));
  }
}

GrpcBackend::~GrpcBackend() = default;

const GrpcBackend::Peer* GrpcBackend::FindPeer(const MethodDescriptor& method) const {
  const auto found = peers_.find(method.service()->full_name());
  return found == peers_.end() ? nullptr : found->second.get();
}

void GrpcBackend::CallUnary(const MethodDescriptor& method, std::shared_ptr<ServerCall> call, Message& request,
                            Message& response, Done done) {
  const Peer* peer = FindPeer(method);
  if (peer == nullptr) return std::move(done)(Unserved(method));
  auto client_call = std::make_shared<ClientCall>(method, std::move(call));
  client_call->WatchCancellation(client_call);
  grpc::ClientContext& context = client_call->context();
  // std::function copies, and `done` cannot be copied.
  auto shared_done = std::make_shared<Done>(std::move(done));
  peer->stub->UnaryCall(
      &context, PathOf(method), {}, &request, &response,
      [client_call = std::move(client_call), shared_done = std::move(shared_done)](const grpc::Status& status) {
        client_call->TakeInitialMetadata();
        std::move (*shared_done)(client_call->End(status));
      });
}

void GrpcBackend::CallServerStream(const MethodDescriptor& method, std::shared_ptr<ServerCall> call,
                                   const Message& request, std::shared_ptr<ServerStream> stream) {
  const Peer* peer = FindPeer(method);
  if (peer == nullptr) return stream->Finish(Unserved(method));
  (new StreamCall(method, std::move(call), std::move(stream)))->Start(*peer->stub, PathOf(method), request);
}

}  // namespace mayfly::gateway
