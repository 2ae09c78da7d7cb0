#include "runtime/js/v8_boot.h"

#include <stdlib.h>
#include <sys/mman.h>

#include <cstdio>
#include <fstream>
#include <string>
#include <utility>

#include "absl/log/check.h"
#include "base/limits.h"
#include "runtime/js/function_code.h"
#include "runtime/js/loaded_function.h"
#include "runtime/js/v8_engine.h"

namespace mayfly::runtime::js {
namespace {

// So that a call of no great size needs no system call for memory.
constexpr size_t kCommittedAheadBytes = 4 * kMiB;

// Uses what loads its data from files when it is first used.
constexpr char kWarmUpSource[] = R"(
function handler() {
  const date = new Date(0);
  return [
    String(date), date.toLocaleString(),
    date.toLocaleString('de-DE', { timeZone: 'Europe/Berlin', timeZoneName: 'long' }),
    (1234.5).toLocaleString('en-IN', { style: 'currency', currency: 'EUR' }), 'a'.localeCompare('b', 'sv'),
    'İ'.toLocaleLowerCase('tr'), 'é'.normalize('NFD'), /\p{L}/u.test('é'),
    [...new Intl.Segmenter().segment('ab')].length,
    new Intl.PluralRules('en').select(1), new Intl.RelativeTimeFormat('en').format(1, 'day'),
    new Intl.ListFormat('en').format(['a', 'b']), new Intl.DisplayNames('en', { type: 'region' }).of('US'),
    new URL('https://example.org/?a=b#c').href, new TextDecoder().decode(new TextEncoder().encode('é')),
  ];
})";

void WarmUp(GuestIsolate& isolate) {
  const LoadRequest request = {
      .function_id = "warm-up",
      .handler = "handler",
      .kind = SourceKind::kScript,
      .source = kWarmUpSource,
      .dependencies = {},
      .memory_limit_bytes = 0,
      .warmup_events = {},
  };
  FunctionCode code(isolate.isolate(), request);
  LoadedFunction function(isolate, code, {});
  LogBuffer logs;
  const LoadReply loaded = function.Load(&logs);
  CHECK(loaded.outcome == Outcome::kReturned) << loaded.error.stack;
  const RunReply reply = function.Run({.event = "{}", .invocation_id = ""}, logs);
  CHECK(reply.outcome == Outcome::kReturned) << reply.error.stack;
}

// V8 keeps tables of its own out of forked processes; this lets them in.
void LetForksInherit() {
  std::ifstream maps("/proc/self/maps");
  for (std::string line; std::getline(maps, line);) {
    unsigned long begin = 0;
    unsigned long end = 0;
    if (std::sscanf(line.c_str(), "%lx-%lx", &begin, &end) != 2) continue;
    // Fails for the kernel's own mappings, which are inherited anyway.
    (void)madvise(reinterpret_cast<void*>(begin), end - begin, MADV_DOFORK);
  }
}

}  // namespace

V8Boot::V8Boot(std::string_view snapshot) : snapshot_(snapshot) {
  // A guest sees one time zone, whatever the host's.
  setenv("TZ", "UTC", 1);
  isolate_ = std::make_unique<GuestIsolate>(process_, snapshot_);
  WarmUp(*isolate_);
  isolate_->MakeRealmReady();
  isolate_->memory().CollectAll();
  LetForksInherit();
}

void V8Boot::BeforeImage() {
  process_.pages().CommitAhead(kCommittedAheadBytes);
  process_.pages().Settle();
}

std::unique_ptr<Engine> V8Boot::MakeEngine(int64_t memory_limit_bytes) {
  std::unique_ptr<GuestIsolate> isolate =
      isolate_ != nullptr ? std::move(isolate_) : std::make_unique<GuestIsolate>(process_, snapshot_);
  isolate->memory().Lower(static_cast<size_t>(memory_limit_bytes));
  return std::make_unique<V8Engine>(std::move(isolate));
}

}  // namespace mayfly::runtime::js
