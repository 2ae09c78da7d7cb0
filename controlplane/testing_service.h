// A FunctionService on a store in memory, with a checker that the test holds.
#ifndef MAYFLY_CONTROLPLANE_TESTING_SERVICE_H_
#define MAYFLY_CONTROLPLANE_TESTING_SERVICE_H_

#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/method_table.h"
#include "base/reason.h"
#include "controlplane/function_service.h"
#include "controlplane/sqlite_store.h"

namespace mayfly::controlplane {

// Loads whatever does not hold "broken"; a test may hold the loads.
class FakeChecker final : public FunctionChecker {
 public:
  void Check(const v1::Manifest& manifest, absl::Time deadline,
             absl::AnyInvocable<void(absl::Status) &&> done) override {
    ++checks;
    EXPECT_FALSE(manifest.function_name().empty());
    EXPECT_FALSE(manifest.id().empty());
    absl::Status status;
    if (manifest.source().find("broken") != std::string::npos) {
      status = MakeError(absl::StatusCode::kInvalidArgument, reason::kSourceInvalid, "f.js:1:1 SyntaxError: broken");
    }
    {
      absl::MutexLock lock(mutex);
      if (holds) {
        held.push_back([status, done = std::move(done)]() mutable { std::move(done)(status); });
        return;
      }
    }
    if (before_answer) before_answer();
    std::move(done)(status);
  }

  void AwaitHeld(size_t count) {
    absl::MutexLock lock(mutex);
    awaited = count;
    mutex.Await(absl::Condition(+[](FakeChecker* self) { return self->held.size() >= self->awaited; }, this));
  }

  void Release() {
    std::vector<absl::AnyInvocable<void() &&>> answers;
    {
      absl::MutexLock lock(mutex);
      holds = false;
      answers.swap(held);
    }
    for (auto& answer : answers) std::move(answer)();
  }

  std::atomic<int> checks = 0;
  std::function<void()> before_answer;
  absl::Mutex mutex;
  bool holds = false;
  size_t awaited = 0;
  std::vector<absl::AnyInvocable<void() &&>> held;
};

// A unary call under way.
template <typename Request, typename Response>
struct Pending {
  Request request;
  Response response;
  std::shared_ptr<ServerCall> call = std::make_shared<ServerCall>(absl::InfiniteFuture(), Metadata());
  absl::Status status;
  absl::Notification answered;
};

template <typename Response>
struct Answer {
  absl::Status status;
  Response response;
  Metadata metadata;
};

class FunctionServiceTestBase : public testing::Test {
 protected:
  FunctionServiceTestBase() { Serve({.data_dir = ":memory:"}); }

  void Serve(SqliteStore::Options options) {
    service_ = nullptr;
    store_ = nullptr;
    auto store = SqliteStore::Open(options, clock_);
    EXPECT_TRUE(store.ok()) << store.status();
    store_ = *std::move(store);
    service_ = std::make_unique<FunctionService>(*store_, checker_);
    table_ = std::make_unique<MethodTable>();
    service_->RegisterMethods(*table_);
  }

  template <typename Response, typename Request>
  std::shared_ptr<Pending<Request, Response>> Start(const std::string& method, Request request) {
    auto pending = std::make_shared<Pending<Request, Response>>();
    pending->request = std::move(request);
    const Method* found = table_->Find("mayfly.v1.FunctionService." + method);
    EXPECT_NE(found, nullptr);
    found->unary(pending->call, pending->request, pending->response, [pending](absl::Status status) {
      pending->status = std::move(status);
      pending->answered.Notify();
    });
    return pending;
  }

  template <typename Response, typename Request>
  Answer<Response> Call(const std::string& method, Request request) {
    auto pending = Start<Response>(method, std::move(request));
    pending->answered.WaitForNotification();
    return {pending->status, pending->response, pending->call->response_metadata()};
  }

  static v1::DeployFunctionRequest DeployRequest(const std::string& id, const std::string& source) {
    v1::DeployFunctionRequest request;
    request.mutable_manifest()->set_id(id);
    request.mutable_manifest()->set_language_id("js");
    request.mutable_manifest()->set_source(source);
    return request;
  }

  Answer<v1::Function> Deploy(const std::string& id, const std::string& source) {
    return Call<v1::Function>("DeployFunction", DeployRequest(id, source));
  }

  Answer<v1::Function> Create(const std::string& id, const std::string& source) {
    v1::CreateFunctionRequest request;
    *request.mutable_manifest() = DeployRequest(id, source).manifest();
    return Call<v1::Function>("CreateFunction", request);
  }

  Answer<v1::Function> Get(const std::string& name, v1::FunctionView view = v1::FULL, int revision = 0) {
    v1::GetFunctionRequest request;
    request.set_name(name);
    request.set_view(view);
    request.set_revision(revision);
    return Call<v1::Function>("GetFunction", request);
  }

  static v1::UpdateFunctionRequest UpdateRequest(const std::string& name, const std::string& source,
                                                 std::initializer_list<const char*> mask) {
    v1::UpdateFunctionRequest request;
    request.set_name(name);
    request.mutable_manifest()->set_source(source);
    for (const char* path : mask) request.mutable_update_mask()->add_paths(path);
    return request;
  }

  Answer<v1::Function> Update(const v1::UpdateFunctionRequest& request) {
    return Call<v1::Function>("UpdateFunction", request);
  }

  Answer<google::protobuf::Empty> Delete(const std::string& name, const std::string& etag = "",
                                         bool allow_missing = false) {
    v1::DeleteFunctionRequest request;
    request.set_name(name);
    request.set_etag(etag);
    request.set_allow_missing(allow_missing);
    return Call<google::protobuf::Empty>("DeleteFunction", request);
  }

  SystemClock clock_;
  FakeChecker checker_;
  std::unique_ptr<SqliteStore> store_;
  std::unique_ptr<FunctionService> service_;
  std::unique_ptr<MethodTable> table_;
};

// The response metadata of a call that made a function.
inline const Metadata& Created() {
  static const auto& created = *new Metadata{{"x-http-code", "201"}};
  return created;
}

}  // namespace mayfly::controlplane

#endif  // MAYFLY_CONTROLPLANE_TESTING_SERVICE_H_
