#include "runtime/sandbox/syscall_filter.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <stddef.h>
#include <string.h>
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

// Whether the policy allows the call, in any way.
bool Mentions(const SyscallPolicy& policy, std::string_view name) {
  const auto is_it = [name](const auto& entry) { return name == entry.name; };
  return std::ranges::any_of(policy.allowed, is_it) || std::ranges::any_of(policy.conditional, is_it) ||
         std::ranges::any_of(policy.choices, is_it) || std::ranges::any_of(policy.guest_fds, is_it);
}

void AddLists(Rules& rules, const SyscallPolicy& policy) {
  for (const AllowedSyscall& allowed : policy.allowed) rules.Add(SCMP_ACT_ALLOW, allowed.name);
  for (const RefusedSyscalls& group : RefusedSyscallGroups()) {
    for (const char* name : group.names) {
      if (!Mentions(policy, name)) rules.Add(SCMP_ACT_ERRNO(static_cast<uint32_t>(group.error)), name);
    }
  }
}

void AddSocketPairs(Rules& rules) {
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

absl::Status AddConditional(Rules& rules, std::string_view name) {
  if (name == "socketpair") {
    AddSocketPairs(rules);
  } else if (name == "prlimit64") {
    AddLimits(rules);
  } else {
    return absl::InternalError(absl::StrCat("there is no condition for ", name));
  }
  return absl::OkStatus();
}

// Where the low word of an argument is: both architectures are little-endian.
constexpr uint32_t ArgumentOffset(size_t argument) {
  return static_cast<uint32_t>(offsetof(seccomp_data, args) + argument * sizeof(uint64_t));
}

// Entered and left with the call's number in the accumulator.
void Append(uint32_t number, const SyscallChoice& choice, pid_t self, std::vector<sock_filter>& program) {
  const uint8_t values = static_cast<uint8_t>(choice.allowed.size());
  program.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, static_cast<uint8_t>(values + 3)));
  program.push_back(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, ArgumentOffset(choice.argument)));
  for (uint8_t i = 0; i < values; ++i) {
    const uint32_t value = choice.allowed[i].value;
    program.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value == kOwnPid ? static_cast<uint32_t>(self) : value,
                               static_cast<uint8_t>(values - i), 0));
  }
  program.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | static_cast<uint32_t>(choice.error)));
  program.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
}

// As for a choice.
void Append(uint32_t number, const GuestFdSyscall& call, std::vector<sock_filter>& program) {
  program.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 4));
  program.push_back(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, ArgumentOffset(call.argument)));
  program.push_back(BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, kFirstGuestFd, 1, 0));
  program.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM));
  program.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
}

// Decides the calls of which one argument is looked at: libseccomp can't say "all other values", and the process's own
// pid is known only after the fork, so these are put before the compiled program.
std::vector<sock_filter> Prologue(const SyscallPolicy& policy, pid_t self) {
  std::vector<sock_filter> choices;
  for (const SyscallChoice& choice : policy.choices) {
    const int number = seccomp_syscall_resolve_name(choice.name);
    if (number >= 0) Append(static_cast<uint32_t>(number), choice, self, choices);
  }
  for (const GuestFdSyscall& call : policy.guest_fds) {
    const int number = seccomp_syscall_resolve_name(call.name);
    if (number >= 0) Append(static_cast<uint32_t>(number), call, choices);
  }
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
  for (const AllowedSyscall& call : policy.conditional) {
    if (absl::Status status = AddConditional(rules, call.name); !status.ok()) return status;
  }
  std::vector<sock_filter> program = rules.Export();
  if (rules.error() != 0) return absl::InternalError(absl::StrCat("libseccomp: ", strerror(rules.error())));
  return SyscallFilter(policy, std::move(program));
}

absl::Status SyscallFilter::Load(pid_t self) const {
  std::vector<sock_filter> program = Prologue(policy_, self);
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
