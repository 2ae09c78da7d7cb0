#include "clients/cli/doctor.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
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

void PrintFinding(const Screen& out, const Finding& finding) {
  out.stream() << Mark(out, finding.state) << " " << absl::StrFormat("%-18s", finding.name) << " " << finding.detail
               << "\n";
  if (!finding.advice.empty()) {
    out.stream() << "  " << std::string(18, ' ') << " " << out.Paint(Style::kCyan, "next:") << " " << finding.advice
                 << "\n";
  }
}

std::string ToJson(const Finding& finding) {
  return absl::StrCat("{\"name\":", QuoteJson(finding.name), ",\"state\":", QuoteJson(StateName(finding.state)),
                      ",\"detail\":", QuoteJson(finding.detail), ",\"advice\":", QuoteJson(finding.advice), "}");
}

}  // namespace

ExitCode Doctor(const Session& session) {
  const std::vector<Finding> findings = session.backends().Examine();
  const Screen& out = session.terminal().out;
  if (session.json()) {
    out.stream() << "[" << absl::StrJoin(findings, ",", [](std::string* text, const Finding& finding) {
      text->append(ToJson(finding));
    }) << "]\n";
  } else {
    for (const Finding& finding : findings) PrintFinding(out, finding);
  }
  const bool is_bad = std::any_of(findings.begin(), findings.end(),
                                  [](const Finding& finding) { return finding.state == Finding::State::kBad; });
  return is_bad ? ExitCode::kFunctionFailed : ExitCode::kOk;
}

}  // namespace mayfly::cli
