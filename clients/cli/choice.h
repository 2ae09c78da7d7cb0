// A flag or argument that is one of some words.
#ifndef MAYFLY_CLIENTS_CLI_CHOICE_H_
#define MAYFLY_CLIENTS_CLI_CHOICE_H_

#include <CLI/CLI.hpp>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/nearest.h"

namespace mayfly::cli {

// Checks a word, and turns it into its value where that is an enumeration. CLI11's own checks name the values' numbers,
// and no word that is near.
template <typename Value>
CLI::Validator Choice(const std::map<std::string, Value>& choices) {
  std::vector<std::string> words;
  for (const auto& [word, value] : choices) words.push_back(word);
  const std::string one_of = absl::StrJoin(words, ", ");
  return CLI::Validator(
      [choices, words, one_of](std::string& text) {
        const auto found = choices.find(text);
        if (found == choices.end()) {
          return absl::StrCat("'", text, "' is none of ", one_of, DidYouMean(text, words));
        }
        text = std::to_string(static_cast<int>(found->second));
        return std::string();
      },
      absl::StrCat("{", one_of, "}"));
}

}  // namespace mayfly::cli

#endif  // MAYFLY_CLIENTS_CLI_CHOICE_H_
