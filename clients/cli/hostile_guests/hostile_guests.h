// The files of this folder: guests that do to their own process whatever they are told to.
#ifndef MAYFLY_CLIENTS_CLI_HOSTILE_GUESTS_HOSTILE_GUESTS_H_
#define MAYFLY_CLIENTS_CLI_HOSTILE_GUESTS_HOSTILE_GUESTS_H_

#include <string_view>
#include <utility>
#include <vector>

namespace mayfly::hostile_guests {

// Path ("clients/cli/hostile_guests/hostile.js") and content of each.
const std::vector<std::pair<std::string_view, std::string_view>>& All();

}  // namespace mayfly::hostile_guests

#endif  // MAYFLY_CLIENTS_CLI_HOSTILE_GUESTS_HOSTILE_GUESTS_H_
