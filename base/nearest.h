// The known words nearest to an unknown one, for messages that end in "did you mean …?".
#ifndef MAYFLY_BASE_NEAREST_H_
#define MAYFLY_BASE_NEAREST_H_

#include <string>
#include <string_view>
#include <vector>

namespace mayfly {

// Up to `count_max` of `known` that are at most a third of the word's length (at least 2) edits away, nearest first,
// ties in the order given. An edit is an insertion, a deletion, a substitution or a swap of neighbours; case does not
// count. Then those that go on where the word ends, as --data does to --data-dir, if it has two letters.
std::vector<std::string> Nearest(std::string_view word, const std::vector<std::string>& known, size_t count_max);

// "; did you mean 'a' or 'b'?", or "" when nothing is near.
std::string DidYouMean(std::string_view word, const std::vector<std::string>& known);

}  // namespace mayfly

#endif  // MAYFLY_BASE_NEAREST_H_
