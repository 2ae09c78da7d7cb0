// Every system call that there is gets the answer that the lists have for it.
#include "runtime/sandbox/syscall_policy.h"

#include <errno.h>
#include <gtest/gtest.h>
#include <seccomp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <set>
#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "runtime/sandbox/sandbox.h"

namespace mayfly::runtime {
namespace {

// Beyond the newest that Linux has.
constexpr int kNumbersMax = 600;

std::string NameOf(int number) {
  char* const name = seccomp_syscall_resolve_num_arch(SCMP_ARCH_NATIVE, number);
  const std::string text = name == nullptr ? "" : name;
  free(name);
  return text;
}

bool Allows(const SyscallPolicy& policy, std::string_view name) {
  const auto is_it = [name](const auto& entry) { return name == entry.name; };
  return std::ranges::any_of(policy.allowed, is_it) || std::ranges::any_of(policy.conditional, is_it) ||
         std::ranges::any_of(policy.choices, is_it) || std::ranges::any_of(policy.guest_fds, is_it);
}

// "SIGSYS", or the error of the group that the call is in.
std::string AnswerTo(std::string_view name) {
  // No filter sees these two (Linux 6.14): they are for the kernel's own trampolines alone, and it refuses all others.
  if (name == "uretprobe") return "SIGILL";
  if (name == "uprobe") return "ENXIO";
  for (const RefusedSyscalls& group : RefusedSyscallGroups()) {
    if (std::ranges::find(group.names, name) != group.names.end()) return strerrorname_np(group.error);
  }
  return "SIGSYS";
}

// What the kernel answers a locked process that makes the call with arguments of 0.
std::string Make(const Sandbox& sandbox, int number) {
  int ends[2];
  if (pipe(ends) != 0) return "no pipe";
  const pid_t pid = fork();
  if (pid == 0) {
    dup2(ends[1], STDERR_FILENO);
    if (!sandbox.Lock({.memory_limit_bytes = 64 << 20}).ok()) _exit(199);
    _exit(syscall(number, 0, 0, 0, 0, 0, 0) == -1 ? errno : 0);
  }
  close(ends[0]);
  close(ends[1]);
  int status = 0;
  waitpid(pid, &status, 0);
  if (WIFSIGNALED(status)) return absl::StrCat("SIG", sigabbrev_np(WTERMSIG(status)));
  return WEXITSTATUS(status) == 0 ? "done" : strerrorname_np(WEXITSTATUS(status));
}

class SyscallPolicyTest : public testing::TestWithParam<Language> {};

TEST_P(SyscallPolicyTest, EachCallOutsideItGetsTheAnswerOfItsGroup) {
  const SyscallPolicy policy = PolicyOf(GetParam());
  const Sandbox sandbox = Sandbox::Create(policy, {}).value();
  int refused = 0;
  int deadly = 0;
  for (int number = 0; number < kNumbersMax; ++number) {
    const std::string name = NameOf(number);
    if (Allows(policy, name)) continue;
    const std::string answer = AnswerTo(name);
    EXPECT_EQ(Make(sandbox, number), answer) << number << " " << name;
    ++(answer == "SIGSYS" ? deadly : refused);
  }
  EXPECT_GT(refused, 100);
  EXPECT_GT(deadly, 250);
}

INSTANTIATE_TEST_SUITE_P(Languages, SyscallPolicyTest, testing::Values(Language::kJs, Language::kPython));

TEST(SyscallPolicyTest, EachEntryHasAReasonAndStandsOnce) {
  for (const Language language : {Language::kJs, Language::kPython}) {
    const SyscallPolicy policy = PolicyOf(language);
    std::set<std::string> names;
    const auto check = [&](const auto& entry) {
      EXPECT_FALSE(std::string_view(entry.reason).empty()) << entry.name;
      EXPECT_TRUE(names.insert(entry.name).second) << entry.name;
    };
    std::ranges::for_each(policy.allowed, check);
    std::ranges::for_each(policy.conditional, check);
    std::ranges::for_each(policy.guest_fds, check);
    for (const SyscallChoice& choice : policy.choices) {
      EXPECT_TRUE(names.insert(choice.name).second) << choice.name;
      std::set<uint32_t> values;
      for (const AllowedValue& value : choice.allowed) {
        EXPECT_FALSE(std::string_view(value.reason).empty()) << choice.name << " " << value.name;
        EXPECT_TRUE(values.insert(value.value).second) << choice.name << " " << value.name;
      }
    }
  }
}

TEST(SyscallPolicyTest, NoCallIsRefusedInTwoWays) {
  std::set<std::string> names;
  for (const RefusedSyscalls& group : RefusedSyscallGroups()) {
    EXPECT_FALSE(std::string_view(group.reason).empty());
    for (const char* const name : group.names) EXPECT_TRUE(names.insert(name).second) << name;
  }
}

// A misspelt name would be passed over.
TEST(SyscallPolicyTest, EachNameIsACall) {
  const auto is_call = [](const char* name) { return seccomp_syscall_resolve_name(name) != __NR_SCMP_ERROR; };
  for (const RefusedSyscalls& group : RefusedSyscallGroups()) {
    for (const char* const name : group.names) EXPECT_TRUE(is_call(name)) << name;
  }
  for (const Language language : {Language::kJs, Language::kPython}) {
    const SyscallPolicy policy = PolicyOf(language);
    for (const AllowedSyscall& call : policy.allowed) EXPECT_TRUE(is_call(call.name)) << call.name;
    for (const SyscallChoice& call : policy.choices) EXPECT_TRUE(is_call(call.name)) << call.name;
    for (const GuestFdSyscall& call : policy.guest_fds) EXPECT_TRUE(is_call(call.name)) << call.name;
  }
}

}  // namespace
}  // namespace mayfly::runtime
