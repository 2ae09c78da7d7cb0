// A store in a folder of its own, at a time that the test sets.
#ifndef MAYFLY_CONTROLPLANE_TESTING_SQLITE_STORE_H_
#define MAYFLY_CONTROLPLANE_TESTING_SQLITE_STORE_H_

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "base/clock.h"
#include "base/error.h"
#include "controlplane/sqlite_store.h"
#include "controlplane/testing_store.h"

namespace mayfly::controlplane {

class FixedClock final : public Clock {
 public:
  absl::Time Now() const override { return now; }
  absl::Duration Monotonic() const override { return absl::ZeroDuration(); }
  absl::Time now = absl::FromUnixMicros(1'700'000'000'123'456);
};

inline void ExpectError(const absl::Status& status, absl::StatusCode code, const char* reason,
                        const std::string& message) {
  EXPECT_EQ(status.code(), code) << status;
  EXPECT_EQ(ErrorReason(status), reason);
  EXPECT_EQ(status.message(), message);
}

class SqliteStoreTestBase : public testing::Test {
 protected:
  std::unique_ptr<SqliteStore> Open(SqliteStore::Options options) {
    auto store = SqliteStore::Open(options, clock_);
    EXPECT_TRUE(store.ok()) << store.status();
    return *std::move(store);
  }
  std::unique_ptr<SqliteStore> Open() { return Open({.data_dir = data_dir_}); }

  const std::string data_dir_ = NewFolder();
  FixedClock clock_;
};

}  // namespace mayfly::controlplane

#endif  // MAYFLY_CONTROLPLANE_TESTING_SQLITE_STORE_H_
