#include "runtime/python/process_state.h"

#include <fcntl.h>
#include <locale.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>

#include "base/limits.h"

namespace mayfly::runtime {
namespace {

std::vector<std::string> Environment() {
  std::vector<std::string> environment;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) environment.emplace_back(*entry);
  return environment;
}

size_t DescriptorsMax() {
  rlimit limit = {};
  getrlimit(RLIMIT_NOFILE, &limit);
  return std::min<size_t>(limit.rlim_cur, kDescriptorsMax);
}

}  // namespace

ProcessState::ProcessState()
    : environment_(Environment()), locale_(setlocale(LC_ALL, nullptr)), open_descriptors_(DescriptorsMax()) {
  pthread_sigmask(SIG_SETMASK, nullptr, &signal_mask_);
  for (size_t fd = 0; fd < open_descriptors_.size(); ++fd) {
    open_descriptors_[fd] = fcntl(static_cast<int>(fd), F_GETFD) >= 0;
  }
}

void ProcessState::Restore() const {
  RestoreEnvironment();
  if (locale_ != setlocale(LC_ALL, nullptr)) setlocale(LC_ALL, locale_.c_str());
  pthread_sigmask(SIG_SETMASK, &signal_mask_, nullptr);
  CloseNewDescriptors();
}

void ProcessState::RestoreEnvironment() const {
  if (Environment() == environment_) return;
  clearenv();
  for (const std::string& entry : environment_) {
    const size_t equals = entry.find('=');
    if (equals != std::string::npos) setenv(entry.substr(0, equals).c_str(), entry.c_str() + equals + 1, 1);
  }
  tzset();
}

void ProcessState::CloseNewDescriptors() const {
  for (size_t fd = 0; fd < open_descriptors_.size(); ++fd) {
    if (!open_descriptors_[fd]) close(static_cast<int>(fd));
  }
}

}  // namespace mayfly::runtime
