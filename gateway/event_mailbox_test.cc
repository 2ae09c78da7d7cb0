#include "gateway/event_mailbox.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

namespace mayfly::gateway {
namespace {

namespace asio = boost::asio;

using testing::ElementsAre;

constexpr EventMailbox::Events kOne = 1;
constexpr EventMailbox::Events kTwo = 2;

class EventMailboxTest : public testing::Test {
 protected:
  // Notes what each wait for `mask` gave.
  asio::awaitable<void> Wait(EventMailbox::Events mask) { seen_.push_back(co_await mailbox_.Wait(mask)); }
  void Spawn(EventMailbox::Events mask) { asio::co_spawn(io_, Wait(mask), asio::detached); }

  asio::io_context io_;
  EventMailbox mailbox_{io_};
  std::vector<EventMailbox::Events> seen_;
};

TEST_F(EventMailboxTest, GivesWhatIsPendingAtOnce) {
  mailbox_.Post(kOne);
  mailbox_.Post(kTwo);
  mailbox_.Post(kTwo);
  Spawn(kOne | kTwo);
  io_.run();
  EXPECT_THAT(seen_, ElementsAre(kOne | kTwo));
  EXPECT_EQ(mailbox_.Take(kOne | kTwo), 0u);
}

TEST_F(EventMailboxTest, WaitsForWhatItIsToldToAlone) {
  Spawn(kTwo);
  io_.poll();
  mailbox_.Post(kOne);
  io_.restart();
  io_.poll();
  EXPECT_THAT(seen_, ElementsAre());
  mailbox_.Post(kTwo);
  EXPECT_THAT(seen_, ElementsAre());  // never on the poster's stack
  io_.restart();
  io_.run();
  EXPECT_THAT(seen_, ElementsAre(kTwo));
  EXPECT_EQ(mailbox_.Take(kOne), kOne);
}

TEST_F(EventMailboxTest, ResumesWithinACompletionHandler) {
  Spawn(kOne);
  io_.poll();
  mailbox_.PostAndResume(kOne);
  EXPECT_THAT(seen_, ElementsAre(kOne));
}

TEST_F(EventMailboxTest, DropsAWaiter) {
  Spawn(kOne);
  io_.poll();
  mailbox_.DropWaiter();
  mailbox_.Post(kOne);
  io_.restart();
  io_.run();
  EXPECT_THAT(seen_, ElementsAre());
}

// Ends with its only wait; and with that, or with the poster, the mailbox ends.
asio::awaitable<void> WaitOnce(std::shared_ptr<EventMailbox> mailbox) { co_await mailbox->Wait(kOne); }

// A waiter may be resumed by another thread, and all of it be gone, before the thread that began to wait is back from
// it. What goes wrong then the sanitizers see.
TEST(EventMailboxThreadsTest, MayBeGoneWhenItsWaiterIsResumed) {
  constexpr int kMailboxes = 30'000;
  asio::io_context io;
  auto work = asio::make_work_guard(io);
  std::vector<std::thread> threads;
  for (int i = 0; i < 3; ++i) threads.emplace_back([&] { io.run(); });
  for (int i = 0; i < kMailboxes; ++i) {
    auto mailbox = std::make_shared<EventMailbox>(io);
    asio::co_spawn(io, WaitOnce(mailbox), asio::detached);
    asio::post(io, [mailbox = std::move(mailbox)] { mailbox->PostAndResume(kOne); });
  }
  work.reset();
  for (std::thread& thread : threads) thread.join();
}

}  // namespace
}  // namespace mayfly::gateway
