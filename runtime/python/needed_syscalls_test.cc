// Each entry of Python's system-call policy is needed: without it, a worker does not do what it does with it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "runtime/python/python_boot.h"
#include "runtime/python/python_engine.h"
#include "runtime/python/python_process.h"
#include "runtime/worker/syscall_trial.h"

namespace mayfly::runtime {
namespace {

constexpr char kSource[] = R"py(
import asyncio, ctypes, fcntl, mmap, os, random, resource, select, signal, socket, struct, termios, threading, time

libc = ctypes.CDLL(None, use_errno=True)

def refused(action):
    try:
        action()
    except OSError as error:
        return type(error).__name__
    return "done"

def pair():
    return socket.socketpair()

def readable(wait):
    ours, theirs = pair()
    theirs.send(b"x")
    return wait(ours)

def asynchronous():
    async def main():
        await asyncio.sleep(0.001)
        return 7
    return asyncio.run(main())

def mapped(use, **options):
    with mmap.mmap(-1, 1 << 16, **options) as memory:
        return use(memory)

def polled(file):
    poll = select.epoll()
    poll.register(file, select.EPOLLIN)
    return len(poll.poll(1))

def waited(file, timeout=1000):
    poll = select.poll()
    poll.register(file, select.POLLIN)
    return len(poll.poll(timeout))

def grown():
    kept = [bytes(1 << 20) for _ in range(40)]
    return len(kept)

def small(count=20000):
    return sum(len(part) for part in [[i] * 10 for i in range(count)])

def locked():
    lock = threading.Lock()
    lock.acquire()
    return lock.acquire(timeout=0.001)

def contents():
    read, write = os.pipe()
    os.write(write, b"abc")
    return os.read(read, 3) == b"abc" and os.writev(write, [b"d", b"e"]) == 2 and os.readv(read, [bytearray(2)]) == 2

def ioctl_of(request):
    ours, theirs = pair()
    theirs.send(b"abc")
    return struct.unpack("i", fcntl.ioctl(ours, request, struct.pack("i", 0)))[0]

def protected():
    libc.mmap.restype = ctypes.c_void_p
    page = libc.mmap(None, 4096, 3, 0x22, -1, 0)
    return libc.mprotect(ctypes.c_void_p(page), 4096, 3)

def handler(event):
    return eval(event)
)py";

LoadRequest Function(std::string_view more = "") {
  return {.function_id = "f",
          .handler = "handler",
          .kind = SourceKind::kScript,
          .source = absl::StrCat(kSource, more),
          .dependencies = {},
          .memory_limit_bytes = int64_t{96} << 20,
          .warmup_events = {}};
}

TrialCall Evaluates(std::string_view expression, std::string_view result) {
  return {.event = absl::StrCat("\"", expression, "\""), .result = std::string(result)};
}

std::vector<TrialCall> EverydayCalls() {
  return {Evaluates("small()", "200000"),
          Evaluates("grown()", "40"),
          Evaluates("time.sleep(0.001)", "null"),
          Evaluates("random.random() != random.random() and os.urandom(4) != os.urandom(4)", "true"),
          Evaluates("print(1, flush=True)", "null"),
          {.event = "\"native clock\"", .result = "true"},
          Evaluates("asynchronous()", "7"),
          Evaluates("small()", "200000")};
}

// What the standard library offers for each call.
std::vector<TrialCall> LibraryCalls() {
  return {
      Evaluates("pair()[0].getpeername()", R"("")"),
      Evaluates("pair()[0].getsockname()", R"("")"),
      Evaluates("pair()[0].getsockopt(socket.SOL_SOCKET, socket.SO_TYPE)", "1"),
      Evaluates("pair()[0].shutdown(socket.SHUT_RDWR)", "null"),
      Evaluates("pair()[0].setblocking(False)", "null"),
      Evaluates("os.eventfd(0) > 3", "true"),
      Evaluates("os.fstat(0).st_size", "0"),
      Evaluates("os.lseek(0, 0, 0)", "0"),
      Evaluates("contents()", "true"),
      Evaluates("readable(polled)", "1"),
      Evaluates("readable(waited)", "1"),
      Evaluates("readable(lambda file: len(select.select([file], [], [], 1)[0]))", "1"),
      Evaluates("mapped(lambda memory: memory.resize(1 << 17), flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)", "null"),
      Evaluates("mapped(lambda memory: memory.flush())", "null"),
      Evaluates("mapped(lambda memory: memory[0], access=mmap.ACCESS_READ)", "0"),
      Evaluates("mapped(lambda memory: memory.madvise(mmap.MADV_NORMAL))", "null"),
      Evaluates("mapped(lambda memory: memory.madvise(mmap.MADV_WILLNEED))", "null"),
      Evaluates("mapped(lambda memory: memory.madvise(mmap.MADV_FREE), flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)",
                "null"),
      Evaluates("time.clock_getres(time.CLOCK_PROCESS_CPUTIME_ID) > 0", "true"),
      Evaluates("time.process_time() > 0", "true"),
      Evaluates("signal.getitimer(signal.ITIMER_REAL)", "[0.0,0.0]"),
      Evaluates("os.times().user >= 0", "true"),
      Evaluates("locked()", "false"),
      Evaluates("os.sched_yield()", "null"),
      Evaluates("len(signal.sigpending())", "0"),
      Evaluates("len(signal.pthread_sigmask(signal.SIG_BLOCK, []))", "0"),
      Evaluates("signal.sigtimedwait([signal.SIGUSR1], 0)", "null"),
      Evaluates("os.getcwd()", R"("/")"),
      Evaluates(
          "[os.getegid(), os.geteuid(), os.getgid(), os.getuid()] == [*os.getresgid()[1:2], *os.getresuid()[1:2], "
          "os.getresgid()[0], os.getresuid()[0]]",
          "true"),
      Evaluates("len(os.getgroups()) >= 0", "true"),
      Evaluates("os.getpgid(0) == os.getpgrp()", "true"),
      Evaluates("os.getppid() > 0", "true"),
      Evaluates("os.getpid() == threading.get_native_id()", "true"),
      Evaluates("os.getpriority(os.PRIO_PROCESS, 0) < 20", "true"),
      Evaluates("resource.getrusage(resource.RUSAGE_SELF).ru_maxrss > 0", "true"),
      Evaluates("resource.getrlimit(resource.RLIMIT_CORE)", "[0,0]"),
      Evaluates("os.getsid(0) > 0", "true"),
      Evaluates("os.sched_get_priority_max(os.SCHED_FIFO)", "99"),
      Evaluates("os.sched_get_priority_min(os.SCHED_FIFO)", "1"),
      Evaluates("len(os.sched_getaffinity(0)) > 0", "true"),
      Evaluates("os.sched_getparam(0).sched_priority", "0"),
      Evaluates("os.sched_getscheduler(0)", "0"),
      Evaluates("os.sysconf('SC_PHYS_PAGES') > 0", "true"),
      Evaluates("os.uname().sysname", R"("Linux")"),
      Evaluates("refused(lambda: os.waitpid(-1, os.WNOHANG))", R"("ChildProcessError")"),
      Evaluates("refused(lambda: os.waitid(os.P_ALL, 0, os.WEXITED))", R"("ChildProcessError")"),
      Evaluates("os.close(os.dup(0))", "null"),
      Evaluates("os.dup2(0, 40)", "40"),
      Evaluates("os.dup2(0, 41, inheritable=False)", "41"),
      Evaluates("fcntl.fcntl(0, fcntl.F_DUPFD, 42)", "42"),
      Evaluates("fcntl.fcntl(os.dup(0), fcntl.F_SETFD, 0)", "0"),
      Evaluates("os.get_blocking(os.pipe()[0])", "true"),
      Evaluates("fcntl.fcntl(os.pipe()[0], fcntl.F_SETFL, os.O_NONBLOCK)", "0"),
      Evaluates("os.set_inheritable(os.dup(0), True)", "null"),
      Evaluates("os.set_inheritable(os.dup2(0, 43), False)", "null"),
      Evaluates("ioctl_of(termios.FIONREAD)", "3"),
      Evaluates("protected()", "0"),
      Evaluates("small()", "200000"),
  };
}

std::vector<TrialGuest> Guests() {
  using Disturbance = TrialGuest::Disturbance;
  std::vector<TrialGuest> guests = {
      {.name = "everyday", .function = Function(), .calls = EverydayCalls()},
      {.name = "library", .function = Function(), .calls = LibraryCalls(), .under_fresh = false},
      {.name = "stopped",
       .function = Function(),
       .calls = {Evaluates("len(select.poll().poll(60))", "0")},
       .disturbance = Disturbance::kStops},
      // Its memory grows into what is reserved, and goes back.
      {.name = "growing",
       .function = Function(),
       .calls = {Evaluates("small(150000)", "1500000"), Evaluates("small()", "200000")},
       .under_fresh = false},
      // What it has opened no rewind brings back, so it gets a new worker for each call.
      {.name = "keeping",
       .function = Function("kept = os.pipe()\n"),
       .calls = {Evaluates("len(kept)", "2\nand no more")},
       .under_fresh = false,
       .end = "exit 93"},
      {.name = "faulting", .function = Function(), .calls = {Evaluates("ctypes.string_at(0)", "")}, .end = "SIGSEGV"},
  };
  for (TrialGuest& guest : EndingGuests(Function(), Evaluates("small()", "200000"))) guests.push_back(std::move(guest));
  return guests;
}

// It outlives its boot.
std::unique_ptr<EngineBoot> MakeBoot(TrialStrategy strategy) {
  absl::StatusOr<std::unique_ptr<PythonProcess>> process = PythonProcess::Create();
  if (!process.ok()) abort();
  const PythonProcess& kept = *process->release();
  return std::make_unique<PythonBoot>(kept,
                                      strategy == TrialStrategy::kRewind ? Isolation::kRewind : Isolation::kFresh);
}

TEST(NeededSyscallsTest, NoEntryOfThePolicyCanBeLeftOut) {
  const TrialReport report = FindUnneeded({.language = Language::kPython, .guests = Guests(), .make_boot = MakeBoot});
  EXPECT_THAT(report.wrong, testing::IsEmpty());
  // Without these all works, but memory comes late: tests/fault/test_guest_faults.py finds workers that grow.
  EXPECT_THAT(report.unneeded,
              testing::UnorderedElementsAre("madvise MADV_POPULATE_READ", "madvise MADV_POPULATE_WRITE"));
}

}  // namespace
}  // namespace mayfly::runtime
