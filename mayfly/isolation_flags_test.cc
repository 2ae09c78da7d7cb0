#include "mayfly/isolation_flags.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

namespace mayfly {
namespace {

IsolationOptions Parse(std::vector<std::string> arguments) {
  IsolationOptions options;
  CLI::App app;
  DeclareIsolationFlags(app, options);
  app.parse(std::move(arguments));
  return options;
}

TEST(IsolationFlagsTest, FillTheOptions) {
  EXPECT_EQ(Parse({}).strategy, IsolationStrategy::kAuto);
  EXPECT_EQ(Parse({}).rewind, std::nullopt);
  EXPECT_EQ(Parse({"--isolation=fresh"}).strategy, IsolationStrategy::kFresh);
  EXPECT_EQ(Parse({"--isolation=rewind"}).strategy, IsolationStrategy::kRewind);
  EXPECT_EQ(Parse({"--isolation=auto", "--rewind=auto"}).rewind, std::nullopt);
  EXPECT_EQ(Parse({"--rewind=pagemap-scan"}).rewind, runtime::RewindWay::kPagemapScan);
  EXPECT_FALSE(Parse({}).verify);
  EXPECT_TRUE(Parse({"--verify-rewind"}).verify);
}

TEST(IsolationFlagsTest, SayHowWorkersAreLockedIn) {
  EXPECT_EQ(Parse({}).sandbox.level, std::nullopt);
  EXPECT_EQ(Parse({}).sandbox.min, runtime::SandboxLevel::kSeccomp);
  EXPECT_EQ(Parse({"--sandbox=auto"}).sandbox.level, std::nullopt);
  EXPECT_EQ(Parse({"--sandbox=landlock"}).sandbox.level, runtime::SandboxLevel::kLandlock);
  EXPECT_EQ(Parse({"--min-sandbox=namespaces"}).sandbox.min, runtime::SandboxLevel::kNamespaces);
  EXPECT_THROW(Parse({"--sandbox=none"}), CLI::ParseError);
  EXPECT_EQ(Parse({}).sandbox.cgroup, CgroupUse::kAuto);
  EXPECT_EQ(Parse({"--cgroup=off"}).sandbox.cgroup, CgroupUse::kOff);
  EXPECT_EQ(Parse({"--cgroup=require"}).sandbox.cgroup, CgroupUse::kRequire);
  EXPECT_THROW(Parse({"--min-sandbox=none"}), CLI::ParseError);
}

TEST(IsolationFlagsTest, KnowEveryWay) {
  for (const runtime::RewindWay way : runtime::kRewindWays) {
    EXPECT_EQ(Parse({"--rewind=" + std::string(runtime::RewindWayName(way))}).rewind, way);
  }
}

TEST(IsolationFlagsTest, HaveEnvironmentVariables) {
  setenv("MAYFLY_ISOLATION", "rewind", 1);
  setenv("MAYFLY_REWIND", "dontneed", 1);
  const IsolationOptions options = Parse({});
  unsetenv("MAYFLY_ISOLATION");
  unsetenv("MAYFLY_REWIND");
  EXPECT_EQ(options.strategy, IsolationStrategy::kRewind);
  EXPECT_EQ(options.rewind, runtime::RewindWay::kDontNeed);
}

std::string ErrorOf(const std::string& argument) {
  try {
    Parse({argument});
  } catch (const CLI::ParseError& error) {
    return error.what();
  }
  return "";
}

TEST(IsolationFlagsTest, RefuseWhatIsNone) {
  EXPECT_EQ(ErrorOf("--isolation=rewnd"),
            "--isolation: 'rewnd' is none of auto, fresh, rewind; did you mean 'rewind'?");
  EXPECT_EQ(ErrorOf("--rewind=fork"), "--rewind: 'fork' is none of auto, userfaultfd, pagemap-scan, pagemap, dontneed");
  EXPECT_EQ(ErrorOf("--min-sandbox=landlok"),
            "--min-sandbox: 'landlok' is none of seccomp, landlock, namespaces; did you mean 'landlock'?");
  EXPECT_EQ(ErrorOf("--cgroup=requir"), "--cgroup: 'requir' is none of auto, off, require; did you mean 'require'?");
}

}  // namespace
}  // namespace mayfly
