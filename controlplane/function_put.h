// A deploy, create or update on its way: validate, load in a worker, store, publish.
#ifndef MAYFLY_CONTROLPLANE_FUNCTION_PUT_H_
#define MAYFLY_CONTROLPLANE_FUNCTION_PUT_H_

#include <atomic>
#include <cstddef>
#include <memory>
#include <string>

#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "base/call.h"
#include "base/function_name.h"
#include "base/limits.h"
#include "controlplane/change_feed.h"
#include "controlplane/executor.h"
#include "controlplane/function_checker.h"
#include "controlplane/store.h"
#include "mayfly/v1/function_service.pb.h"

namespace mayfly::controlplane {

// What every put uses; it outlives them.
struct PutContext {
  Store& store;
  FunctionChecker& checker;
  ChangeFeed& feed;
  Executor& executor;
  const size_t source_bytes_max = kManifestBytesMax;  // as ValidateManifest's `bytes_max`
  std::atomic<int> checks_in_flight = 0;
};

// Answers a put: once, on any thread, after its change has been published.
using PutAnswer = absl::AnyInvocable<void(absl::StatusOr<PutResult>) &&>;

// Stores `manifest` as the function `name` (its id). `mode` is kDeploy or kCreate. Called on the executor.
void PutManifest(PutContext& context, std::shared_ptr<ServerCall> call, const FunctionName& name, PutMode mode,
                 v1::Manifest manifest, PutAnswer answer);

// UpdateFunction; the request is used up. An update without an etag that others overtake is made anew on what they
// stored, up to kUpdateAttemptsMax times. Called on the executor.
void PutUpdate(PutContext& context, std::shared_ptr<ServerCall> call, v1::UpdateFunctionRequest request,
               PutAnswer answer);

}  // namespace mayfly::controlplane

#endif  // MAYFLY_CONTROLPLANE_FUNCTION_PUT_H_
