#include "controlplane/watch_cursor.h"

#include <optional>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/error.h"
#include "base/limits.h"
#include "base/reason.h"

namespace mayfly::controlplane {
namespace {

// The position of a token that `store_id` gave.
std::optional<int64_t> ParseResumeToken(const std::string& token, const std::string& store_id) {
  std::string text;
  int64_t position;
  if (!absl::WebSafeBase64Unescape(token, &text)) return std::nullopt;
  const std::pair<std::string_view, std::string_view> parts = absl::StrSplit(text, absl::MaxSplits(' ', 1));
  if (parts.first != store_id || !absl::SimpleAtoi(parts.second, &position)) return std::nullopt;
  return position;
}

absl::Status TooSlow() {
  return MakeError(absl::StatusCode::kResourceExhausted, reason::kWatchTooSlow,
                   absl::StrCat("this watch has fallen more than ", kChangesKeptMax,
                                " changes behind; resume with the last token, or read faster"));
}

}  // namespace

v1::WatchFunctionsResponse PutMessage(v1::Function function) {
  v1::WatchFunctionsResponse message;
  message.set_kind(v1::WatchFunctionsResponse::PUT);
  *message.mutable_function() = std::move(function);
  return message;
}

v1::WatchFunctionsResponse DeletedMessage(const FunctionName& name) {
  v1::WatchFunctionsResponse message;
  message.set_kind(v1::WatchFunctionsResponse::DELETED);
  message.mutable_function()->set_name(name.ToString());
  return message;
}

std::string MakeResumeToken(const std::string& store_id, int64_t position) {
  return absl::WebSafeBase64Escape(absl::StrCat(store_id, " ", position));
}

absl::StatusOr<std::vector<v1::WatchFunctionsResponse>> WatchCursor::Next() {
  Messages messages;
  absl::Status status;
  if (phase_ == Phase::kStart) status = Begin(messages);
  if (status.ok() && phase_ == Phase::kState) status = TellState(messages);
  if (status.ok() && phase_ == Phase::kCatchUp && messages.empty()) {
    status = TellChanges(ChangeOrder::kLastOfEach, messages);
    if (status.ok() && messages.empty()) {
      phase_ = Phase::kLive;
      messages.emplace_back().set_kind(v1::WatchFunctionsResponse::SYNCED);
      messages.back().set_resume_token(MakeResumeToken(store_id_, position_));
    }
  } else if (status.ok() && phase_ == Phase::kLive) {
    status = TellChanges(ChangeOrder::kEach, messages);
  }
  if (!status.ok()) return status;
  return messages;
}

absl::Status WatchCursor::Begin(Messages& messages) {
  const absl::StatusOr<LogBounds> log = store_.ReadLogBounds();
  if (!log.ok()) return log.status();
  store_id_ = log->store_id;
  const std::optional<int64_t> position = ParseResumeToken(resume_token_, store_id_);
  if (position.has_value() && *position >= log->first_position && *position <= log->last_position) {
    position_ = *position;
    phase_ = Phase::kCatchUp;
    return absl::OkStatus();
  }
  if (!resume_token_.empty()) messages.emplace_back().set_kind(v1::WatchFunctionsResponse::RESET);
  // Changes from here on, which the pages of the state may hold or not, are told after it.
  position_ = log->last_position;
  phase_ = Phase::kState;
  return absl::OkStatus();
}

absl::Status WatchCursor::TellState(Messages& messages) {
  absl::StatusOr<StatePage> page = store_.ReadState(state_after_, kWatchBatchMax);
  if (!page.ok()) return page.status();
  if (page->functions.empty()) {
    phase_ = Phase::kCatchUp;
    return absl::OkStatus();
  }
  const absl::StatusOr<FunctionName> last = ParseFunctionName(page->functions.back().name());
  if (!last.ok()) return last.status();
  state_after_ = *last;
  for (v1::Function& function : page->functions) messages.push_back(PutMessage(std::move(function)));
  return absl::OkStatus();
}

absl::Status WatchCursor::TellChanges(ChangeOrder order, Messages& messages) {
  while (messages.empty()) {
    absl::StatusOr<ChangePage> page = store_.ReadChanges(position_, kWatchBatchMax, order);
    if (absl::IsOutOfRange(page.status())) return TooSlow();
    if (!page.ok()) return page.status();
    if (page->position == position_) return absl::OkStatus();
    position_ = page->position;
    for (Change& change : page->changes) {
      messages.push_back(change.function.has_value() ? PutMessage(*std::move(change.function))
                                                     : DeletedMessage(change.name));
      if (phase_ == Phase::kLive) messages.back().set_resume_token(MakeResumeToken(store_id_, change.sequence));
    }
  }
  return absl::OkStatus();
}

}  // namespace mayfly::controlplane
