#include "base/authenticator.h"

#include <openssl/crypto.h>
#include <openssl/sha.h>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"

namespace mayfly {
namespace {

constexpr std::string_view kScheme = "Bearer ";

}  // namespace

TokenAuthenticator::TokenAuthenticator(const std::vector<std::string>& tokens) {
  digests_.reserve(tokens.size());
  for (const std::string& token : tokens) digests_.push_back(Sha256(token));
}

bool TokenAuthenticator::Allows(std::optional<std::string_view> authorization) const {
  if (!authorization.has_value() || !absl::StartsWithIgnoreCase(*authorization, kScheme)) return false;
  const Digest given = Sha256(absl::StripAsciiWhitespace(authorization->substr(kScheme.size())));
  // Every token is compared, so that the time does not tell which one matched.
  int matches = 0;
  for (const Digest& digest : digests_) matches += CRYPTO_memcmp(digest.data(), given.data(), given.size()) == 0;
  return matches > 0;
}

TokenAuthenticator::Digest TokenAuthenticator::Sha256(std::string_view text) {
  Digest digest;
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
  return digest;
}

}  // namespace mayfly
