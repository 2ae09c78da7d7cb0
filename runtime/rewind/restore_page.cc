#include "runtime/rewind/restore_page.h"

#include <stddef.h>
#include <stdint.h>

#include "runtime/rewind/page.h"

namespace mayfly::runtime {
namespace {

// Four cache lines.
constexpr size_t kBlockBytes = 256;

// 32 bytes: one register where the processor has such, two where it has not.
using Words = uint64_t __attribute__((vector_size(32), may_alias));
constexpr size_t kWordsPerBlock = kBlockBytes / sizeof(Words);

}  // namespace

// Compiled twice; the loader takes what the processor has.
//
// A page that differs is copied whole from there on, though most of it is as it was: which blocks differ the processor
// can't foresee, and a branch foreseen wrongly costs more than writing a block.
__attribute__((target_clones("avx2", "default"))) bool RestorePage(char* page, const char* pre_image) {
  Words* is = reinterpret_cast<Words*>(page);
  const Words* was = reinterpret_cast<const Words*>(pre_image);
  const Words* const end = was + kPageBytes / sizeof(Words);
  for (; was != end; is += kWordsPerBlock, was += kWordsPerBlock) {
    Words differences = {};
    for (size_t i = 0; i < kWordsPerBlock; ++i) differences |= is[i] ^ was[i];
    if ((differences[0] | differences[1] | differences[2] | differences[3]) != 0) break;
  }
  if (was == end) return false;
  while (was != end) *is++ = *was++;
  return true;
}

}  // namespace mayfly::runtime
