#include "dataplane/zygote.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/log/log.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "base/error.h"
#include "base/limits.h"
#include "base/reason.h"
#include "dataplane/process_exit.h"
#include "dataplane/spawn_zygote.h"
#include "dataplane/stderr_log.h"

namespace mayfly::dataplane {
namespace {

// An order is given to a second zygote if the first one ended over it, and then given up: it may be what ends them.
constexpr int kAttemptsMax = 2;

// Waits until `fd` is readable; false after `timeout`.
bool WaitReadable(int fd, absl::Duration timeout) {
  pollfd polled = {.fd = fd, .events = POLLIN, .revents = 0};
  const absl::Time end = absl::Now() + timeout;
  while (true) {
    const absl::Duration left = std::max(end - absl::Now(), absl::ZeroDuration());
    const int ready = poll(&polled, 1, static_cast<int>(absl::ToInt64Milliseconds(left)));
    if (ready >= 0 || errno != EINTR) return ready > 0;
  }
}

}  // namespace

// What the thread, the callers of Fork and the links share.
struct Zygote::State : std::enable_shared_from_this<State> {
  State(boost::asio::any_io_executor executor, ZygoteConfig config)
      : executor(executor), config(std::move(config)), stop(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

  const boost::asio::any_io_executor executor;
  const ZygoteConfig config;
  const UniqueFd stop;  // readable: end the thread

  absl::Mutex mutex;
  std::shared_ptr<ZygoteLink> link ABSL_GUARDED_BY(mutex);  // null: between two zygotes
  std::vector<ForkOrder> waiting ABSL_GUARDED_BY(mutex);    // for the next link
  int failures ABSL_GUARDED_BY(mutex) = 0;                  // zygotes in a row that did not come up
  int generation ABSL_GUARDED_BY(mutex) = 0;                // zygotes spawned
  bool link_ended ABSL_GUARDED_BY(mutex) = false;           // the last link has handed over its remains
  std::vector<pid_t> orphans ABSL_GUARDED_BY(mutex);        // workers whose zygote has not reaped them

  void RunThread();
  bool RunOne();
  std::shared_ptr<ZygoteLink> MakeLink(SpawnedZygote& zygote);
  bool WaitForEnd(const SpawnedZygote& zygote, ZygoteLink& link);
  void Publish(std::shared_ptr<ZygoteLink> next);
  void Retire(bool came_up);
  void HandleRemains(int ended_generation, ZygoteLink::Remains remains);
  void ReapOrphans();
  void FailWaiting() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex);
  absl::Duration Pause();
  void Fail(ForkOrder order, std::string_view why);
};

Zygote::Zygote(boost::asio::any_io_executor executor, ZygoteConfig config)
    : state_(std::make_shared<State>(executor, std::move(config))), thread_([state = state_] { state->RunThread(); }) {}

Zygote::~Zygote() {
  eventfd_write(state_->stop.get(), 1);
  thread_.join();
}

void Zygote::Fork(ForkOrder order) {
  std::shared_ptr<ZygoteLink> link;
  {
    absl::MutexLock lock(state_->mutex);
    link = state_->link;
    if (link == nullptr && state_->failures == 0 && state_->waiting.size() < kForksPendingMax) {
      state_->waiting.push_back(std::move(order));
      return;
    }
  }
  if (link != nullptr) return link->Fork(std::move(order));
  state_->Fail(std::move(order), "it is being started again; our log says why");
}

Zygote::Stats Zygote::stats() const {
  std::shared_ptr<ZygoteLink> link;
  int started;
  {
    absl::MutexLock lock(state_->mutex);
    link = state_->link;
    started = state_->generation;
  }
  return {.up = link != nullptr && link->ready(), .started = started};
}

void Zygote::State::RunThread() {
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, nullptr);  // the program's signals are for its other threads
  while (RunOne() && !WaitReadable(stop.get(), Pause())) {
  }
  std::vector<ForkOrder> dropped;
  absl::MutexLock lock(mutex);
  dropped.swap(waiting);
}

// Sees one zygote from its start to its end. False: it is time to stop.
bool Zygote::State::RunOne() {
  absl::StatusOr<SpawnedZygote> zygote = SpawnZygote(config.binary, config.arguments);
  if (!zygote.ok()) {
    LOG(ERROR) << zygote.status().message();
    Retire(/*came_up=*/false);
    return true;
  }
  const auto log =
      std::make_shared<StderrLog>(executor, std::move(zygote->stderr_pipe), absl::StrCat(config.name, " worker: "));
  log->Start();
  const std::shared_ptr<ZygoteLink> new_link = MakeLink(*zygote);
  Publish(new_link);
  const bool go_on = WaitForEnd(*zygote, *new_link);
  Retire(new_link->ready());
  if (go_on) {
    ReapOrphans();
  } else {
    log->Stop();
  }
  return go_on;
}

std::shared_ptr<ZygoteLink> Zygote::State::MakeLink(SpawnedZygote& zygote) {
  int new_generation;
  {
    absl::MutexLock lock(mutex);
    new_generation = ++generation;
    link_ended = false;
  }
  auto on_end = [weak = weak_from_this(), new_generation,
                 pidfd = UniqueFd(dup(zygote.pidfd.get()))](ZygoteLink::Remains remains) {
    KillByPidfd(pidfd.get());  // it may live, and have broken the protocol
    if (const auto state = weak.lock()) state->HandleRemains(new_generation, std::move(remains));
  };
  auto new_link = std::make_shared<ZygoteLink>(executor, std::move(zygote.control), std::move(on_end));
  new_link->Start();
  return new_link;
}

// Returns when the zygote has ended and is reaped. False: because we stop.
bool Zygote::State::WaitForEnd(const SpawnedZygote& zygote, ZygoteLink& zygote_link) {
  pollfd polled[] = {{.fd = zygote.pidfd.get(), .events = POLLIN, .revents = 0},
                     {.fd = stop.get(), .events = POLLIN, .revents = 0}};
  while (poll(polled, std::size(polled), -1) < 0 && errno == EINTR) {
  }
  const bool stopping = polled[1].revents != 0;
  if (stopping) {
    zygote_link.Close();
    // One that still boots does not listen, and has no workers.
    if (!zygote_link.ready() || !WaitReadable(zygote.pidfd.get(), kZygoteExitTimeMax)) KillByPidfd(zygote.pidfd.get());
  }
  siginfo_t info = {};
  waitid(P_PID, zygote.pid, &info, WEXITED);
  if (!stopping)
    LOG(ERROR) << "the " << config.name << " zygote "
               << ProcessExit{.code = info.si_code, .status = info.si_status}.ToString();
  return !stopping;
}

void Zygote::State::Publish(std::shared_ptr<ZygoteLink> next) {
  std::vector<ForkOrder> orders;
  {
    absl::MutexLock lock(mutex);
    if (!link_ended) link = next;
    orders.swap(waiting);
  }
  for (ForkOrder& order : orders) next->Fork(std::move(order));
}

void Zygote::State::Retire(bool came_up) {
  absl::MutexLock lock(mutex);
  link = nullptr;
  failures = came_up ? 0 : failures + 1;
  if (failures > 0) FailWaiting();
}

void Zygote::State::FailWaiting() {
  for (ForkOrder& order : std::exchange(waiting, {})) Fail(std::move(order), "it does not start; our log says why");
}

absl::Duration Zygote::State::Pause() {
  absl::MutexLock lock(mutex);
  if (failures == 0) return absl::ZeroDuration();
  return std::min(absl::Milliseconds(50) * (1 << std::min(failures, 10)), kZygotePauseMax);
}

// May come before the thread has seen the death, or after it has started the next zygote.
void Zygote::State::HandleRemains(int ended_generation, ZygoteLink::Remains remains) {
  std::vector<ForkOrder> failed;
  std::vector<ForkOrder> again;
  std::shared_ptr<ZygoteLink> next;
  {
    absl::MutexLock lock(mutex);
    if (ended_generation == generation) {
      link = nullptr;
      link_ended = true;
    }
    orphans.insert(orphans.end(), remains.workers.begin(), remains.workers.end());
    next = link;
    for (ForkOrder& order : remains.orders) {
      const bool hopeless = order.attempts >= kAttemptsMax || (next == nullptr && failures > 0);
      (hopeless ? failed : next == nullptr ? waiting : again).push_back(std::move(order));
    }
  }
  for (ForkOrder& order : failed) Fail(std::move(order), "it ended");
  for (ForkOrder& order : again) next->Fork(std::move(order));
}

// Workers of a dead zygote are dying by its death. They are ours to reap if we are their subreaper, as process 1 of a
// container is; if not, the kernel says that they aren't our children.
void Zygote::State::ReapOrphans() {
  std::vector<pid_t> pids;
  {
    absl::MutexLock lock(mutex);
    mutex.AwaitWithTimeout(absl::Condition(&link_ended), kExitReportTimeMax);
    pids.swap(orphans);
  }
  siginfo_t info;
  for (const pid_t pid : pids) waitid(P_PID, pid, &info, WEXITED);
}

void Zygote::State::Fail(ForkOrder order, std::string_view why) {
  absl::Status status = WithRetryAfter(
      MakeError(absl::StatusCode::kUnavailable, reason::kOverloaded,
                absl::StrCat("no ", config.name, " worker can be made now: the zygote is not up: ", why)),
      absl::Seconds(1));
  boost::asio::post(executor, [done = std::move(order.done), status]() mutable { std::move(done)(status); });
}

}  // namespace mayfly::dataplane
