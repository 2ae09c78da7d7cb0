// Which isolation a data plane gets: what was asked for, as far as this machine allows it.
#ifndef MAYFLY_MAYFLY_CHOOSE_ISOLATION_H_
#define MAYFLY_MAYFLY_CHOOSE_ISOLATION_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "dataplane/isolation.h"
#include "mayfly/isolation_options.h"
#include "runtime/rewind/rewind_probe.h"

namespace mayfly {

// `probes` are all ways, the best first. Errors: INVALID_ARGUMENT when the options contradict each other;
// FAILED_PRECONDITION, with what the kernel refuses, when what they insist on does not work here.
absl::StatusOr<dataplane::Isolation> ChooseIsolation(const IsolationOptions& options,
                                                     const std::vector<runtime::RewindProbe>& probes);

// The same, of this machine.
absl::StatusOr<dataplane::Isolation> ChooseIsolation(const IsolationOptions& options);

// "rewind by userfaultfd: userfaultfd works here".
std::string DescribeIsolation(const dataplane::Isolation& isolation);

}  // namespace mayfly

#endif  // MAYFLY_MAYFLY_CHOOSE_ISOLATION_H_
