// V8's default platform on memory of ours.
#ifndef MAYFLY_RUNTIME_JS_PAGE_PLATFORM_H_
#define MAYFLY_RUNTIME_JS_PAGE_PLATFORM_H_

#include <v8-platform.h>

#include <memory>
#include <utility>

#include "runtime/js/page_allocator.h"

namespace mayfly::runtime::js {

// Passes everything on to another platform, but for the pages, which are its own. libplatform's functions (message
// pump, isolate shutdown) take the other one. Used by one thread.
class PagePlatform final : public v8::Platform {
 public:
  explicit PagePlatform(std::unique_ptr<v8::Platform> platform) : platform_(std::move(platform)) {}

  PageAllocator& pages() { return pages_; }
  v8::Platform* platform() { return platform_.get(); }

  v8::PageAllocator* GetPageAllocator() override { return &pages_; }
  int NumberOfWorkerThreads() override { return platform_->NumberOfWorkerThreads(); }
  std::shared_ptr<v8::TaskRunner> GetForegroundTaskRunner(v8::Isolate* isolate, v8::TaskPriority priority) override {
    return platform_->GetForegroundTaskRunner(isolate, priority);
  }
  bool IdleTasksEnabled(v8::Isolate* isolate) override { return platform_->IdleTasksEnabled(isolate); }
  double MonotonicallyIncreasingTime() override { return platform_->MonotonicallyIncreasingTime(); }
  double CurrentClockTimeMillis() override { return platform_->CurrentClockTimeMillis(); }
  StackTracePrinter GetStackTracePrinter() override { return platform_->GetStackTracePrinter(); }
  v8::TracingController* GetTracingController() override { return platform_->GetTracingController(); }

 protected:
  std::unique_ptr<v8::JobHandle> CreateJobImpl(v8::TaskPriority priority, std::unique_ptr<v8::JobTask> task,
                                               const v8::SourceLocation& location) override {
    return platform_->CreateJob(priority, std::move(task), location);
  }
  void PostTaskOnWorkerThreadImpl(v8::TaskPriority priority, std::unique_ptr<v8::Task> task,
                                  const v8::SourceLocation& location) override {
    platform_->PostTaskOnWorkerThread(priority, std::move(task), location);
  }
  void PostDelayedTaskOnWorkerThreadImpl(v8::TaskPriority priority, std::unique_ptr<v8::Task> task,
                                         double delay_in_seconds, const v8::SourceLocation& location) override {
    platform_->PostDelayedTaskOnWorkerThread(priority, std::move(task), delay_in_seconds, location);
  }

 private:
  PageAllocator pages_;
  const std::unique_ptr<v8::Platform> platform_;
};

}  // namespace mayfly::runtime::js

#endif  // MAYFLY_RUNTIME_JS_PAGE_PLATFORM_H_
