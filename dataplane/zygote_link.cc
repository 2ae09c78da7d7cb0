#include "dataplane/zygote_link.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>

#include <boost/asio/post.hpp>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "absl/log/log.h"
#include "absl/strings/str_cat.h"
#include "base/limits.h"
#include "runtime/channel/packet.h"

namespace mayfly::dataplane {
namespace {

using runtime::ForkRequest;
using runtime::ZygoteReport;
using runtime::ZygoteReportType;

absl::Status No(std::string_view why) { return absl::UnavailableError(why); }

// Whether a send has failed because the other side is gone.
bool IsClosed(int error) { return error == EPIPE || error == ECONNRESET; }

}  // namespace

ZygoteLink::ZygoteLink(boost::asio::any_io_executor executor, UniqueFd control, OnReady on_ready, OnEnd on_end)
    : executor_(executor),
      on_ready_(std::move(on_ready)),
      on_end_(std::move(on_end)),
      control_(executor, control.release()) {}

void ZygoteLink::Start() {
  absl::MutexLock lock(mutex_);
  Wait();
}

std::optional<ForkOrder> ZygoteLink::Fork(ForkOrder order) {
  absl::Status status;
  {
    absl::MutexLock lock(mutex_);
    if (ended_) return order;
    // Said on the executor like any other answer.
    if (pending_.size() >= kForksPendingMax) {
      status = No(absl::StrCat(kForksPendingMax, " forks are under way"));
    } else {
      status = Send(order);
    }
  }
  if (status.ok()) return std::nullopt;
  boost::asio::post(executor_, [done = std::move(order.done), status]() mutable { std::move(done)(status); });
  return std::nullopt;
}

void ZygoteLink::ForkStandby(StandbyDone done) {
  absl::Status status;
  {
    absl::MutexLock lock(mutex_);
    status = SendStandby(done);
  }
  if (status.ok()) return;
  boost::asio::post(executor_, [done = std::move(done), status]() mutable { std::move(done)(status); });
}

absl::Status ZygoteLink::Send(ForkOrder& order) {
  absl::StatusOr<runtime::SharedMemory> memory = runtime::SharedMemory::Create();
  if (!memory.ok()) return No(memory.status().message());
  absl::StatusOr<std::pair<UniqueFd, UniqueFd>> sockets = runtime::MakeChannelSockets();
  if (!sockets.ok()) return No(sockets.status().message());
  const ForkRequest request = {
      .id = ++last_id_,
      .kind = runtime::ForkKind::kWorker,
      .keep_crashed = order.keep_crashed ? 1u : 0u,
      .memory_limit_bytes = order.memory_limit_bytes,
  };
  std::vector<int> fds = {sockets->second.get(), memory->fd()};
  if (order.cgroup.folder() >= 0) fds.push_back(order.cgroup.folder());
  const int error = runtime::SendPacket(control_.native_handle(), std::as_bytes(std::span(&request, 1)), fds);
  // One that has just ended: End hands the order over with the others.
  if (error != 0 && !IsClosed(error)) return No(strerror(error));
  if (error == 0) ++order.attempts;
  pending_.try_emplace(request.id,
                       PendingFork{.order = std::move(order),
                                   .channel = runtime::Channel(runtime::Channel::Side::kHost, std::move(sockets->first),
                                                               *std::move(memory))});
  return absl::OkStatus();
}

absl::Status ZygoteLink::SendStandby(StandbyDone& done) {
  if (ended_) return No("the zygote has ended");
  absl::StatusOr<ControlSocket> socket = MakeControlSocket();
  if (!socket.ok()) return socket.status();
  const ForkRequest request = {.id = ++last_id_, .kind = runtime::ForkKind::kStandby};
  const int fds[] = {socket->zygotes.get()};
  const int error = runtime::SendPacket(control_.native_handle(), std::as_bytes(std::span(&request, 1)), fds);
  if (error != 0) return No(strerror(error));
  standby_.emplace(PendingStandby{.id = request.id, .control = std::move(socket->ours), .done = std::move(done)});
  return absl::OkStatus();
}

bool ZygoteLink::ready() const {
  absl::MutexLock lock(mutex_);
  return ready_;
}

void ZygoteLink::Close() {
  absl::MutexLock lock(mutex_);
  closed_ = true;
  shutdown(control_.native_handle(), SHUT_RDWR);
}

// At most one wait is under way, so reports are handled one after the other.
void ZygoteLink::Wait() {
  control_.async_wait(control_.wait_read, [self = shared_from_this()](boost::system::error_code error) {
    if (!error) self->ReadAll();
  });
}

void ZygoteLink::ReadAll() {
  while (ReadOne()) {
  }
}

// Handles one report. False when no more is there.
bool ZygoteLink::ReadOne() {
  ZygoteReport report;
  std::vector<UniqueFd> fds;
  ssize_t length;
  {
    absl::MutexLock lock(mutex_);
    length = runtime::ReceivePacket(control_.native_handle(), std::as_writable_bytes(std::span(&report, 1)), fds);
    if (length < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
      Wait();
      return false;
    }
    // It ended before it had read all that we sent; told once, before what it has said itself.
    if (length < 0 && errno == ECONNRESET) return true;
  }
  if (length != sizeof(report)) {
    End();
    return false;
  }
  Handle(report, std::move(fds));
  return true;
}

void ZygoteLink::Handle(const ZygoteReport& report, std::vector<UniqueFd> fds) {
  switch (report.type) {
    case ZygoteReportType::kReady:
      return HandleReady();
    case ZygoteReportType::kForked:
    case ZygoteReportType::kForkFailed:
      if (!HandleStandby(report)) HandleFork(report, std::move(fds));
      return;
    case ZygoteReportType::kExited:
      return HandleExit(report);
    case ZygoteReportType::kStopped:
      return HandleStop(report);
  }
  LOG(ERROR) << "a zygote sent a report of unknown type " << static_cast<uint32_t>(report.type);
}

void ZygoteLink::HandleReady() {
  {
    absl::MutexLock lock(mutex_);
    if (std::exchange(ready_, true)) return;
  }
  std::move(on_ready_)();
}

// False if the report is not of the copy that we have asked for.
bool ZygoteLink::HandleStandby(const ZygoteReport& report) {
  std::optional<PendingStandby> standby;
  {
    absl::MutexLock lock(mutex_);
    if (!standby_.has_value() || standby_->id != report.id) return false;
    standby.swap(standby_);
  }
  absl::StatusOr<UniqueFd> pidfd =
      report.type == ZygoteReportType::kForked ? OpenChild(report.pid) : No(strerror(report.error));
  if (pidfd.ok()) {
    std::move(standby->done)(
        ZygoteProcess{.pid = report.pid, .pidfd = *std::move(pidfd), .control = std::move(standby->control)});
  } else {
    std::move(standby->done)(pidfd.status());
  }
  return true;
}

void ZygoteLink::HandleFork(const ZygoteReport& report, std::vector<UniqueFd> fds) {
  std::optional<PendingFork> fork;
  {
    absl::MutexLock lock(mutex_);
    const auto found = pending_.find(report.id);
    if (found == pending_.end()) return;
    fork.emplace(std::move(found->second));
    pending_.erase(found);
  }
  if (report.type == ZygoteReportType::kForkFailed || fds.size() != 1) {
    std::move(fork->order.done)(No(absl::StrCat("fork: ", strerror(report.error))));
    return;
  }
  std::shared_ptr<ProcessListener> listener = std::move(fork->order.done)(
      ForkedProcess{.pid = report.pid, .pidfd = std::move(fds[0]), .channel = std::move(fork->channel)});
  absl::MutexLock lock(mutex_);
  workers_[report.pid] = {.listener = std::move(listener), .cgroup = std::move(fork->order.cgroup)};
}

void ZygoteLink::HandleExit(const ZygoteReport& report) {
  const RunningWorker worker = TakeWorker(report.pid);
  if (worker.listener == nullptr) return;
  const bool was_killed = report.exit_code == CLD_KILLED && report.status == SIGKILL;
  worker.listener->OnExit({.code = report.exit_code,
                           .status = report.status,
                           .cpu_time = absl::Nanoseconds(report.cpu_nanos),
                           .peak_memory_kib = report.peak_memory_kib,
                           .ran_out_of_memory = was_killed && worker.cgroup.RanOutOfMemory()});
}

// One that is stopped keeps its group until the zygote ends.
void ZygoteLink::HandleStop(const ZygoteReport& report) {
  std::shared_ptr<ProcessListener> stopped;
  {
    absl::MutexLock lock(mutex_);
    const auto found = workers_.find(report.pid);
    if (found != workers_.end()) stopped.swap(found->second.listener);
  }
  if (stopped != nullptr) stopped->OnStop(report.status);
}

ZygoteLink::RunningWorker ZygoteLink::TakeWorker(pid_t pid) {
  absl::MutexLock lock(mutex_);
  const auto found = workers_.find(pid);
  if (found == workers_.end()) return {};
  RunningWorker worker = std::move(found->second);
  workers_.erase(found);
  return worker;
}

void ZygoteLink::End() {
  absl::flat_hash_map<pid_t, RunningWorker> workers;
  Remains remains;
  std::optional<PendingStandby> standby;
  bool closed;
  {
    absl::MutexLock lock(mutex_);
    ended_ = true;
    closed = closed_;
    workers.swap(workers_);
    for (auto& [id, fork] : pending_) remains.orders.push_back(std::move(fork.order));
    pending_.clear();
    standby.swap(standby_);
  }
  for (const auto& [pid, worker] : workers) {
    remains.workers.push_back(pid);
    if (worker.listener != nullptr) worker.listener->OnZygoteEnd();
  }
  if (closed) return;
  if (standby.has_value()) std::move(standby->done)(No("the zygote has ended"));
  std::move(on_end_)(std::move(remains));
}

}  // namespace mayfly::dataplane
