// The hostile guests that the program carries: functions that do to their own process whatever they are told to.
#ifndef MAYFLY_CLIENTS_CLI_HOSTILE_GUEST_H_
#define MAYFLY_CLIENTS_CLI_HOSTILE_GUEST_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "clients/cli/files.h"
#include "mayfly/v1/function.pb.h"

namespace mayfly::cli {

// One thing that they can be told to do. The event ["command"] has the function look at all that a call before may have
// left, do it, and answer with what it has seen; the event [] only looks.
struct HostileGuest {
  std::string language;  // "js"
  std::string command;   // "globals"
  std::string end;       // how the call ends: "ANSWERED", or a reason
  std::string what;      // "plants globals"
};

// All of them, from `guests.txt` in hostile_guests/. Errors: INVALID_ARGUMENT for a line that is none.
absl::StatusOr<std::vector<HostileGuest>> ReadHostileGuests(const Files& files);

// The function of a guest. Errors: those of ReadManifest.
absl::StatusOr<v1::Manifest> ReadHostileFunction(const Files& files, const HostileGuest& guest);

}  // namespace mayfly::cli

#endif  // MAYFLY_CLIENTS_CLI_HOSTILE_GUEST_H_
