// How a process that will be rewound takes its memory.
#ifndef MAYFLY_RUNTIME_REWIND_PROCESS_MEMORY_H_
#define MAYFLY_RUNTIME_REWIND_PROCESS_MEMORY_H_

namespace mayfly::runtime {

// Has malloc take all of its memory from the break, and keep it; and the kernel keep pages small, so that what a call
// dirties is told page by page; and write to none of it by itself. Called first thing in a zygote's main; inherited by
// its workers.
void ConfigureProcessMemory();

// Has malloc do what it puts off, and what would otherwise be done in each call anew, with a write to each freed piece:
// put what was freed into its bins, as the next large allocation would, and move what lies in the bins of small pieces
// to where they are given out from (the thread's cache), as the next allocation of their size would: of the smallest
// sizes alone, which calls use most.
void SettleFreedMemory();

}  // namespace mayfly::runtime

#endif  // MAYFLY_RUNTIME_REWIND_PROCESS_MEMORY_H_
