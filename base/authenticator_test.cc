#include "base/authenticator.h"

#include <gtest/gtest.h>

namespace mayfly {
namespace {

TEST(TokenAuthenticatorTest, LetsEachOfItsTokensThrough) {
  const TokenAuthenticator authenticator({"alpha", "beta"});
  EXPECT_TRUE(authenticator.Allows("Bearer alpha"));
  EXPECT_TRUE(authenticator.Allows("bearer beta"));
  EXPECT_TRUE(authenticator.Allows("BEARER  beta "));
}

TEST(TokenAuthenticatorTest, RefusesEverythingElse) {
  const TokenAuthenticator authenticator({"alpha", "beta"});
  EXPECT_FALSE(authenticator.Allows(std::nullopt));
  for (const char* header : {"", "alpha", "Bearer", "Bearer ", "Bearer alph", "Bearer alphaa", "Bearer ALPHA",
                             "Basic alpha", "Beareralpha", "Bearer alpha beta"}) {
    EXPECT_FALSE(authenticator.Allows(header)) << header;
  }
}

TEST(TokenAuthenticatorTest, WithoutTokensNobodyPasses) {
  EXPECT_FALSE(TokenAuthenticator({}).Allows("Bearer "));
  EXPECT_FALSE(TokenAuthenticator({}).Allows(std::nullopt));
}

TEST(OpenAuthenticatorTest, LetsEverybodyThrough) { EXPECT_TRUE(OpenAuthenticator().Allows(std::nullopt)); }

}  // namespace
}  // namespace mayfly
