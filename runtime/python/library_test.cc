#include "runtime/python/library.h"

#include <gtest/gtest.h>
#include <seccomp.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <string>

#include "runtime/python/engine_test_util.h"

namespace mayfly::runtime {
namespace {

// From now on this process can look at no file.
void RefuseFiles() {
  const scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
  for (const int call : {SCMP_SYS(open), SCMP_SYS(openat), SCMP_SYS(stat), SCMP_SYS(newfstatat), SCMP_SYS(statx),
                         SCMP_SYS(readlink), SCMP_SYS(access), SCMP_SYS(faccessat2)}) {
    ASSERT_EQ(seccomp_rule_add(filter, SCMP_ACT_ERRNO(EACCES), call, 0), 0);
  }
  ASSERT_EQ(seccomp_load(filter), 0);
}

// A function's answer in a forked process that can look at no file, asked twice.
std::string AnswerWithoutFiles(std::string source) {
  TestProcess();
  int pipe_fds[2];
  EXPECT_EQ(pipe(pipe_fds), 0);
  PyOS_BeforeFork();
  const pid_t pid = fork();
  if (pid == 0) {
    PyOS_AfterFork_Child();
    RefuseFiles();
    TestFunction function(std::move(source));
    function.Result();
    const std::string answer = function.Result();
    _exit(write(pipe_fds[1], answer.data(), answer.size()) == static_cast<ssize_t>(answer.size()) ? 0 : 1);
  }
  PyOS_AfterFork_Parent();
  close(pipe_fds[1]);
  std::string answer;
  char buffer[4096];
  for (ssize_t size = 0; (size = read(pipe_fds[0], buffer, sizeof(buffer))) > 0;) answer.append(buffer, size);
  close(pipe_fds[0]);
  int status = 0;
  EXPECT_EQ(waitpid(pid, &status, 0), pid);
  EXPECT_EQ(status, 0);
  return answer;
}

TEST(LibraryTest, TheWholeStandardLibraryIsImportedWithoutAFile) {
  EXPECT_EQ(AnswerWithoutFiles(R"(
import sys
# What other systems have, what Debian packs apart, and what functions can't have.
absent = set("""_curses _curses_panel _gdbm _interpchannels _interpqueues _interpreters _ios_support _overlapped
_remote_debugging _scproxy _suggestions _tkinter _tracemalloc _winapi _wmi antigravity curses ensurepip faulthandler idlelib
msvcrt nt readline this tkinter tracemalloc turtle turtledemo winreg winsound""".split())
failed = []
for name in sorted(sys.stdlib_module_names - absent):
    try: __import__(name)
    except BaseException as error: failed.append(f"{name}: {error!r}")
def handler(event): return failed
)"),
            "[]");
}

TEST(LibraryTest, WhatFunctionsOftenNeedWorksWithoutAFile) {
  EXPECT_EQ(AnswerWithoutFiles(R"(
import asyncio, ctypes, datetime, decimal, encodings.idna, hashlib, json, locale, mmap, re, sqlite3, ssl, time, uuid, zoneinfo
async def handler(event):
    await asyncio.sleep(0)
    return [
        datetime.datetime(2026, 1, 1, tzinfo=zoneinfo.ZoneInfo("America/New_York")).isoformat(),
        time.strftime("%Y %Z", time.gmtime(0)),
        time.localtime(0).tm_hour,
        locale.setlocale(locale.LC_ALL, "C.UTF-8"),
        sqlite3.connect(":memory:").execute("select 1").fetchall(),
        hashlib.sha256(b"").hexdigest()[:8],
        ctypes.sizeof(ctypes.c_void_p),
        len(mmap.mmap(-1, 10)),
        "ü.de".encode("idna").decode(),
        json.__file__,
        b"\x82\xa0".decode("shift_jis"),
    ]
)"),
            R"(["2026-01-01T00:00:00-05:00","1970 GMT",0,"C.UTF-8",[[1]],"e3b0c442",8,10,"xn--tda.de",)"
            R"("/usr/lib/python3.14/json/__init__.py","あ"])");
}

}  // namespace
}  // namespace mayfly::runtime
