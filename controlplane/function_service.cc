#include "controlplane/function_service.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "base/limits.h"
#include "base/reason.h"
#include "base/uuid.h"
#include "controlplane/overloaded.h"
#include "controlplane/page_token.h"
#include "controlplane/watch_cursor.h"

namespace mayfly::controlplane {
namespace {

// One thread reads the store at a time; the other validates and hashes meanwhile.
constexpr int kThreads = 2;

constexpr char kHttpCode[] = "x-http-code";
constexpr char kNextPageToken[] = "mayfly-next-page-token";

absl::Status FieldError(const char* field, const std::string& description) {
  return MakeFieldError(reason::kRequestInvalid, {{.field = field, .description = description}});
}

absl::StatusOr<Detail> DetailOf(v1::FunctionView view) {
  switch (view) {
    case v1::FUNCTION_VIEW_UNSPECIFIED:
    case v1::BASIC:
      return Detail::kBasic;
    case v1::FULL:
      return Detail::kFull;
    case v1::FunctionView_INT_MIN_SENTINEL_DO_NOT_USE_:
    case v1::FunctionView_INT_MAX_SENTINEL_DO_NOT_USE_:
      break;
  }
  return FieldError("view", absl::StrCat(static_cast<int>(view), " is no view; there are BASIC and FULL"));
}

absl::StatusOr<int> PageSizeOf(int32_t page_size, int page_size_max) {
  if (page_size < 0) return FieldError("pageSize", absl::StrCat(page_size, " is negative"));
  return page_size == 0 ? page_size_max : std::min(page_size, page_size_max);
}

// What a list reads to make a page, and to know whether another follows it.
struct PageRequest {
  Detail detail;
  int size;
};

absl::StatusOr<PageRequest> PageRequestOf(v1::FunctionView view, int32_t page_size, int page_size_max) {
  const absl::StatusOr<Detail> detail = DetailOf(view);
  if (!detail.ok()) return detail.status();
  const absl::StatusOr<int> size = PageSizeOf(page_size, page_size_max);
  if (!size.ok()) return size.status();
  return PageRequest{.detail = *detail, .size = *size};
}

}  // namespace

FunctionService::FunctionService(Store& store, FunctionChecker& checker, size_t source_bytes_max)
    : store_(store),
      feed_(store),
      executor_({.threads = kThreads, .queue_max = kStoreQueueMax}),
      put_context_{.store = store,
                   .checker = checker,
                   .feed = feed_,
                   .executor = executor_,
                   .source_bytes_max = source_bytes_max} {}

FunctionService::~FunctionService() {
  BeginDrain();
  absl::MutexLock lock(mutex_);
  mutex_.Await(absl::Condition(this, &FunctionService::HasNoCalls));
}

void FunctionService::RegisterMethods(MethodTable& table) {
  const auto add = [&]<typename Request, typename Response>(
                       const char* name, void (FunctionService::*handler)(Call, Request&, Response&, UnaryDone)) {
    table.AddUnary<Request, Response>(absl::StrCat("mayfly.v1.FunctionService.", name),
                                      [this, handler](Call call, Request& request, Response& response, UnaryDone done) {
                                        (this->*handler)(std::move(call), request, response, std::move(done));
                                      });
  };
  add("DeployFunction", &FunctionService::Deploy);
  add("CreateFunction", &FunctionService::Create);
  add("GetFunction", &FunctionService::Get);
  add("ListFunctions", &FunctionService::List);
  add("UpdateFunction", &FunctionService::Update);
  add("DeleteFunction", &FunctionService::Delete);
  add("ListFunctionRevisions", &FunctionService::ListRevisions);
  table.AddStream<v1::WatchFunctionsRequest, v1::WatchFunctionsResponse>(
      "mayfly.v1.FunctionService.WatchFunctions",
      [this](Call call, const v1::WatchFunctionsRequest& request, std::shared_ptr<ServerStream> stream) {
        Watch(std::move(call), request, std::move(stream));
      });
}

void FunctionService::BeginDrain() {
  {
    absl::MutexLock lock(mutex_);
    draining_ = true;
  }
  feed_.EndStreams(ShuttingDown());
}

bool FunctionService::AwaitDrained(absl::Duration time_max) {
  absl::MutexLock lock(mutex_);
  return mutex_.AwaitWithTimeout(absl::Condition(this, &FunctionService::HasNoCalls), time_max);
}

UnaryDone FunctionService::Counted(UnaryDone done) {
  {
    absl::MutexLock lock(mutex_);
    ++calls_in_flight_;
  }
  return [this, done = std::move(done)](absl::Status status) mutable {
    std::move(done)(std::move(status));
    absl::MutexLock lock(mutex_);
    --calls_in_flight_;
  };
}

void FunctionService::Run(UnaryDone done, Work work) {
  // Shared, because a task that is not taken is dropped.
  auto counted = std::make_shared<UnaryDone>(Counted(std::move(done)));
  auto task = [counted, work = std::move(work)]() mutable { std::move(work)(std::move(*counted)); };
  if (!executor_.Submit(std::move(task))) {
    std::move (*counted)(Overloaded(absl::StrCat(kStoreQueueMax, " calls wait for the store")));
  }
}

void FunctionService::Write(UnaryDone done, Work work) {
  bool draining;
  {
    absl::MutexLock lock(mutex_);
    draining = draining_;
  }
  if (draining) return std::move(done)(ShuttingDown());
  Run(std::move(done), std::move(work));
}

void FunctionService::Answer(UnaryDone done, absl::AnyInvocable<absl::Status() &&> work) {
  Run(std::move(done), [work = std::move(work)](UnaryDone answer) mutable { std::move(answer)(std::move(work)()); });
}

void FunctionService::Put(const Call& call, const std::string& parent, v1::Manifest& manifest, PutMode mode,
                          v1::Function& response, UnaryDone done) {
  Write(std::move(done), [this, call, &parent, &manifest, mode, &response](UnaryDone answer) {
    const absl::StatusOr<std::string> namespace_id = ParseParent(parent);
    if (!namespace_id.ok()) return std::move(answer)(namespace_id.status());
    const std::string id = manifest.id().empty() ? NewUuidV7() : manifest.id();
    const FunctionName name = {.namespace_id = *namespace_id, .function_id = id};
    PutManifest(put_context_, call, name, mode, std::move(manifest),
                [call, &response, answer = std::move(answer)](absl::StatusOr<PutResult> result) mutable {
                  if (!result.ok()) return std::move(answer)(result.status());
                  if (result->created) call->AddResponseMetadata(kHttpCode, "201");
                  response = std::move(result->function);
                  response.clear_manifest();
                  std::move(answer)(absl::OkStatus());
                });
  });
}

void FunctionService::Deploy(Call call, v1::DeployFunctionRequest& request, v1::Function& response, UnaryDone done) {
  Put(call, request.parent(), *request.mutable_manifest(), PutMode::kDeploy, response, std::move(done));
}

void FunctionService::Create(Call call, v1::CreateFunctionRequest& request, v1::Function& response, UnaryDone done) {
  Put(call, request.parent(), *request.mutable_manifest(), PutMode::kCreate, response, std::move(done));
}

void FunctionService::Update(Call call, v1::UpdateFunctionRequest& request, v1::Function& response, UnaryDone done) {
  Write(std::move(done), [this, call = std::move(call), &request, &response](UnaryDone answer) mutable {
    PutUpdate(put_context_, std::move(call), std::move(request),
              [&response, answer = std::move(answer)](absl::StatusOr<PutResult> result) mutable {
                if (!result.ok()) return std::move(answer)(result.status());
                response = std::move(result->function);
                response.clear_manifest();
                std::move(answer)(absl::OkStatus());
              });
  });
}

void FunctionService::Delete(Call call, v1::DeleteFunctionRequest& request, google::protobuf::Empty& response,
                             UnaryDone done) {
  Write(std::move(done), [this, &request](UnaryDone answer) {
    const absl::StatusOr<FunctionName> name = ParseFunctionName(request.name());
    if (!name.ok()) return std::move(answer)(name.status());
    // Asked first, for an error that names the nearest ids.
    const absl::Status there = store_.Get(*name, 0, Detail::kBasic).status();
    if (absl::IsNotFound(there)) return std::move(answer)(request.allow_missing() ? absl::OkStatus() : there);
    store_.Delete({.name = *name, .etag = request.etag()},
                  [this, name = *name, allow_missing = request.allow_missing(),
                   answer = std::move(answer)](absl::StatusOr<int64_t> sequence) mutable {
                    if (sequence.ok()) feed_.Publish(DeletedMessage(name), *sequence);
                    const bool ok = sequence.ok() || (allow_missing && absl::IsNotFound(sequence.status()));
                    std::move(answer)(ok ? absl::OkStatus() : sequence.status());
                  });
  });
}

void FunctionService::Get(Call call, v1::GetFunctionRequest& request, v1::Function& response, UnaryDone done) {
  Answer(std::move(done), [this, &request, &response]() -> absl::Status {
    const absl::StatusOr<FunctionName> name = ParseFunctionName(request.name());
    if (!name.ok()) return name.status();
    const absl::StatusOr<Detail> detail = DetailOf(request.view());
    if (!detail.ok()) return detail.status();
    if (request.revision() < 0) return FieldError("revision", absl::StrCat(request.revision(), " is negative"));
    absl::StatusOr<v1::Function> function = store_.Get(*name, request.revision(), *detail);
    if (!function.ok()) return function.status();
    response = *std::move(function);
    return absl::OkStatus();
  });
}

void FunctionService::List(Call call, v1::ListFunctionsRequest& request, v1::ListFunctionsResponse& response,
                           UnaryDone done) {
  Answer(std::move(done), [this, call = std::move(call), &request, &response]() -> absl::Status {
    const absl::StatusOr<std::string> namespace_id = ParseParent(request.parent());
    if (!namespace_id.ok()) return namespace_id.status();
    const auto page = PageRequestOf(request.view(), request.page_size(), kPageSizeMax);
    if (!page.ok()) return page.status();
    const absl::StatusOr<std::string> after_id = ParseListToken(request.page_token(), *namespace_id);
    if (!after_id.ok()) return after_id.status();
    auto functions = store_.List(*namespace_id, *after_id, page->size, page->detail);
    if (!functions.ok()) return functions.status();
    if (functions->empty()) return absl::OkStatus();
    const std::string last_id = functions->back().id();
    for (v1::Function& function : *functions) *response.add_functions() = std::move(function);
    const auto more = store_.List(*namespace_id, last_id, 1, Detail::kBasic);
    if (!more.ok()) return more.status();
    if (more->empty()) return absl::OkStatus();
    response.set_next_page_token(MakeListToken(*namespace_id, last_id));
    call->AddResponseMetadata(kNextPageToken, response.next_page_token());
    return absl::OkStatus();
  });
}

void FunctionService::ListRevisions(Call call, v1::ListFunctionRevisionsRequest& request,
                                    v1::ListFunctionRevisionsResponse& response, UnaryDone done) {
  Answer(std::move(done), [this, &request, &response]() -> absl::Status {
    const absl::StatusOr<FunctionName> name = ParseFunctionName(request.name());
    if (!name.ok()) return name.status();
    const auto page = PageRequestOf(request.view(), request.page_size(), kRevisionsKeptMax);
    if (!page.ok()) return page.status();
    const absl::StatusOr<int32_t> before = ParseRevisionsToken(request.page_token(), *name);
    if (!before.ok()) return before.status();
    auto revisions = store_.ListRevisions(*name, *before, page->size, page->detail);
    if (!revisions.ok()) return revisions.status();
    if (revisions->empty()) return absl::OkStatus();
    const int32_t last = revisions->back().revision();
    for (v1::Function& revision : *revisions) *response.add_revisions() = std::move(revision);
    const auto more = store_.ListRevisions(*name, last, 1, Detail::kBasic);
    if (!more.ok()) return more.status();
    if (!more->empty()) response.set_next_page_token(MakeRevisionsToken(*name, last));
    return absl::OkStatus();
  });
}

void FunctionService::Watch(Call call, const v1::WatchFunctionsRequest& request, std::shared_ptr<ServerStream> stream) {
  feed_.Watch(std::move(call), request, std::move(stream));
}

}  // namespace mayfly::controlplane
