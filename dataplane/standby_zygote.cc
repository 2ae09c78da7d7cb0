#include "dataplane/standby_zygote.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/wait.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "absl/log/log.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/limits.h"
#include "dataplane/process_exit.h"

namespace mayfly::dataplane {
namespace {

bool HasEnded(const ZygoteProcess& process) {
  pollfd polled = {.fd = process.pidfd.get(), .events = POLLIN, .revents = 0};
  return poll(&polled, 1, 0) > 0;
}

std::string Reap(const ZygoteProcess& process) {
  siginfo_t info = {};
  waitid(P_PID, process.pid, &info, WEXITED);
  return ProcessExit{.code = info.si_code, .status = info.si_status}.ToString();
}

}  // namespace

absl::Duration ZygotePause(int failures) {
  if (failures == 0) return absl::ZeroDuration();
  return std::min(absl::Milliseconds(50) * (1 << std::min(failures, 10)), kZygotePauseMax);
}

StandbyZygote::StandbyZygote(std::string name)
    : name_(std::move(name)), changed_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

void StandbyZygote::Notify() { eventfd_write(changed_.get(), 1); }

int StandbyZygote::pidfd() const {
  absl::MutexLock lock(mutex_);
  return copy_.has_value() ? copy_->pidfd.get() : -1;
}

absl::Duration StandbyZygote::Keep(ZygoteLink& zygote) {
  eventfd_t count;
  eventfd_read(changed_.get(), &count);
  {
    absl::MutexLock lock(mutex_);
    ReapEnded();
    if (copy_.has_value() || asked_ || !zygote.ready()) return absl::InfiniteDuration();
    if (const absl::Duration pause = next_ - absl::Now(); pause > absl::ZeroDuration()) return pause;
    asked_ = true;
  }
  zygote.ForkStandby(
      [self = shared_from_this()](absl::StatusOr<ZygoteProcess> copy) { self->Answer(std::move(copy)); });
  return absl::InfiniteDuration();
}

void StandbyZygote::ReapEnded() {
  if (!copy_.has_value() || !HasEnded(*copy_)) return;
  // One that has stood for long has not failed.
  if (absl::Now() - made_ > kZygotePauseMax) failures_ = 0;
  NoteFailure(Reap(*copy_));
  copy_.reset();
}

void StandbyZygote::Answer(absl::StatusOr<ZygoteProcess> copy) {
  {
    absl::MutexLock lock(mutex_);
    asked_ = false;
    made_ = absl::Now();
    if (copy.ok()) {
      copy_ = *std::move(copy);
    } else {
      NoteFailure(copy.status().message());
    }
  }
  Notify();
}

void StandbyZygote::NoteFailure(std::string_view what) {
  ++failures_;
  next_ = absl::Now() + ZygotePause(failures_);
  // Nobody waits for it, and the next one may well stay.
  LOG_IF(WARNING, failures_ == 1) << "the " << name_ << " zygote has no standby for a moment: " << what;
}

std::optional<ZygoteProcess> StandbyZygote::Take() {
  absl::MutexLock lock(mutex_);
  mutex_.AwaitWithTimeout(absl::Condition(+[](bool* asked) { return !*asked; }, &asked_), kExitReportTimeMax);
  ReapEnded();
  if (!copy_.has_value()) return std::nullopt;
  failures_ = 0;
  return std::exchange(copy_, std::nullopt);
}

}  // namespace mayfly::dataplane
