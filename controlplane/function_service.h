// mayfly.v1.FunctionService: the control plane.
#ifndef MAYFLY_CONTROLPLANE_FUNCTION_SERVICE_H_
#define MAYFLY_CONTROLPLANE_FUNCTION_SERVICE_H_

#include <cstddef>
#include <memory>

#include "absl/base/thread_annotations.h"
#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "base/call.h"
#include "base/limits.h"
#include "base/method_table.h"
#include "controlplane/change_feed.h"
#include "controlplane/executor.h"
#include "controlplane/function_checker.h"
#include "controlplane/function_put.h"
#include "controlplane/store.h"
#include "google/protobuf/empty.pb.h"
#include "mayfly/v1/function_service.pb.h"

namespace mayfly::controlplane {

// Handlers return at once: what blocks for the disk runs on the service's own threads. Thread-safe.
class FunctionService {
 public:
  // `store` and `checker` outlive the service. A function's names, sources and warm-up events have at most
  // `source_bytes_max` bytes together.
  FunctionService(Store& store, FunctionChecker& checker, size_t source_bytes_max = kManifestBytesMax);
  // Drains, and waits until every call has been answered; so the checker must still answer. No method may be called any
  // more.
  ~FunctionService();

  FunctionService(const FunctionService&) = delete;
  FunctionService& operator=(const FunctionService&) = delete;

  // Adds the RPCs. The table must not be used when the service is gone.
  void RegisterMethods(MethodTable& table);

  // Tells a reader in this process the state and, before a write is answered, each change: ChangeFeed::Follow.
  absl::Status Follow(ChangeFeed::Follower follower) { return feed_.Follow(std::move(follower)); }

  // From now on writes are refused with UNAVAILABLE SHUTTING_DOWN, and watches end with it. Reads, and writes under
  // way, go on.
  void BeginDrain();

  // Waits until no call is in flight; false when `time_max` has passed first.
  bool AwaitDrained(absl::Duration time_max);

 private:
  using Call = std::shared_ptr<ServerCall>;

  void Deploy(Call call, v1::DeployFunctionRequest& request, v1::Function& response, UnaryDone done);
  void Create(Call call, v1::CreateFunctionRequest& request, v1::Function& response, UnaryDone done);
  void Get(Call call, v1::GetFunctionRequest& request, v1::Function& response, UnaryDone done);
  void List(Call call, v1::ListFunctionsRequest& request, v1::ListFunctionsResponse& response, UnaryDone done);
  void Update(Call call, v1::UpdateFunctionRequest& request, v1::Function& response, UnaryDone done);
  void Delete(Call call, v1::DeleteFunctionRequest& request, google::protobuf::Empty& response, UnaryDone done);
  void ListRevisions(Call call, v1::ListFunctionRevisionsRequest& request, v1::ListFunctionRevisionsResponse& response,
                     UnaryDone done);
  void Watch(Call call, const v1::WatchFunctionsRequest& request, std::shared_ptr<ServerStream> stream);

  void Put(const Call& call, const std::string& parent, v1::Manifest& manifest, PutMode mode, v1::Function& response,
           UnaryDone done);

  // Answers with what `work` returns, on one of the service's threads.
  void Answer(UnaryDone done, absl::AnyInvocable<absl::Status() &&> work);
  // Runs `work`, which answers by `done`, on one of the service's threads; for writes, which are refused when draining.
  using Work = absl::AnyInvocable<void(UnaryDone done) &&>;
  void Write(UnaryDone done, Work work);
  void Run(UnaryDone done, Work work);

  // Wraps `done` so that the call counts as in flight until it has been answered.
  UnaryDone Counted(UnaryDone done);
  bool HasNoCalls() const ABSL_SHARED_LOCKS_REQUIRED(mutex_) { return calls_in_flight_ == 0; }

  Store& store_;
  ChangeFeed feed_;
  Executor executor_;
  PutContext put_context_;
  absl::Mutex mutex_;
  bool draining_ ABSL_GUARDED_BY(mutex_) = false;
  int calls_in_flight_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace mayfly::controlplane

#endif  // MAYFLY_CONTROLPLANE_FUNCTION_SERVICE_H_
