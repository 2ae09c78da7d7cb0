// How workers become pristine, and what a call costs that meets one that does not.
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "dataplane/worker_process_fixture.h"
#include "runtime/rewind/rewind_way.h"

namespace mayfly::dataplane {
namespace {

class WorkerRenewalTest : public WorkerProcessFixture {};

TEST_F(WorkerRenewalTest, ACallThatItsWorkerDidNotReadBeforeItEndedIsAborted) {
  MakeFactory({.rewind = runtime::RewindWay::kPagemap});
  const std::unique_ptr<Worker> worker = Start();
  // It is loaded, and crashes before it takes a call.
  ASSERT_TRUE(Load(*worker, "uncheckpointed").reply.ok());
  EXPECT_EQ(Run(*worker, "1").reply.status().code(), absl::StatusCode::kAborted);
  EXPECT_TRUE(worker->HasEnded());
}

TEST_F(WorkerRenewalTest, ACallWhoseWorkerCouldNotRewindIsAborted) {
  const std::unique_ptr<Worker> worker = StartLoaded();
  EXPECT_EQ(Run(*worker, "\"exit 93\"").reply.status().code(), absl::StatusCode::kAborted);
}

TEST_F(WorkerRenewalTest, AWorkerThatIsPreparedKeepsWhatItsEngineKeeps) {
  EXPECT_EQ(factory_->renewal(), Renewal::kPrepare);
  const std::unique_ptr<Worker> worker = StartLoaded();
  for (int i = 1; i <= 3; ++i) {
    const Measured<RunReply> ran = Run(*worker, "\"count\"");
    EXPECT_EQ(ran.reply.value().result, absl::StrCat(i));
    EXPECT_EQ(ran.reply->rewind.pages, 0);
    EXPECT_EQ(Prepare(*worker), absl::OkStatus());
  }
}

TEST_F(WorkerRenewalTest, AWorkerThatRewindsTakesCallAfterCallAndKeepsNothing) {
  MakeFactory({.rewind = runtime::RewindWay::kPagemap});
  EXPECT_EQ(factory_->renewal(), Renewal::kItself);
  const std::unique_ptr<Worker> worker = StartLoaded();
  for (int i = 0; i < 100; ++i) {
    const Measured<RunReply> ran = Run(*worker, "\"count\"");
    ASSERT_TRUE(ran.reply.ok()) << ran.reply.status();
    EXPECT_EQ(ran.reply->result, "1");
    EXPECT_EQ(ran.reply->rewind.pages > 0, i > 0);
    EXPECT_FALSE(ran.reply->last);
  }
}

TEST_F(WorkerRenewalTest, NothingOfACallIsLeftInTheChannelForTheNext) {
  const std::unique_ptr<Worker> worker = StartLoaded();
  EXPECT_EQ(Run(*worker, "\"a long event before it\"").reply.value().result, "\"a long event before it\"");
  EXPECT_EQ(Run(*worker, "\"remains erofeb\"").reply.value().result, "false");
  // The event itself is there while its call runs.
  EXPECT_EQ(Run(*worker, "\"remains sniamer\"").reply.value().result, "true");
}

}  // namespace
}  // namespace mayfly::dataplane
