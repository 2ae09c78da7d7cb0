#include "controlplane/function_put.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "base/limits.h"
#include "base/manifest.h"
#include "base/reason.h"
#include "controlplane/overloaded.h"
#include "controlplane/store_error.h"
#include "controlplane/update_mask.h"
#include "controlplane/watch_cursor.h"

namespace mayfly::controlplane {
namespace {

absl::Status Cancelled() {
  return MakeError(absl::StatusCode::kCancelled, reason::kCancelled,
                   "the call was cancelled by its caller; nothing was stored");
}

// The last steps, the same for all: load `request`'s manifest in a worker, store it, publish it.
void CheckAndStore(PutContext& context, std::shared_ptr<ServerCall> call, PutRequest request, PutAnswer answer) {
  if (call->cancelled()) return std::move(answer)(Cancelled());
  if (context.checks_in_flight.fetch_add(1) >= kChecksInFlightMax) {
    context.checks_in_flight.fetch_sub(1);
    return std::move(answer)(Overloaded(absl::StrCat(kChecksInFlightMax, " functions are being loaded already")));
  }
  auto pending = std::make_shared<PutRequest>(std::move(request));
  const absl::Time deadline = call->deadline();
  auto store = [&context, pending, call = std::move(call), answer = std::move(answer)](absl::Status checked) mutable {
    context.checks_in_flight.fetch_sub(1);
    if (checked.ok() && call->cancelled()) checked = Cancelled();
    if (!checked.ok()) return std::move(answer)(std::move(checked));
    context.store.Put(std::move(*pending),
                      [&context, answer = std::move(answer)](absl::StatusOr<PutResult> result) mutable {
                        if (result.ok()) context.feed.Publish(PutMessage(result->function), result->sequence);
                        std::move(answer)(std::move(result));
                      });
  };
  context.checker.Check(pending->manifest, deadline, std::move(store));
}

absl::StatusOr<PutRequest> Validated(const PutContext& context, const FunctionName& name, PutMode mode,
                                     std::string etag, v1::Manifest manifest) {
  if (absl::Status status = ValidateManifest(manifest, "", context.source_bytes_max); !status.ok()) return status;
  FillManifestDefaults(manifest);
  manifest.set_id(name.function_id);
  std::string content_sha256 = ManifestSha256(manifest);
  return PutRequest{.name = name,
                    .mode = mode,
                    .etag = std::move(etag),
                    .manifest = std::move(manifest),
                    .content_sha256 = std::move(content_sha256)};
}

// One UpdateFunction. Keeps itself alive while it waits for an answer.
class Update : public std::enable_shared_from_this<Update> {
 public:
  Update(PutContext& context, std::shared_ptr<ServerCall> call, v1::UpdateFunctionRequest request, PutAnswer answer)
      : context_(context), call_(std::move(call)), request_(std::move(request)), answer_(std::move(answer)) {}

  // Reads the latest revision and makes the next of it. Called on the executor.
  void Attempt() {
    ++attempts_;
    absl::StatusOr<PutRequest> put = MakePut();
    if (!put.ok()) return std::move(answer_)(put.status());
    CheckAndStore(context_, call_, *std::move(put),
                  [self = shared_from_this()](absl::StatusOr<PutResult> result) { self->Settle(std::move(result)); });
  }

 private:
  absl::StatusOr<PutRequest> MakePut() const {
    const absl::StatusOr<FunctionName> name = ParseFunctionName(request_.name());
    if (!name.ok()) return name.status();
    if (absl::Status status = ValidateUpdateMask(request_.update_mask()); !status.ok()) return status;
    const std::string& id = request_.manifest().id();
    if (!id.empty() && id != name->function_id) {
      return MakeFieldError(
          reason::kManifestInvalid,
          {{.field = "id",
            .description = absl::StrCat("is not '", name->function_id, "', the id of the function to update")}});
    }
    absl::StatusOr<v1::Function> latest = context_.store.Get(*name, 0, Detail::kFull);
    if (absl::IsNotFound(latest.status()) && request_.allow_missing()) return PutMissing(*name);
    if (!latest.ok()) return latest.status();
    if (!request_.etag().empty() && request_.etag() != latest->etag()) {
      return EtagMismatch(*name, latest->revision(), latest->etag(), request_.etag());
    }
    v1::Manifest manifest = std::move(*latest->mutable_manifest());
    ApplyUpdateMask(request_.update_mask(), request_.manifest(), manifest);
    // The next revision is made of this one, so that one must still be the latest when it is stored.
    return Validated(context_, *name, PutMode::kUpdate, latest->etag(), std::move(manifest));
  }

  absl::StatusOr<PutRequest> PutMissing(const FunctionName& name) const {
    if (!request_.etag().empty()) return EtagOfGoneFunction(name, request_.etag());
    return Validated(context_, name, PutMode::kCreate, "", request_.manifest());
  }

  // Whether another write of the function came between, and this update did not ask that none may.
  bool WasOvertaken(const absl::Status& status) const {
    const std::string reason = ErrorReason(status);
    return request_.etag().empty() && (reason == reason::kEtagMismatch || reason == reason::kFunctionExists);
  }

  void Settle(absl::StatusOr<PutResult> result) {
    if (!WasOvertaken(result.status()) || attempts_ >= kUpdateAttemptsMax) return std::move(answer_)(std::move(result));
    if (context_.executor.Submit([self = shared_from_this()] { self->Attempt(); })) return;
    std::move(answer_)(Overloaded("too many calls wait"));
  }

  PutContext& context_;
  const std::shared_ptr<ServerCall> call_;
  const v1::UpdateFunctionRequest request_;
  PutAnswer answer_;
  int attempts_ = 0;
};

}  // namespace

void PutManifest(PutContext& context, std::shared_ptr<ServerCall> call, const FunctionName& name, PutMode mode,
                 v1::Manifest manifest, PutAnswer answer) {
  absl::StatusOr<PutRequest> request = Validated(context, name, mode, "", std::move(manifest));
  if (!request.ok()) return std::move(answer)(request.status());
  if (mode == PutMode::kCreate) {
    // Only spares a load; the store decides.
    const absl::StatusOr<v1::Function> there = context.store.Get(name, 0, Detail::kBasic);
    if (there.ok()) return std::move(answer)(FunctionExists(name, there->revision()));
  }
  CheckAndStore(context, std::move(call), *std::move(request), std::move(answer));
}

void PutUpdate(PutContext& context, std::shared_ptr<ServerCall> call, v1::UpdateFunctionRequest request,
               PutAnswer answer) {
  std::make_shared<Update>(context, std::move(call), std::move(request), std::move(answer))->Attempt();
}

}  // namespace mayfly::controlplane
