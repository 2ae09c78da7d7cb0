#include "mayfly/io_threads.h"

namespace mayfly {

IoThreads::IoThreads(int count) : context_(count), work_(context_.get_executor()) {
  for (int i = 0; i < count; ++i) threads_.emplace_back([this] { context_.run(); });
}

IoThreads::~IoThreads() { Stop(); }

void IoThreads::Stop() {
  context_.stop();
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

}  // namespace mayfly
