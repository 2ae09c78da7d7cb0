// Who may call: bearer tokens, checked alike on both doors.
#ifndef MAYFLY_BASE_AUTHENTICATOR_H_
#define MAYFLY_BASE_AUTHENTICATOR_H_

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mayfly {

// Thread-safe.
class Authenticator {
 public:
  virtual ~Authenticator() = default;

  // Whether a call with this Authorization header (or metadata `authorization`) may proceed; nullopt: it has none.
  virtual bool Allows(std::optional<std::string_view> authorization) const = 0;
};

// Lets every call through: for a loopback address, and for an operator who asked for it.
class OpenAuthenticator final : public Authenticator {
 public:
  bool Allows(std::optional<std::string_view>) const override { return true; }
};

// Lets calls through that carry "Bearer TOKEN" (RFC 6750; the scheme in any case) with one of the given tokens. Keeps
// SHA-256 digests alone; the time a check takes says nothing about the tokens but how many there are. With no tokens
// nothing is let through.
class TokenAuthenticator final : public Authenticator {
 public:
  explicit TokenAuthenticator(const std::vector<std::string>& tokens);

  bool Allows(std::optional<std::string_view> authorization) const override;

 private:
  using Digest = std::array<uint8_t, 32>;
  static Digest Sha256(std::string_view text);

  std::vector<Digest> digests_;
};

}  // namespace mayfly

#endif  // MAYFLY_BASE_AUTHENTICATOR_H_
