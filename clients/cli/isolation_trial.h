// Whether a call can see what another has left behind.
#ifndef MAYFLY_CLIENTS_CLI_ISOLATION_TRIAL_H_
#define MAYFLY_CLIENTS_CLI_ISOLATION_TRIAL_H_

#include <string>

#include "absl/status/statusor.h"
#include "clients/cli/hostile_guest.h"
#include "clients/cpp/client.h"

namespace mayfly::cli {

// What came of a guest.
struct IsolationTrial {
  int calls = 0;
  int used = 0;          // of those, how many found a worker that another call had used
  std::string seen;      // how a call's answer differed from that of a new worker; empty: nothing was seen
  std::string strategy;  // how the calls were kept apart, by their receipts: "rewind by userfaultfd"
};

// Has `function` do what `guest` says, and look, in turn, and compares each answer with that of a worker that was made
// for one call. `client` may store the function. Errors: what keeps the guest from being tried at all.
absl::StatusOr<IsolationTrial> TryIsolation(const client::Client& client, const HostileGuest& guest,
                                            const v1::Manifest& function);

}  // namespace mayfly::cli

#endif  // MAYFLY_CLIENTS_CLI_ISOLATION_TRIAL_H_
