#include "clients/cli/isolation_trial.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "base/error.h"
#include "base/reason.h"
#include "clients/cli/fake_backends.h"
#include "mayfly/v1/function_service.pb.h"
#include "mayfly/v1/invocation_service.pb.h"

namespace mayfly::cli {
namespace {

using testing::HasSubstr;

const HostileGuest kGuest{.language = "js", .command = "globals", .end = "ANSWERED", .what = "plants globals"};

// A server whose workers are as a test says.
class IsolationTrialTest : public testing::Test {
 protected:
  // What a call answers, by how many calls of the same worker came before it.
  using Worker = std::function<absl::StatusOr<client::Reply>(const std::string& event, int earlier)>;

  absl::StatusOr<IsolationTrial> Try(const Worker& worker, const HostileGuest& guest = kGuest) {
    int calls = 0;
    FakeBackends backends;
    backends.On<v1::DeployFunctionRequest, v1::Function>("DeployFunction",
                                                         [](const auto&, auto&) { return absl::OkStatus(); });
    backends.On<v1::RunRequest, v1::RunResponse>(
        "Run", [&](const auto& request, auto& response) { return Answer(worker(request.event(), 0), response); });
    backends.On<v1::InvokeRequest, v1::InvokeResponse>("Invoke", [&](const auto& request, auto& response) {
      return Answer(worker(request.event(), calls++), response);
    });
    const client::Client client(*backends.InMemory(), {});
    v1::Manifest function;
    function.set_id("function");
    return TryIsolation(client, guest, function);
  }

  static client::Reply Says(const std::string& result, int earlier) {
    client::Reply reply{.result = result, .receipt = {}};
    reply.receipt.set_start(earlier == 0 ? v1::COLD : v1::WARM);
    reply.receipt.set_isolation(v1::REWIND);
    reply.receipt.set_rewind_way(v1::PAGEMAP_SCAN);
    return reply;
  }

 private:
  template <typename Response>
  static absl::Status Answer(const absl::StatusOr<client::Reply>& reply, Response& response) {
    if (!reply.ok()) return reply.status();
    response.set_result(reply->result);
    *response.mutable_receipt() = reply->receipt;
    return absl::OkStatus();
  }
};

TEST_F(IsolationTrialTest, SeesNothingWhereEachCallAnswersAsTheFirst) {
  const auto trial = Try([](const std::string& event, int earlier) { return Says(event, earlier); });
  ASSERT_TRUE(trial.ok()) << trial.status();
  EXPECT_EQ(trial->seen, "");
  EXPECT_EQ(trial->calls, 4);
  EXPECT_EQ(trial->used, 3);
  EXPECT_EQ(trial->strategy, "rewind by pagemap-scan");
}

TEST_F(IsolationTrialTest, SaysWhatIsLeftOfAnEarlierCall) {
  const auto trial = Try([](const std::string& event, int earlier) {
    return Says(earlier > 0 && event == "[]" ? R"(["planted"])" : R"([""])", earlier);
  });
  ASSERT_TRUE(trial.ok()) << trial.status();
  EXPECT_EQ(trial->seen, R"(["planted"] where a new worker says [""])");
}

TEST_F(IsolationTrialTest, ShowsLittleOfALongAnswer) {
  const std::string long_text(1000, 'x');
  const auto trial = Try([&](const std::string&, int earlier) {
    return Says(long_text + (earlier == 1 ? "planted" : "") + long_text, earlier);
  });
  ASSERT_TRUE(trial.ok()) << trial.status();
  EXPECT_EQ(trial->seen, "…" + std::string(30, 'x') + "planted" + std::string(53, 'x') + "… where a new worker says …" +
                             std::string(90, 'x') + "…");
}

TEST_F(IsolationTrialTest, SeesWhatAnEarlierCallHasPrinted) {
  const auto trial = Try([](const std::string& event, int earlier) {
    client::Reply reply = Says(event, earlier);
    if (earlier == 3) reply.receipt.add_logs()->set_text("planted");
    return reply;
  });
  ASSERT_TRUE(trial.ok()) << trial.status();
  EXPECT_THAT(trial->seen, HasSubstr("planted"));
}

TEST_F(IsolationTrialTest, SeesACallThatEndsOtherwise) {
  const auto trial = Try([](const std::string& event, int earlier) -> absl::StatusOr<client::Reply> {
    if (earlier == 1) return MakeError(absl::StatusCode::kInternal, reason::kWorkerCrashed, "crashed");
    return Says(event, earlier);
  });
  ASSERT_TRUE(trial.ok()) << trial.status();
  EXPECT_EQ(trial->seen, "the call ended with WORKER_CRASHED and not ANSWERED");
}

TEST_F(IsolationTrialTest, AGuestMayEndOtherwiseThanByAnAnswer) {
  HostileGuest guest = kGuest;
  guest.end = reason::kFunctionThrew;
  const auto throws = [](const std::string& event, int earlier) -> absl::StatusOr<client::Reply> {
    if (event == "[\"globals\"]") return MakeError(absl::StatusCode::kUnknown, reason::kFunctionThrew, "throws");
    return Says(event, earlier);
  };
  const auto trial = Try(throws, guest);
  ASSERT_TRUE(trial.ok()) << trial.status();
  EXPECT_EQ(trial->seen, "");
}

TEST_F(IsolationTrialTest, TriesNoGuestThatDoesNotDoWhatItShould) {
  HostileGuest guest = kGuest;
  guest.end = reason::kFunctionThrew;
  const auto trial = Try([](const std::string& event, int earlier) { return Says(event, earlier); }, guest);
  EXPECT_EQ(trial.status().message(), "it answers, and does not end with FUNCTION_THREW");
}

}  // namespace
}  // namespace mayfly::cli
