#include "clients/cli/isolation_trial.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "base/error.h"
#include "base/utf8.h"
#include "clients/cli/json_output.h"

namespace mayfly::cli {
namespace {

constexpr char kAnswered[] = "ANSWERED";
constexpr char kLook[] = "[]";

// The damage is done twice, so that it also meets what it has left itself.
constexpr int kRounds = 2;

// Of an answer, around the first difference.
constexpr size_t kShownBefore = 30;
constexpr size_t kShownBytes = 90;

// What a call came to, without what differs from call to call.
struct Answer {
  std::string end;   // kAnswered, or a reason
  std::string text;  // the result and what was printed
  v1::Receipt receipt;
};

Answer AnswerOf(const absl::StatusOr<client::Reply>& reply) {
  Answer answer{.end = reply.ok() ? kAnswered : ErrorReason(reply.status()),
                .text = reply.ok() ? reply->result : "",
                .receipt = reply.ok() ? reply->receipt : client::FindReceipt(reply.status()).value_or(v1::Receipt())};
  for (const v1::LogEntry& entry : answer.receipt.logs()) {
    absl::StrAppend(&answer.text, "\n", v1::LogEntry::Level_Name(entry.level()), " ", entry.text());
  }
  return answer;
}

std::string Shown(std::string_view text, size_t difference) {
  const size_t begin = difference - std::min(difference, kShownBefore);
  return absl::StrCat(begin > 0 ? "…" : "", ToUtf8(text.substr(begin), kShownBytes),
                      begin + kShownBytes < text.size() ? "…" : "");
}

// Empty where they are the same.
std::string Difference(const Answer& answer, const Answer& first) {
  if (answer.end != first.end) return absl::StrCat("the call ended with ", answer.end, " and not ", first.end);
  if (answer.text == first.text) return "";
  const auto [at, _] = std::mismatch(answer.text.begin(), answer.text.end(), first.text.begin(), first.text.end());
  const size_t difference = static_cast<size_t>(at - answer.text.begin());
  return absl::StrCat(Shown(answer.text, difference), " where a new worker says ", Shown(first.text, difference));
}

// "rewind by pagemap-scan".
std::string StrategyOf(const v1::Receipt& receipt) {
  std::string text = absl::AsciiStrToLower(v1::Isolation_Name(receipt.isolation()));
  if (receipt.rewind_way() == v1::REWIND_WAY_UNSPECIFIED) return text;
  const std::string way = absl::AsciiStrToLower(v1::RewindWay_Name(receipt.rewind_way()));
  return absl::StrCat(text, " by ", absl::StrReplaceAll(way, {{"_", "-"}}));
}

}  // namespace

absl::StatusOr<IsolationTrial> TryIsolation(const client::Client& client, const HostileGuest& guest,
                                            const v1::Manifest& function) {
  const std::string damage = absl::StrCat("[", QuoteJson(guest.command), "]");
  const absl::StatusOr<client::Reply> first_damage = client.Run(function, damage);
  const Answer damaged = AnswerOf(first_damage);
  if (damaged.end != guest.end) {
    return first_damage.ok() ? absl::InternalError(absl::StrCat("it answers, and does not end with ", guest.end))
                             : first_damage.status();
  }
  const absl::StatusOr<client::Reply> first_look = client.Run(function, kLook);
  if (!first_look.ok()) return first_look.status();
  const Answer looked = AnswerOf(first_look);
  if (absl::StatusOr<v1::Function> stored = client.Deploy(function); !stored.ok()) return stored.status();

  IsolationTrial trial;
  for (int round = 0; round < kRounds && trial.seen.empty(); ++round) {
    for (const auto& [event, first] : {std::pair(damage, &damaged), std::pair(std::string(kLook), &looked)}) {
      const Answer answer = AnswerOf(client.Invoke(function.id(), event));
      ++trial.calls;
      trial.used += answer.receipt.start() == v1::WARM ? 1 : 0;
      trial.strategy = StrategyOf(answer.receipt);
      if (trial.seen.empty()) trial.seen = Difference(answer, *first);
    }
  }
  return trial;
}

}  // namespace mayfly::cli
