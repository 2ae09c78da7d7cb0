// Each entry of JavaScript's system-call policy is needed: without it, a worker does not do what it does with it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <utility>
#include <vector>

#include "runtime/js/embedded_snapshot.h"
#include "runtime/js/v8_boot.h"
#include "runtime/worker/syscall_trial.h"

namespace mayfly::runtime::js {
namespace {

constexpr char kSource[] = R"js(
const wait = millis => new Promise(done => setTimeout(done, millis));
const acts = {
  objects: () => { const kept = []; for (let i = 0; i < 100; i++) kept.push(new Array(5000).fill(i)); return kept.length; },
  buffers: () => { let sum = 0; for (let i = 0; i < 8; i++) sum += new Uint8Array(4 << 20).fill(1).length; return sum; },
  text: () => { let text = "x"; while (text.length < 1 << 20) text += text; return JSON.stringify({ text }).length; },
  large: () => "y".repeat(1 << 20).length,
  hot: () => { let sum = 0; for (let i = 0; i < 1e6; i++) sum = (sum + i * 7) % 1000003; return sum > 0; },
  wasm: () => typeof WebAssembly === "undefined" || new WebAssembly.Module(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0)) !== null,
  random: () => Math.random() !== Math.random() && crypto.randomUUID() !== crypto.randomUUID(),
  time: () => Date.now() > 1.7e12 && performance.now() >= 0 && new Date(0).toString().startsWith("Thu Jan 01 1970"),
  format: () => new Intl.DateTimeFormat("de", { timeZone: "Europe/Berlin" }).format(new Date(0)),
  timer: async () => { await wait(2); return true; },
  long: async () => { await wait(60); return true; },
  log: () => { for (let i = 0; i < 50; i++) console.log(i); return true; },
  match: () => /(a+)+b/.test("aaaaaaaaaaaaac"),
  sort: () => Array.from({ length: 20000 }, (_, i) => (i * 7919) % 20011).sort((a, b) => a - b)[0],
  deep: () => { const down = () => down() + 1; try { return down(); } catch (error) { return error.name; } },
  exhaust: () => { const kept = []; for (;;) kept.push(new Uint8Array(8 << 20).fill(1)); },
};
function handler(event) { return acts[event](); }
)js";

LoadRequest Function() {
  return {.function_id = "f",
          .handler = "handler",
          .kind = SourceKind::kScript,
          .source = kSource,
          .dependencies = {},
          .memory_limit_bytes = int64_t{96} << 20,
          .warmup_events = {"\"time\"", "\"objects\""}};
}

std::vector<TrialCall> EverydayCalls() {
  return {
      {R"("objects")", "100"},
      {R"("buffers")", "33554432"},
      {R"("text")", "1048587"},
      {R"("large")", "1048576"},
      {R"("hot")", "true"},
      {R"("wasm")", "true"},
      {R"("random")", "true"},
      {R"("time")", "true"},
      {R"("format")", R"("1.1.1970")"},
      {R"("timer")", "true"},
      {R"("log")", "true"},
      {R"("match")", "false"},
      {R"("sort")", "0"},
      {R"("deep")", R"("RangeError")"},
      {R"("native clock")", "true"},
      {R"("objects")", "100"},
  };
}

std::vector<TrialGuest> Guests() {
  using Disturbance = TrialGuest::Disturbance;
  std::vector<TrialGuest> guests = {
      {.name = "everyday", .function = Function(), .calls = EverydayCalls()},
      {.name = "stopped", .function = Function(), .calls = {{R"("long")", "true"}}, .disturbance = Disturbance::kStops},
      {.name = "exhausting",
       .function = Function(),
       .calls = {{R"("exhaust")", "outcome 5 RangeError: Array buffer allocation failed"}}},
  };
  for (TrialGuest& guest : EndingGuests(Function(), {R"("objects")", "100"})) guests.push_back(std::move(guest));
  return guests;
}

TEST(NeededSyscallsTest, NoEntryOfThePolicyCanBeLeftOut) {
  const TrialReport report = FindUnneeded({
      .language = Language::kJs,
      .guests = Guests(),
      .make_boot = [](TrialStrategy) { return std::make_unique<V8Boot>(EmbeddedSnapshot()); },
  });
  EXPECT_THAT(report.wrong, testing::IsEmpty());
  // Without these all works, but memory comes late: tests/fault/test_guest_faults.py finds workers that grow.
  EXPECT_THAT(report.unneeded,
              testing::UnorderedElementsAre("madvise MADV_POPULATE_READ", "madvise MADV_POPULATE_WRITE"));
}

}  // namespace
}  // namespace mayfly::runtime::js
