#include "runtime/rewind/restore_page.h"

#include <emmintrin.h>
#include <stddef.h>

#include "runtime/rewind/page.h"

namespace mayfly::runtime {
namespace {

// A cache line. Most lines of a page that was written to are as they were: reading them is cheaper than writing them.
constexpr size_t kLineBytes = 64;

struct Line {
  __m128i words[4];
};

Line Load(const char* from) {
  const __m128i* const words = reinterpret_cast<const __m128i*>(from);
  return {{_mm_load_si128(words), _mm_load_si128(words + 1), _mm_load_si128(words + 2), _mm_load_si128(words + 3)}};
}

bool Equal(const Line& a, const Line& b) {
  const __m128i low = _mm_and_si128(_mm_cmpeq_epi8(a.words[0], b.words[0]), _mm_cmpeq_epi8(a.words[1], b.words[1]));
  const __m128i high = _mm_and_si128(_mm_cmpeq_epi8(a.words[2], b.words[2]), _mm_cmpeq_epi8(a.words[3], b.words[3]));
  return _mm_movemask_epi8(_mm_and_si128(low, high)) == 0xffff;
}

void Store(const Line& line, char* to) {
  __m128i* const words = reinterpret_cast<__m128i*>(to);
  for (size_t i = 0; i < 4; ++i) _mm_store_si128(words + i, line.words[i]);
}

}  // namespace

bool RestorePage(char* page, const char* pre_image) {
  bool differed = false;
  for (size_t place = 0; place < kPageBytes; place += kLineBytes) {
    const Line was = Load(pre_image + place);
    if (Equal(Load(page + place), was)) continue;
    Store(was, page + place);
    differed = true;
  }
  return differed;
}

}  // namespace mayfly::runtime
