// What it costs to hand a call to a worker and its reply back, by the ways there are: each waits as the host (in epoll,
// on a descriptor) and the worker (in one blocking call) do, and carries 24 bytes each way. Prints microseconds of a
// round trip and of both processes' CPU time, with both on one core and with one on each of two.
#include <errno.h>
#include <linux/futex.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <initializer_list>

#include "base/monotonic.h"

namespace {

constexpr int kRounds = 100'000;

struct Header {
  uint64_t words[3];
};

// In shared memory.
struct Mailbox {
  std::atomic<uint32_t> request;
  std::atomic<uint32_t> reply;
  Header header;
};

struct Ends {
  Mailbox* mailbox;
  int socket[2];   // host's, worker's
  int request_fd;  // eventfd, host to worker
  int reply_fd;    // eventfd, worker to host
};

// One way: what the two sides do in one round.
struct Way {
  const char* name;
  void (*ask)(const Ends&);
  void (*serve)(const Ends&);
  void (*take)(const Ends&);
  int (*waits_on)(const Ends&);
};

void Await(bool done, const char* what) {
  if (done) return;
  perror(what);
  _exit(1);
}

void SocketAsk(const Ends& ends) {
  Header header = {};
  Await(send(ends.socket[0], &header, sizeof(header), 0) == sizeof(header), "send");
}
void SocketServe(const Ends& ends) {
  Header header;
  Await(recv(ends.socket[1], &header, sizeof(header), 0) == sizeof(header), "recv");
  Await(send(ends.socket[1], &header, sizeof(header), 0) == sizeof(header), "send");
}
void SocketTake(const Ends& ends) {
  Header header;
  Await(recv(ends.socket[0], &header, sizeof(header), 0) == sizeof(header), "recv");
}
int SocketFd(const Ends& ends) { return ends.socket[0]; }

void EventAsk(const Ends& ends) {
  const uint64_t one = 1;
  ends.mailbox->header = {};
  Await(write(ends.request_fd, &one, sizeof(one)) == sizeof(one), "write");
}
void Reply(const Ends& ends) {
  const uint64_t one = 1;
  ends.mailbox->header.words[0] = 1;
  Await(write(ends.reply_fd, &one, sizeof(one)) == sizeof(one), "write");
}
void EventServe(const Ends& ends) {
  uint64_t count;
  Await(read(ends.request_fd, &count, sizeof(count)) == sizeof(count), "read");
  Reply(ends);
}
void EventTake(const Ends& ends) {
  uint64_t count;
  Await(read(ends.reply_fd, &count, sizeof(count)) == sizeof(count), "read");
}
int EventFd(const Ends& ends) { return ends.reply_fd; }

void FutexAsk(const Ends& ends) {
  ends.mailbox->header = {};
  ends.mailbox->request.fetch_add(1);
  syscall(SYS_futex, &ends.mailbox->request, FUTEX_WAKE, 1, nullptr, nullptr, 0);
}
void FutexServe(const Ends& ends) {
  const uint32_t answered = ends.mailbox->reply.load();
  while (ends.mailbox->request.load() == answered) {
    syscall(SYS_futex, &ends.mailbox->request, FUTEX_WAIT, answered, nullptr, nullptr, 0);
  }
  ends.mailbox->reply.fetch_add(1);
  Reply(ends);
}

constexpr Way kWays[] = {
    {"SOCK_SEQPACKET both ways", SocketAsk, SocketServe, SocketTake, SocketFd},
    {"eventfd both ways", EventAsk, EventServe, EventTake, EventFd},
    {"futex to the worker, eventfd back", FutexAsk, FutexServe, EventTake, EventFd},
};

void PinTo(int core) {
  cpu_set_t cores;
  CPU_ZERO(&cores);
  CPU_SET(core, &cores);
  sched_setaffinity(0, sizeof(cores), &cores);
}

double CpuMicros(int who) {
  rusage usage;
  getrusage(who, &usage);
  const auto micros = [](const timeval& time) { return static_cast<double>(time.tv_sec) * 1e6 + time.tv_usec; };
  return micros(usage.ru_utime) + micros(usage.ru_stime);
}

void Measure(const Way& way, int worker_core) {
  Ends ends = {};
  ends.mailbox =
      static_cast<Mailbox*>(mmap(nullptr, sizeof(Mailbox), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
  Await(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends.socket) == 0, "socketpair");
  ends.request_fd = eventfd(0, 0);
  ends.reply_fd = eventfd(0, 0);
  const double cpu_before = CpuMicros(RUSAGE_SELF) + CpuMicros(RUSAGE_CHILDREN);
  const pid_t worker = fork();
  if (worker == 0) {
    PinTo(worker_core);
    for (int i = 0; i < kRounds; ++i) way.serve(ends);
    _exit(0);
  }
  PinTo(0);
  const int epoll = epoll_create1(0);
  epoll_event event = {.events = EPOLLIN, .data = {}};
  epoll_ctl(epoll, EPOLL_CTL_ADD, way.waits_on(ends), &event);
  const int64_t begin = mayfly::MonotonicNanos();
  for (int i = 0; i < kRounds; ++i) {
    way.ask(ends);
    Await(epoll_wait(epoll, &event, 1, -1) == 1, "epoll_wait");
    way.take(ends);
  }
  const double micros = static_cast<double>(mayfly::MonotonicNanos() - begin) / 1000 / kRounds;
  waitpid(worker, nullptr, 0);
  const double cpu = (CpuMicros(RUSAGE_SELF) + CpuMicros(RUSAGE_CHILDREN) - cpu_before) / kRounds;
  printf("| %s | %s | %.1f | %.1f |\n", way.name, worker_core == 0 ? "one core" : "two cores", micros, cpu);
  fflush(stdout);
  for (const int fd : {ends.socket[0], ends.socket[1], ends.request_fd, ends.reply_fd, epoll}) close(fd);
  munmap(ends.mailbox, sizeof(Mailbox));
}

}  // namespace

int main() {
  printf("| way | where | round trip us | CPU us |\n|---|---|--:|--:|\n");
  fflush(stdout);
  for (const int worker_core : {0, 1}) {
    for (const Way& way : kWays) Measure(way, worker_core);
  }
}
