#include "base/nearest.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace mayfly {
namespace {

// Words longer than this are compared by their beginnings, so that a hostile word costs little.
constexpr size_t kComparedBytesMax = 64;

// Damerau–Levenshtein distance (optimal string alignment).
size_t EditDistance(std::string_view a, std::string_view b) {
  std::vector<std::vector<size_t>> d(a.size() + 1, std::vector<size_t>(b.size() + 1));
  for (size_t i = 0; i <= a.size(); ++i) d[i][0] = i;
  for (size_t j = 0; j <= b.size(); ++j) d[0][j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t cost = a[i - 1] == b[j - 1] ? 0 : 1;
      d[i][j] = std::min({d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + cost});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
      }
    }
  }
  return d[a.size()][b.size()];
}

std::string Folded(std::string_view word) { return absl::AsciiStrToLower(word.substr(0, kComparedBytesMax)); }

// Words that only go on where `word` ends are behind all that are spelt like it.
constexpr size_t kBeginsWithIt = kComparedBytesMax + 1;
constexpr size_t kBeginningBytesMin = 2;

// Nothing: not near.
std::optional<size_t> Distance(const std::string& word, const std::string& other) {
  const size_t distance_max = std::max<size_t>(2, word.size() / 3);
  const size_t length = std::max(word.size(), other.size());
  if (length - std::min(word.size(), other.size()) <= distance_max) {
    const size_t distance = EditDistance(word, other);
    if (distance <= distance_max && distance < length) return distance;
  }
  if (word.size() >= kBeginningBytesMin && other.starts_with(word)) return kBeginsWithIt;
  return std::nullopt;
}

}  // namespace

std::vector<std::string> Nearest(std::string_view word, const std::vector<std::string>& known, size_t count_max) {
  const std::string folded = Folded(word);
  std::vector<std::pair<size_t, std::string>> found;
  for (const std::string& candidate : known) {
    if (const std::optional<size_t> distance = Distance(folded, Folded(candidate)); distance.has_value()) {
      found.emplace_back(*distance, candidate);
    }
  }
  std::stable_sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<std::string> nearest;
  for (auto& [distance, candidate] : found) {
    if (nearest.size() == count_max) break;
    nearest.push_back(std::move(candidate));
  }
  return nearest;
}

std::string DidYouMean(std::string_view word, const std::vector<std::string>& known) {
  const std::vector<std::string> nearest = Nearest(word, known, 3);
  if (nearest.empty()) return "";
  std::string text = "; did you mean ";
  for (size_t i = 0; i < nearest.size(); ++i) {
    absl::StrAppend(&text, i == 0 ? "" : i + 1 == nearest.size() ? " or " : ", ", "'", nearest[i], "'");
  }
  return text + "?";
}

}  // namespace mayfly
