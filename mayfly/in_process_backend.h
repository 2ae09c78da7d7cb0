// A client's calls, straight into the services of this process.
#ifndef MAYFLY_MAYFLY_IN_PROCESS_BACKEND_H_
#define MAYFLY_MAYFLY_IN_PROCESS_BACKEND_H_

#include "base/method_table.h"
#include "clients/cpp/backend.h"

namespace mayfly {

class InProcessBackend final : public client::Backend {
 public:
  // `methods` outlives it, and so do its services.
  explicit InProcessBackend(const MethodTable& methods) : methods_(methods) {}

  // A call that its service does not end by its deadline is cancelled, and waited for no longer.
  absl::Status Call(const google::protobuf::MethodDescriptor& method, const google::protobuf::Message& request,
                    google::protobuf::Message& response, absl::Time deadline) override;

 private:
  const MethodTable& methods_;
};

}  // namespace mayfly

#endif  // MAYFLY_MAYFLY_IN_PROCESS_BACKEND_H_
