// Brings one page back.
#ifndef MAYFLY_RUNTIME_REWIND_RESTORE_PAGE_H_
#define MAYFLY_RUNTIME_REWIND_RESTORE_PAGE_H_

namespace mayfly::runtime {

// Makes `page` equal to `pre_image`, writing only where they differ. Whether they did. Both are aligned to kPageBytes.
bool RestorePage(char* page, const char* pre_image);

}  // namespace mayfly::runtime

#endif  // MAYFLY_RUNTIME_REWIND_RESTORE_PAGE_H_
