#include "runtime/python/library_randomness.h"

#include <dlfcn.h>
#include <openssl/rand.h>
#include <sqlite3.h>
#include <sys/random.h>

namespace mayfly::runtime {
namespace {

bool DrawFromKernel(void* output, size_t bytes) {
  char* next = static_cast<char*>(output);
  while (bytes > 0) {
    const ssize_t drawn = getrandom(next, bytes, 0);
    if (drawn <= 0) return false;
    next += drawn;
    bytes -= static_cast<size_t>(drawn);
  }
  return true;
}

int SslBytes(unsigned char* output, int bytes) { return DrawFromKernel(output, static_cast<size_t>(bytes)) ? 1 : 0; }
int SslStatus() { return 1; }
int SslAdd(const void*, int, double) { return 1; }
int SslSeed(const void*, int) { return 1; }

int SqliteSeed(sqlite3_vfs*, int bytes, char* output) {
  return DrawFromKernel(output, static_cast<size_t>(bytes)) ? bytes : 0;
}

// RAND_set_rand_method(3): OpenSSL keeps the pointer, and reads it only.
constexpr RAND_METHOD kKernelMethod = {
    .seed = SslSeed,
    .bytes = SslBytes,
    .cleanup = nullptr,
    .add = SslAdd,
    .pseudorand = SslBytes,
    .status = SslStatus,
};

template <typename Function>
Function* Find(void* module, const char* name) {
  return module == nullptr ? nullptr : reinterpret_cast<Function*>(dlsym(module, name));
}

}  // namespace

LibraryRandomness::LibraryRandomness(void* ssl_module, void* sqlite_module)
    : sqlite_randomness_(Find<void(int, void*)>(sqlite_module, "sqlite3_randomness")) {
  if (const auto set_method = Find<int(const RAND_METHOD*)>(ssl_module, "RAND_set_rand_method")) {
    set_method(&kKernelMethod);
  }
  const auto find_vfs = Find<sqlite3_vfs*(const char*)>(sqlite_module, "sqlite3_vfs_find");
  sqlite3_vfs* const vfs = find_vfs == nullptr ? nullptr : find_vfs(nullptr);
  if (vfs != nullptr) vfs->xRandomness = SqliteSeed;
}

void LibraryRandomness::Forget() const {
  if (sqlite_randomness_ != nullptr) sqlite_randomness_(0, nullptr);
}

}  // namespace mayfly::runtime
