#include "clients/cli/doctor.h"

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "clients/cli/hostile_guest.h"
#include "clients/cli/isolation_trial.h"
#include "clients/cli/json_output.h"

namespace mayfly::cli {
namespace {

std::string_view StateName(Finding::State state) {
  switch (state) {
    case Finding::State::kGood:
      return "good";
    case Finding::State::kWarning:
      return "warning";
    case Finding::State::kBad:
      return "bad";
  }
  return "";
}

std::string Mark(const Screen& out, Finding::State state) {
  switch (state) {
    case Finding::State::kGood:
      return out.Paint(Style::kGreen, "✓");
    case Finding::State::kWarning:
      return out.Paint(Style::kYellow, "!");
    case Finding::State::kBad:
      return out.Paint(Style::kRed, "✗");
  }
  return "";
}

// Wide enough for most names of either kind.
constexpr int kNameWidth = 18;
constexpr int kGuestWidth = 32;

void PrintFinding(const Screen& out, const Finding& finding, int width) {
  out.stream() << Mark(out, finding.state) << " " << absl::StrFormat("%-*s", width, finding.name) << " "
               << Printable(finding.detail) << "\n";
  if (!finding.advice.empty()) {
    out.stream() << "  " << std::string(width, ' ') << " " << out.Paint(Style::kCyan, "next:") << " " << finding.advice
                 << "\n";
  }
  out.stream() << std::flush;
}

std::string ToJson(const Finding& finding) {
  return absl::StrCat("{\"name\":", QuoteJson(finding.name), ",\"state\":", QuoteJson(StateName(finding.state)),
                      ",\"detail\":", QuoteJson(finding.detail), ",\"advice\":", QuoteJson(finding.advice), "}");
}

// Shows findings as they are made, or, as JSON, all together in the end.
class Report {
 public:
  explicit Report(const Session& session) : session_(session), out_(session.terminal().out) {}

  void Add(Finding finding, int width) {
    if (!session_.json()) PrintFinding(out_, finding, width);
    is_bad_ = is_bad_ || finding.state == Finding::State::kBad;
    findings_.push_back(std::move(finding));
  }

  ExitCode End() const {
    if (session_.json()) {
      out_.stream() << "[" << absl::StrJoin(findings_, ",", [](std::string* text, const Finding& finding) {
        text->append(ToJson(finding));
      }) << "]\n";
    }
    return is_bad_ ? ExitCode::kFunctionFailed : ExitCode::kOk;
  }

 private:
  const Session& session_;
  const Screen& out_;
  std::vector<Finding> findings_;
  bool is_bad_ = false;
};

// What all guests together came to.
struct Totals {
  int guests = 0;
  int not_tried = 0;
  int that_saw = 0;
  IsolationTrial trial;  // sums, and the strategy
};

constexpr char kNotTriedAdvice[] = "see what `mayfly doctor` says of this machine";
constexpr char kAdvice[] = "do not rely on this strategy here; choose another with --isolation or --rewind";

Finding GuestFinding(const HostileGuest& guest, const absl::StatusOr<IsolationTrial>& trial) {
  Finding finding{.name = absl::StrCat(guest.language, " ", guest.command), .detail = "", .advice = ""};
  if (!trial.ok()) {
    finding.state = Finding::State::kBad;
    finding.detail = absl::StrCat(guest.what, ": could not be tried: ", trial.status().message());
    finding.advice = kNotTriedAdvice;
  } else if (!trial->seen.empty()) {
    finding.state = Finding::State::kBad;
    finding.detail = absl::StrCat(guest.what, ": seen: ", trial->seen);
    finding.advice = kAdvice;
  } else {
    finding.detail = absl::StrCat(guest.what, ": nothing seen", trial->used == 0 ? ", by new workers" : "");
  }
  return finding;
}

void Count(const absl::StatusOr<IsolationTrial>& trial, Totals& totals) {
  ++totals.guests;
  if (!trial.ok()) {
    ++totals.not_tried;
    return;
  }
  totals.that_saw += trial->seen.empty() ? 0 : 1;
  totals.trial.calls += trial->calls;
  totals.trial.used += trial->used;
  totals.trial.strategy = trial->strategy;
}

Finding TotalFinding(const Totals& totals) {
  Finding finding{.name = "isolation trial", .detail = "", .advice = ""};
  finding.detail = absl::StrFormat("%d hostile guests", totals.guests);
  if (totals.trial.calls > 0) {
    absl::StrAppendFormat(&finding.detail, " against %s, %d calls, of which %d found a worker that another had used",
                          totals.trial.strategy, totals.trial.calls, totals.trial.used);
  }
  if (totals.that_saw == 0 && totals.not_tried == 0) {
    absl::StrAppend(&finding.detail, ": nothing was seen");
    return finding;
  }
  finding.state = Finding::State::kBad;
  absl::StrAppendFormat(&finding.detail, ": %d saw something, %d could not be tried", totals.that_saw,
                        totals.not_tried);
  finding.advice = totals.that_saw > 0 ? kAdvice : kNotTriedAdvice;
  return finding;
}

absl::Status TryGuests(const Session& session, const Files& files, Report& report) {
  const absl::StatusOr<std::vector<HostileGuest>> guests = ReadHostileGuests(files);
  if (!guests.ok()) return guests.status();
  absl::StatusOr<std::unique_ptr<client::Backend>> backend = session.backends().InMemory();
  if (!backend.ok()) return backend.status();
  const client::Client client(*std::move(backend), {});
  Totals totals;
  for (const HostileGuest& guest : *guests) {
    const absl::StatusOr<v1::Manifest> function = ReadHostileFunction(files, guest);
    if (!function.ok()) return function.status();
    const absl::StatusOr<IsolationTrial> trial = TryIsolation(client, guest, *function);
    report.Add(GuestFinding(guest, trial), kGuestWidth);
    Count(trial, totals);
  }
  report.Add(TotalFinding(totals), kGuestWidth);
  return absl::OkStatus();
}

}  // namespace

ExitCode Doctor(const Session& session, const Files& hostile_guests, const DoctorArguments& arguments) {
  Report report(session);
  for (Finding& finding : session.backends().Examine()) report.Add(std::move(finding), kNameWidth);
  if (arguments.tries_guests) {
    if (absl::Status status = TryGuests(session, hostile_guests, report); !status.ok()) return session.Fail(status);
  }
  return report.End();
}

}  // namespace mayfly::cli
