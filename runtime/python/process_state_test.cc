#include "runtime/python/process_state.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <locale.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

namespace mayfly::runtime {
namespace {

TEST(ProcessStateTest, BringsBackTheEnvironmentAndTheTimeZone) {
  setenv("TZ", "UTC", 1);
  tzset();
  const ProcessState state;
  setenv("TZ", "XYZ-5", 1);
  setenv("PLANTED", "1", 1);
  tzset();
  EXPECT_STREQ(tzname[0], "XYZ");
  state.Restore();
  EXPECT_EQ(getenv("PLANTED"), nullptr);
  EXPECT_STREQ(getenv("TZ"), "UTC");
  EXPECT_STREQ(tzname[0], "UTC");
}

TEST(ProcessStateTest, ClosesWhatHasBeenOpenedSince) {
  int before[2];
  ASSERT_EQ(pipe(before), 0);
  const ProcessState state;
  int after[2];
  ASSERT_EQ(pipe(after), 0);
  state.Restore();
  EXPECT_GE(fcntl(before[0], F_GETFD), 0);
  EXPECT_LT(fcntl(after[0], F_GETFD), 0);
  EXPECT_LT(fcntl(after[1], F_GETFD), 0);
  close(before[0]);
  close(before[1]);
}

TEST(ProcessStateTest, BringsBackTheLocaleAndTheSignalMask) {
  ASSERT_STREQ(setlocale(LC_ALL, "C"), "C");
  const ProcessState state;
  ASSERT_STREQ(setlocale(LC_CTYPE, "C.UTF-8"), "C.UTF-8");
  sigset_t all;
  sigfillset(&all);
  ASSERT_EQ(pthread_sigmask(SIG_SETMASK, &all, nullptr), 0);
  state.Restore();
  EXPECT_STREQ(setlocale(LC_ALL, nullptr), "C");
  sigset_t mask;
  ASSERT_EQ(pthread_sigmask(SIG_SETMASK, nullptr, &mask), 0);
  EXPECT_EQ(sigismember(&mask, SIGUSR1), 0);
}

}  // namespace
}  // namespace mayfly::runtime
