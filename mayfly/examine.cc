#include "mayfly/examine.h"

#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <string>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "dataplane/pool_limits.h"
#include "mayfly/choose_isolation.h"
#include "mayfly/choose_sandbox.h"
#include "mayfly/serve_options.h"
#include "mayfly/worker_binaries.h"
#include "runtime/rewind/rewind_probe.h"
#include "runtime/sandbox/sandbox.h"

namespace mayfly {
namespace {

using cli::Finding;
using State = cli::Finding::State;

Finding Good(std::string name, std::string detail) {
  return {.state = State::kGood, .name = std::move(name), .detail = std::move(detail), .advice = ""};
}

Finding ExamineKernel() {
  utsname system = {};
  uname(&system);
  return Good("kernel", absl::StrCat(system.sysname, " ", system.release, ", ", system.machine));
}

Finding ExamineResources() {
  const dataplane::MachineResources machine = dataplane::ProbeMachine("");
  const dataplane::PoolLimits limits = dataplane::DefaultPoolLimits(machine);
  return Good("resources", absl::StrFormat("%.1f cores, %d MiB: at most %d workers", machine.cores,
                                           machine.memory_bytes >> 20, limits.workers_max));
}

std::vector<Finding> ExamineEngines(const std::string& executable) {
  const absl::StatusOr<WorkerBinaries> binaries = FindWorkerBinaries("", executable);
  if (!binaries.ok()) {
    return {{.state = State::kBad,
             .name = "engines",
             .detail = std::string(binaries.status().message()),
             .advice = "build them: ./run builds all that is needed"}};
  }
  return {Good("JavaScript", binaries->js), Good("Python", binaries->python)};
}

// What `doctor` can advise where the sandbox could be stronger.
std::string_view SandboxAdvice(runtime::SandboxLevel level) {
  switch (level) {
    case runtime::SandboxLevel::kNone:
      return "run on a kernel with CONFIG_SECCOMP_FILTER, outside of what forbids it";
    case runtime::SandboxLevel::kSeccomp:
      return "enable Landlock with the kernel parameter lsm=…,landlock";
    case runtime::SandboxLevel::kLandlock:
      return "let the program make user namespaces (docs/security.md, \"What each place adds\")";
    case runtime::SandboxLevel::kNamespaces:
      return "";
  }
  return "";
}

Finding ExamineSandbox(const SandboxOptions& options) {
  const absl::StatusOr<SandboxChoice> choice = ChooseSandbox(options);
  if (!choice.ok()) {
    return {.state = State::kBad,
            .name = "sandbox",
            .detail = std::string(choice.status().message()),
            .advice =
                "leave --sandbox, --min-sandbox and --cgroup=require out: the strongest that works is taken, if "
                "seccomp does"};
  }
  // Control groups are beside the levels, and few machines let a program make any.
  if (choice->level == runtime::SandboxLevel::kNamespaces) return Good("sandbox", DescribeSandbox(*choice));
  return {.state = State::kWarning,
          .name = "sandbox",
          .detail = DescribeSandbox(*choice),
          .advice = std::string(SandboxAdvice(choice->level))};
}

// What `doctor` can advise where a way of rewinding is refused.
std::string_view RewindAdvice(runtime::RewindWay way) {
  switch (way) {
    case runtime::RewindWay::kUserfaultfd:
      return "allow userfaultfd (container profiles often forbid it), on Linux 6.7 or later";
    case runtime::RewindWay::kPagemapScan:
      return "run on Linux 6.7 or later";
    case runtime::RewindWay::kPagemap:
      return "let the program read /proc/self/pagemap";
    case runtime::RewindWay::kDontNeed:
      return "let the program map a memfd privately";
  }
  return "";
}

Finding ExamineWay(const runtime::RewindProbe& probe) {
  std::string name = absl::StrCat("  ", runtime::RewindWayName(probe.way));
  if (probe.status.ok()) return Good(std::move(name), "works here");
  return {.state = State::kWarning,
          .name = std::move(name),
          .detail = std::string(probe.status.message()),
          .advice = std::string(RewindAdvice(probe.way))};
}

// The choice, and what it was made from.
std::vector<Finding> ExamineIsolation(const IsolationOptions& options) {
  const std::vector<runtime::RewindProbe> probes = runtime::ProbeRewindWays();
  const absl::StatusOr<dataplane::Isolation> isolation = ChooseIsolation(options, probes);
  std::vector<Finding> findings;
  if (isolation.ok()) {
    findings.push_back(Good("isolation", DescribeIsolation(*isolation)));
  } else {
    findings.push_back({.state = State::kBad,
                        .name = "isolation",
                        .detail = std::string(isolation.status().message()),
                        .advice = "leave --isolation and --rewind out: the best that works is taken"});
  }
  for (const runtime::RewindProbe& probe : probes) findings.push_back(ExamineWay(probe));
  return findings;
}

// Killing by pidfd: a pid is never mistaken for another's.
Finding ExaminePidfd() {
  const int descriptor = static_cast<int>(syscall(SYS_pidfd_open, getpid(), 0));
  if (descriptor >= 0) {
    close(descriptor);
    return Good("pidfd", "there");
  }
  return {.state = State::kBad, .name = "pidfd", .detail = "not there", .advice = "run on Linux 5.3 or later"};
}

Finding ExaminePort(std::string_view name, uint16_t port, std::string_view flag) {
  boost::asio::io_context io;
  boost::asio::ip::tcp::acceptor acceptor(io);
  const boost::asio::ip::tcp::endpoint endpoint(boost::asio::ip::address_v4::loopback(), port);
  boost::system::error_code error;
  acceptor.open(endpoint.protocol(), error);
  acceptor.set_option(boost::asio::ip::tcp::acceptor::reuse_address(true), error);
  acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(1, error);
  if (!error) return Good(std::string(name), absl::StrCat(port, " is free"));
  return {.state = State::kWarning,
          .name = std::string(name),
          .detail = absl::StrCat(port, " is taken, by a running server perhaps"),
          .advice = absl::StrCat("to serve beside it, choose another with ", flag)};
}

}  // namespace

std::vector<Finding> ExamineMachine(const std::string& executable, const IsolationOptions& isolation) {
  std::vector<Finding> findings = {ExamineKernel(), ExamineResources()};
  for (Finding& finding : ExamineEngines(executable)) findings.push_back(std::move(finding));
  findings.push_back(ExamineSandbox(isolation.sandbox));
  findings.push_back(ExaminePidfd());
  for (Finding& finding : ExamineIsolation(isolation)) findings.push_back(std::move(finding));
  const ServeOptions defaults;
  findings.push_back(ExaminePort("HTTP port", defaults.port, "--port"));
  findings.push_back(ExaminePort("gRPC port", defaults.grpc_port, "--grpc-port"));
  return findings;
}

}  // namespace mayfly
