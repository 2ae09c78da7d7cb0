// Percent-decoding (RFC 3986) of paths and queries.
#ifndef MAYFLY_GATEWAY_PERCENT_H_
#define MAYFLY_GATEWAY_PERCENT_H_

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mayfly::gateway {

// What an escaped slash becomes: within a variable of several segments it must stay apart from those between the
// segments.
enum class EscapedSlash { kDecode, kKeep };

// nullopt for a '%' without two hex digits, and for what is not UTF-8 then.
std::optional<std::string> PercentDecode(std::string_view text, EscapedSlash slash = EscapedSlash::kDecode);

// The keys and values of a query, "a=1&b=x+y", in order, decoded. nullopt as above.
std::optional<std::vector<std::pair<std::string, std::string>>> ParseQuery(std::string_view query);

}  // namespace mayfly::gateway

#endif  // MAYFLY_GATEWAY_PERCENT_H_
