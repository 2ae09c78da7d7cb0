// A crashed worker that waits for a debugger.
#ifndef MAYFLY_RUNTIME_WORKER_CRASH_STOP_H_
#define MAYFLY_RUNTIME_WORKER_CRASH_STOP_H_

namespace mayfly::runtime {

// From now on this process stops itself (SIGSTOP) where it would end by SIGSEGV, SIGBUS, SIGFPE, SIGILL or SIGABRT.
// Once it is continued, the signal ends it.
void StopOnCrash();

}  // namespace mayfly::runtime

#endif  // MAYFLY_RUNTIME_WORKER_CRASH_STOP_H_
