#include "mayfly/in_process_backend.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "base/error.h"
#include "base/reason.h"

namespace mayfly {
namespace {

// Shared with the service, which may still hold it when the caller has stopped to wait.
struct Pending {
  std::unique_ptr<google::protobuf::Message> request;
  std::unique_ptr<google::protobuf::Message> response;
  absl::Status status;
  absl::Notification done;
};

// The services keep deadlines themselves and tell more of them than we could: what ran, and what it had printed.
constexpr absl::Duration kAnswerGrace = absl::Milliseconds(250);

}  // namespace

absl::Status InProcessBackend::Call(const google::protobuf::MethodDescriptor& method,
                                    const google::protobuf::Message& request, google::protobuf::Message& response,
                                    absl::Time deadline) {
  const Method* found = methods_.Find(method.full_name());
  if (found == nullptr || !found->unary) {
    return MakeError(absl::StatusCode::kUnimplemented, reason::kInternal,
                     absl::StrCat("this process does not serve ", method.full_name()));
  }
  auto pending = std::make_shared<Pending>();
  // A service may move from its request.
  pending->request.reset(request.New());
  pending->request->CopyFrom(request);
  pending->response.reset(response.New());
  auto call = std::make_shared<ServerCall>(deadline, Metadata{});
  found->unary(call, *pending->request, *pending->response, [pending](absl::Status status) {
    pending->status = std::move(status);
    pending->done.Notify();
  });
  if (!pending->done.WaitForNotificationWithDeadline(deadline + kAnswerGrace)) {
    call->Cancel();
    return MakeError(absl::StatusCode::kDeadlineExceeded, reason::kRequestTimeout, "no answer before the deadline");
  }
  response.GetReflection()->Swap(&response, pending->response.get());
  return pending->status;
}

}  // namespace mayfly
