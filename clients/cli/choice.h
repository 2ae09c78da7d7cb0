// A flag or argument that is one of some words.
#ifndef MAYFLY_CLIENTS_CLI_CHOICE_H_
#define MAYFLY_CLIENTS_CLI_CHOICE_H_

#include <CLI/CLI.hpp>
#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/nearest.h"

namespace mayfly::cli {

// Checks a word. CLI11's own check names no word that is near.
inline CLI::Validator OneOf(const std::vector<std::string>& words) {
  const std::string list = absl::StrJoin(words, ", ");
  return CLI::Validator(
      [words, list](const std::string& text) {
        if (std::ranges::find(words, text) != words.end()) return std::string();
        return absl::StrCat("'", text, "' is none of ", list, DidYouMean(text, words));
      },
      absl::StrCat("{", list, "}"));
}

// Checks a word, and turns it into its value, of an enumeration. CLI11's own names the values' numbers when it refuses.
template <typename Value>
CLI::Validator Choice(const std::map<std::string, Value>& choices) {
  std::vector<std::string> words;
  for (const auto& [word, value] : choices) words.push_back(word);
  const CLI::Validator one_of = OneOf(words);
  return CLI::Validator(
      [choices, one_of](std::string& text) {
        std::string error = one_of(text);
        if (error.empty()) text = std::to_string(static_cast<int>(choices.at(text)));
        return error;
      },
      one_of.get_description());
}

}  // namespace mayfly::cli

#endif  // MAYFLY_CLIENTS_CLI_CHOICE_H_
