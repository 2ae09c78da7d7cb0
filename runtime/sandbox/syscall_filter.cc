#include "runtime/sandbox/syscall_filter.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/fs.h>
#include <linux/seccomp.h>
#include <linux/userfaultfd.h>
#include <seccomp.h>
#include <stddef.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"

namespace mayfly::runtime {
namespace {

#if defined(__x86_64__)
constexpr uint32_t kArchitecture = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
constexpr uint32_t kArchitecture = AUDIT_ARCH_AARCH64;
#endif

// Collects libseccomp's answers: the first error stands.
class Rules {
 public:
  Rules() : context_(seccomp_init(SCMP_ACT_KILL_PROCESS)) {
    // A tree instead of a list: calls whose arguments are looked at run through it each time.
    Note(seccomp_attr_set(context_, SCMP_FLTATR_CTL_OPTIMIZE, 2));
  }
  ~Rules() { seccomp_release(context_); }
  Rules(const Rules&) = delete;
  Rules& operator=(const Rules&) = delete;

  // Conditions must all hold; each is about another argument. Rules of one call may not overlap.
  void Add(uint32_t action, const char* name, std::initializer_list<scmp_arg_cmp> conditions = {}) {
    const int number = seccomp_syscall_resolve_name(name);
    if (number < 0) return;  // not a call of this architecture
    Note(
        seccomp_rule_add_array(context_, action, number, static_cast<unsigned>(conditions.size()), conditions.begin()));
  }

  // The program; empty after an error.
  std::vector<sock_filter> Export() {
    size_t bytes = 0;
    Note(seccomp_export_bpf_mem(context_, nullptr, &bytes));
    std::vector<sock_filter> program(bytes / sizeof(sock_filter));
    Note(seccomp_export_bpf_mem(context_, program.data(), &bytes));
    if (error_ != 0) program.clear();
    return program;
  }

  int error() const { return error_; }

 private:
  void Note(int result) {
    if (error_ == 0) error_ = -result;
  }

  scmp_filter_ctx context_;
  int error_ = 0;
};

void AddLists(Rules& rules, const SyscallPolicy& policy) {
  for (const char* name : policy.allowed) rules.Add(SCMP_ACT_ALLOW, name);
  for (const RefusedSyscall& refused : RefusedSyscalls()) {
    const auto is_refused = [&](const char* name) { return std::string_view(name) == refused.name; };
    if (std::ranges::any_of(policy.allowed, is_refused)) continue;  // by this engine alone it is allowed
    rules.Add(SCMP_ACT_ERRNO(static_cast<uint32_t>(refused.error)), refused.name);
  }
}

// What is protected otherwise than as a growing region's front would stay so for the next call.
void AddMemory(Rules& rules, const SyscallPolicy& policy) {
  if (policy.executable_memory == SyscallPolicy::ExecutableMemory::kAllowed) {
    rules.Add(SCMP_ACT_ALLOW, "mmap");
    return rules.Add(SCMP_ACT_ALLOW, "mprotect");
  }
  rules.Add(SCMP_ACT_ALLOW, "mmap", {SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0)});
  rules.Add(SCMP_ACT_ERRNO(EPERM), "mmap", {SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, PROT_EXEC)});
  rules.Add(SCMP_ACT_ALLOW, "mprotect", {SCMP_A2(SCMP_CMP_EQ, PROT_READ | PROT_WRITE)});
  rules.Add(SCMP_ACT_ERRNO(EPERM), "mprotect", {SCMP_A2(SCMP_CMP_NE, PROT_READ | PROT_WRITE)});
}

void AddSocketPairs(Rules& rules, const SyscallPolicy& policy) {
  if (policy.socket_pairs == SyscallPolicy::SocketPairs::kRefused) {
    return rules.Add(SCMP_ACT_ERRNO(EPERM), "socketpair");
  }
  const auto pair_of = [&](uint32_t action, uint64_t type) {
    constexpr uint64_t kTypeBits = ~uint64_t{SOCK_CLOEXEC | SOCK_NONBLOCK};
    rules.Add(action, "socketpair", {SCMP_A0(SCMP_CMP_EQ, AF_UNIX), SCMP_A1(SCMP_CMP_MASKED_EQ, kTypeBits, type)});
  };
  pair_of(SCMP_ACT_ALLOW, SOCK_STREAM);
  pair_of(SCMP_ACT_ERRNO(EPERM), SOCK_DGRAM);
  pair_of(SCMP_ACT_ERRNO(EPERM), SOCK_SEQPACKET);
  rules.Add(SCMP_ACT_ERRNO(EPERM), "socketpair", {SCMP_A0(SCMP_CMP_NE, AF_UNIX)});
}

// A process may read its own limits, and change none.
void AddLimits(Rules& rules) {
  rules.Add(SCMP_ACT_ALLOW, "prlimit64", {SCMP_A0(SCMP_CMP_EQ, 0), SCMP_A2(SCMP_CMP_EQ, 0)});
  rules.Add(SCMP_ACT_ERRNO(EPERM), "prlimit64", {SCMP_A0(SCMP_CMP_EQ, 0), SCMP_A2(SCMP_CMP_NE, 0)});
  rules.Add(SCMP_ACT_ERRNO(EPERM), "prlimit64", {SCMP_A0(SCMP_CMP_NE, 0)});
}

// A call that is allowed for some values of one argument and gets an error for all others. libseccomp can't say "all
// others", and the process's own pid is known only after the fork, so these are put before the compiled program.
struct Choice {
  uint32_t number;
  size_t argument;  // its low 32 bits decide: the kernel reads no more of it
  std::vector<uint32_t> allowed;
  uint32_t error;
};

std::vector<Choice> Choices(pid_t self) {
  const uint32_t own_pid = static_cast<uint32_t>(self);
  return {
      {.number = SYS_kill, .argument = 0, .allowed = {own_pid}, .error = EPERM},
      {.number = SYS_tgkill, .argument = 0, .allowed = {own_pid}, .error = EPERM},
      {.number = SYS_fcntl,
       .argument = 1,
       .allowed = {F_DUPFD, F_DUPFD_CLOEXEC, F_GETFD, F_SETFD, F_GETFL, F_SETFL},
       .error = EPERM},
      // Others change what the kernel does with memory in calls to come, or put traps into it.
      {.number = SYS_madvise,
       .argument = 2,
       .allowed = {MADV_NORMAL, MADV_WILLNEED, MADV_DONTNEED, MADV_FREE, MADV_POPULATE_READ, MADV_POPULATE_WRITE},
       .error = EPERM},
      // The last three are the rewind's; they reach the process's own memory alone.
      {.number = SYS_ioctl,
       .argument = 1,
       .allowed = {FIONBIO, FIOCLEX, FIONCLEX, FIONREAD, PAGEMAP_SCAN, UFFDIO_REGISTER, UFFDIO_WRITEPROTECT},
       .error = ENOTTY},
  };
}

// A call that is allowed if the low 32 bits of one argument, a descriptor, are at least `least`, and gets an error
// otherwise.
struct Floor {
  uint32_t number;
  size_t argument;
  uint32_t least;
  uint32_t error;
};

// stdio and the channel stay what they are: else what a guest puts in their place would outlast its call.
constexpr uint32_t kFirstGuestFd = 4;
constexpr Floor kFloors[] = {
    {.number = SYS_close, .argument = 0, .least = kFirstGuestFd, .error = EPERM},
    {.number = SYS_close_range, .argument = 0, .least = kFirstGuestFd, .error = EPERM},
#if defined(SYS_dup2)  // not on aarch64
    {.number = SYS_dup2, .argument = 1, .least = kFirstGuestFd, .error = EPERM},
#endif
    {.number = SYS_dup3, .argument = 1, .least = kFirstGuestFd, .error = EPERM},
};

// Where the low word of an argument is: both architectures are little-endian.
constexpr uint32_t ArgumentOffset(size_t argument) {
  return static_cast<uint32_t>(offsetof(seccomp_data, args) + argument * sizeof(uint64_t));
}

// Entered and left with the call's number in the accumulator.
void Append(const Choice& choice, std::vector<sock_filter>& program) {
  const uint8_t values = static_cast<uint8_t>(choice.allowed.size());
  program.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, choice.number, 0, static_cast<uint8_t>(values + 3)));
  program.push_back(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, ArgumentOffset(choice.argument)));
  for (uint8_t i = 0; i < values; ++i) {
    program.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, choice.allowed[i], static_cast<uint8_t>(values - i), 0));
  }
  program.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | choice.error));
  program.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
}

// As for a choice.
void Append(const Floor& floor, std::vector<sock_filter>& program) {
  program.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, floor.number, 0, 4));
  program.push_back(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, ArgumentOffset(floor.argument)));
  program.push_back(BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, floor.least, 1, 0));
  program.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | floor.error));
  program.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
}

std::vector<sock_filter> Prologue(pid_t self) {
  std::vector<sock_filter> choices;
  for (const Choice& choice : Choices(self)) Append(choice, choices);
  for (const Floor& floor : kFloors) Append(floor, choices);
  // Another architecture numbers its calls otherwise: the compiled program ends it.
  std::vector<sock_filter> program = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, arch)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, kArchitecture, 0, static_cast<uint8_t>(choices.size() + 1)),
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
  };
  program.insert(program.end(), choices.begin(), choices.end());
  return program;
}

}  // namespace

absl::StatusOr<SyscallFilter> SyscallFilter::Compile(const SyscallPolicy& policy) {
  Rules rules;
  AddLists(rules, policy);
  AddMemory(rules, policy);
  AddSocketPairs(rules, policy);
  AddLimits(rules);
  std::vector<sock_filter> program = rules.Export();
  if (rules.error() != 0) return absl::InternalError(absl::StrCat("libseccomp: ", strerror(rules.error())));
  return SyscallFilter(std::move(program));
}

absl::Status SyscallFilter::Load(pid_t self) const {
  std::vector<sock_filter> program = Prologue(self);
  program.insert(program.end(), program_.begin(), program_.end());
  const sock_fprog loaded = {.len = static_cast<unsigned short>(program.size()), .filter = program.data()};
  if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &loaded) == 0) return absl::OkStatus();
  return absl::UnavailableError(absl::StrCat("seccomp: ", strerror(errno)));
}

bool HasSeccomp() {
  const uint32_t action = SECCOMP_RET_KILL_PROCESS;
  return syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action) == 0;
}

}  // namespace mayfly::runtime
