#include "dataplane/process_exit.h"

#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "absl/strings/str_cat.h"

namespace mayfly::dataplane {

bool ProcessExit::ExitedWith(int exit_code) const { return code == CLD_EXITED && status == exit_code; }

std::string ProcessExit::ToString() const {
  if (code == CLD_EXITED) return absl::StrCat("exited with code ", status);
  return absl::StrCat("was ended by ", DescribeSignal(status));
}

std::string DescribeSignal(int signal) {
  const char* name = sigabbrev_np(signal);
  const char* description = sigdescr_np(signal);
  if (name == nullptr || description == nullptr) return absl::StrCat("signal ", signal);
  return absl::StrCat("SIG", name, " (", description, ")");
}

void KillByPidfd(int pidfd) { syscall(SYS_pidfd_send_signal, pidfd, SIGKILL, nullptr, 0); }

}  // namespace mayfly::dataplane
