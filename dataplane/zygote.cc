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
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/log/log.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "base/limits.h"
#include "dataplane/process_exit.h"
#include "dataplane/spawn_zygote.h"
#include "dataplane/standby_zygote.h"
#include "dataplane/stderr_log.h"

namespace mayfly::dataplane {
namespace {

// An order is given to the next zygote if one ended over it, and then given up: it may be what ends them. Three, since
// a zygote and its standby may be killed together, and the order be given to the second as it dies.
constexpr int kAttemptsMax = 3;

// False: no descriptor is ready.
bool Poll(std::span<pollfd> polled, absl::Duration timeout) {
  const int64_t millis = absl::ToInt64Milliseconds(absl::Ceil(timeout, absl::Milliseconds(1)));
  return poll(polled.data(), polled.size(), timeout == absl::InfiniteDuration() ? -1 : static_cast<int>(millis)) > 0;
}

// Waits until `fd` is readable; false after `timeout`.
bool WaitReadable(int fd, absl::Duration timeout) {
  pollfd polled = {.fd = fd, .events = POLLIN, .revents = 0};
  const absl::Time end = absl::Now() + timeout;
  do {
    if (Poll({&polled, 1}, std::max(end - absl::Now(), absl::ZeroDuration()))) return true;
  } while (absl::Now() < end);
  return false;
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
  int generation ABSL_GUARDED_BY(mutex) = 0;                // links made
  int ended ABSL_GUARDED_BY(mutex) = 0;                     // generation of the last link that handed over its remains
  std::vector<pid_t> orphans ABSL_GUARDED_BY(mutex);        // workers whose zygote has not reaped them

  void RunThread();
  bool RunOne();
  bool RunFamily(ZygoteProcess zygote);
  std::shared_ptr<ZygoteLink> Lead(ZygoteProcess& zygote, const std::shared_ptr<StandbyZygote>& standby);
  std::shared_ptr<ZygoteLink> MakeLink(ZygoteProcess& zygote, const std::shared_ptr<StandbyZygote>& standby);
  bool WaitForEnd(const ZygoteProcess& zygote, ZygoteLink& zygote_link, StandbyZygote& standby);
  void EndFamily(pid_t group, pid_t zygote, bool unexpected);
  void LogEnd(const siginfo_t& info);
  void Publish(std::shared_ptr<ZygoteLink> next);
  int Retire(bool came_up);
  void Fork(ForkOrder order);
  std::string Hold(ForkOrder& order) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex);
  void HandleRemains(int ended_generation, ZygoteLink::Remains remains);
  void ReapOrphans(int ended_generation);
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

void Zygote::Fork(ForkOrder order) { state_->Fork(std::move(order)); }

void Zygote::State::Fork(ForkOrder order) {
  std::optional<ForkOrder> left = std::move(order);
  std::shared_ptr<ZygoteLink> tried;
  while (left.has_value()) {
    {
      absl::MutexLock lock(mutex);
      // One that has ended is on its way out.
      if (link == nullptr || link == tried) {
        const std::string why_not = Hold(*left);
        if (!why_not.empty()) Fail(*std::move(left), why_not);
        return;
      }
      tried = link;
    }
    left = tried->Fork(*std::move(left));
  }
}

// Keeps the order for the next link. Else says why not.
std::string Zygote::State::Hold(ForkOrder& order) {
  if (failures > 0) return "it is being started again; our log says why";
  if (waiting.size() >= kForksPendingMax) return absl::StrCat(kForksPendingMax, " forks wait for it");
  waiting.push_back(std::move(order));
  return "";
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

// Boots a zygote and sees it and its copies to their end. False: it is time to stop.
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
  const bool go_on = RunFamily(std::move(zygote->process));
  if (!go_on) log->Stop();
  return go_on;
}

// When the zygote ends, its copy goes on in its place, and has itself copied; until there is none to go on.
bool Zygote::State::RunFamily(ZygoteProcess zygote) {
  const pid_t group = zygote.pid;
  const auto standby = std::make_shared<StandbyZygote>(config.name);
  std::shared_ptr<ZygoteLink> leader = Lead(zygote, standby);
  for (bool is_copy = false;; is_copy = true) {
    const bool go_on = WaitForEnd(zygote, *leader, *standby);
    std::optional<ZygoteProcess> next = go_on ? standby->Take() : std::nullopt;
    const int retired = Retire(is_copy || leader->ready());
    if (!next.has_value()) {
      EndFamily(group, zygote.pid, /*unexpected=*/go_on);
      if (go_on) ReapOrphans(retired);
      return go_on;
    }
    // First of all: calls wait for it.
    leader = Lead(*next, standby);
    siginfo_t info = {};
    waitid(P_PID, zygote.pid, &info, WEXITED);
    LogEnd(info);
    ReapOrphans(retired);
    zygote = *std::move(next);
  }
}

std::shared_ptr<ZygoteLink> Zygote::State::Lead(ZygoteProcess& zygote, const std::shared_ptr<StandbyZygote>& standby) {
  std::shared_ptr<ZygoteLink> new_link = MakeLink(zygote, standby);
  Publish(new_link);
  return new_link;
}

std::shared_ptr<ZygoteLink> Zygote::State::MakeLink(ZygoteProcess& zygote,
                                                    const std::shared_ptr<StandbyZygote>& standby) {
  int new_generation;
  {
    absl::MutexLock lock(mutex);
    new_generation = ++generation;
  }
  auto on_end = [weak = weak_from_this(), new_generation,
                 pidfd = UniqueFd(dup(zygote.pidfd.get()))](ZygoteLink::Remains remains) {
    KillByPidfd(pidfd.get());  // it may live, and have broken the protocol
    if (const auto state = weak.lock()) state->HandleRemains(new_generation, std::move(remains));
  };
  auto new_link = std::make_shared<ZygoteLink>(
      executor, std::move(zygote.control), [standby] { standby->Notify(); }, std::move(on_end));
  new_link->Start();
  return new_link;
}

// Returns when the zygote has ended; until then sees to it that it has a copy. False: because we stop.
bool Zygote::State::WaitForEnd(const ZygoteProcess& zygote, ZygoteLink& zygote_link, StandbyZygote& standby) {
  while (true) {
    const absl::Duration pause = standby.Keep(zygote_link);
    pollfd polled[] = {{.fd = zygote.pidfd.get(), .events = POLLIN, .revents = 0},
                       {.fd = stop.get(), .events = POLLIN, .revents = 0},
                       {.fd = standby.changed(), .events = POLLIN, .revents = 0},
                       {.fd = standby.pidfd(), .events = POLLIN, .revents = 0}};  // poll ignores -1
    if (!Poll(polled, pause)) continue;
    if (polled[1].revents != 0) break;
    if (polled[0].revents != 0) return true;
  }
  zygote_link.Close();
  // One that still boots does not listen, and has no workers.
  if (!zygote_link.ready() || !WaitReadable(zygote.pidfd.get(), kZygoteExitTimeMax)) KillByPidfd(zygote.pidfd.get());
  return false;
}

// Ends and reaps whatever is left of the group, whether we have heard of it or not: a copy that was made as its zygote
// died. `zygote` has ended or is about to, and is not reaped, so the group's number is still its own; but in a program
// that has its children reaped by somebody else, it may be others' by now.
void Zygote::State::EndFamily(pid_t group, pid_t zygote, bool unexpected) {
  siginfo_t info = {};
  if (waitid(P_PID, static_cast<id_t>(zygote), &info, WEXITED | WNOWAIT) != 0) return;
  kill(-group, SIGKILL);
  while (waitid(P_PGID, static_cast<id_t>(group), &info, WEXITED) == 0) {
    if (unexpected && info.si_pid == zygote) LogEnd(info);
  }
}

void Zygote::State::LogEnd(const siginfo_t& info) {
  LOG(ERROR) << "the " << config.name << " zygote "
             << ProcessExit{.code = info.si_code, .status = info.si_status}.ToString();
}

void Zygote::State::Publish(std::shared_ptr<ZygoteLink> next) {
  std::vector<ForkOrder> orders;
  {
    absl::MutexLock lock(mutex);
    if (ended < generation) link = next;
    orders.swap(waiting);
  }
  for (ForkOrder& order : orders) Fork(std::move(order));
}

// Takes the link out of use, and returns its generation.
int Zygote::State::Retire(bool came_up) {
  absl::MutexLock lock(mutex);
  link = nullptr;
  failures = came_up ? 0 : failures + 1;
  if (failures > 0) FailWaiting();
  return generation;
}

void Zygote::State::FailWaiting() {
  for (ForkOrder& order : std::exchange(waiting, {})) Fail(std::move(order), "it does not start; our log says why");
}

absl::Duration Zygote::State::Pause() {
  absl::MutexLock lock(mutex);
  return ZygotePause(failures);
}

// May come before the thread has seen the death, or after the next link was made.
void Zygote::State::HandleRemains(int ended_generation, ZygoteLink::Remains remains) {
  {
    absl::MutexLock lock(mutex);
    if (ended_generation == generation) link = nullptr;
    ended = std::max(ended, ended_generation);
    orphans.insert(orphans.end(), remains.workers.begin(), remains.workers.end());
  }
  for (ForkOrder& order : remains.orders) {
    if (order.attempts >= kAttemptsMax) {
      Fail(std::move(order), "it ended");
    } else {
      Fork(std::move(order));
    }
  }
}

// Workers of a dead zygote are dying by its death. They are ours to reap if we are their subreaper, as process 1 of a
// container is; if not, the kernel says that they aren't our children.
void Zygote::State::ReapOrphans(int ended_generation) {
  std::vector<pid_t> pids;
  {
    absl::MutexLock lock(mutex);
    const auto handed_over = [this, ended_generation]()
                                 ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex) { return ended >= ended_generation; };
    mutex.AwaitWithTimeout(absl::Condition(&handed_over), kExitReportTimeMax);
    pids.swap(orphans);
  }
  siginfo_t info;
  for (const pid_t pid : pids) waitid(P_PID, pid, &info, WEXITED);
}

void Zygote::State::Fail(ForkOrder order, std::string_view why) {
  absl::Status status = absl::UnavailableError(absl::StrCat("the ", config.name, " zygote is not up: ", why));
  boost::asio::post(executor, [done = std::move(order.done), status]() mutable { std::move(done)(status); });
}

}  // namespace mayfly::dataplane
