#include "runtime/rewind/restore_page.h"

#include <stddef.h>
#include <stdint.h>

#include "runtime/rewind/page.h"

namespace mayfly::runtime {
namespace {

// Four cache lines. Most of a page that was written to is as it was, and reading that is cheaper than writing it.
constexpr size_t kBlockBytes = 256;

// 32 bytes: one register where the processor has such, two where it has not.
using Words = uint64_t __attribute__((vector_size(32), may_alias));
constexpr size_t kWordsPerBlock = kBlockBytes / sizeof(Words);

}  // namespace

// Compiled twice; the loader takes what the processor has.
__attribute__((target_clones("avx2", "default"))) bool RestorePage(char* page, const char* pre_image) {
  Words* is = reinterpret_cast<Words*>(page);
  const Words* was = reinterpret_cast<const Words*>(pre_image);
  bool differed = false;
  for (size_t block = 0; block < kPageBytes / kBlockBytes; ++block) {
    Words differences = {};
    for (size_t i = 0; i < kWordsPerBlock; ++i) differences |= is[i] ^ was[i];
    if ((differences[0] | differences[1] | differences[2] | differences[3]) != 0) {
      for (size_t i = 0; i < kWordsPerBlock; ++i) is[i] = was[i];
      differed = true;
    }
    is += kWordsPerBlock;
    was += kWordsPerBlock;
  }
  return differed;
}

}  // namespace mayfly::runtime
