// What a guest can change in its process outside its interpreter.
#ifndef MAYFLY_RUNTIME_PYTHON_PROCESS_STATE_H_
#define MAYFLY_RUNTIME_PYTHON_PROCESS_STATE_H_

#include <signal.h>

#include <string>
#include <vector>

namespace mayfly::runtime {

// The environment, the time zone, the locale, the signal mask and the open file descriptors, as they were when this was
// made. What else the kernel keeps of a process (timers, limits, the working folder), the sandbox lets no guest change.
class ProcessState {
 public:
  // Takes the state of the calling thread's process. Made before any guest code runs.
  ProcessState();

  // Brings it all back. Descriptors that have been opened since are closed.
  void Restore() const;

 private:
  void RestoreEnvironment() const;
  void CloseNewDescriptors() const;

  std::vector<std::string> environment_;  // "NAME=value"
  std::string locale_;                    // of all categories, as setlocale names it
  sigset_t signal_mask_;
  std::vector<bool> open_descriptors_;  // up to the limit of open files, at most kDescriptorsMax
};

}  // namespace mayfly::runtime

#endif  // MAYFLY_RUNTIME_PYTHON_PROCESS_STATE_H_
