#include "runtime/python/embedded_sources.h"

namespace mayfly::runtime {
namespace {

constexpr std::string_view kBootstrap =
#include "runtime/python/bootstrap.inc"
    ;
constexpr std::string_view kErrorReport =
#include "runtime/python/error_report.inc"
    ;
constexpr std::string_view kLibraryHooks =
#include "runtime/python/library_hooks.inc"
    ;
constexpr std::string_view kLibraryReader =
#include "runtime/python/library_reader.inc"
    ;
constexpr std::string_view kMainPackages =
#include "runtime/python/main_packages.inc"
    ;

}  // namespace

std::array<EmbeddedSource, 5> EmbeddedSources() {
  return {{
      {.name = "bootstrap", .file = "<mayfly bootstrap>", .text = kBootstrap},
      {.name = "error_report", .file = "<mayfly error_report>", .text = kErrorReport},
      {.name = "library_hooks", .file = "<mayfly library_hooks>", .text = kLibraryHooks},
      {.name = "library_reader", .file = "<mayfly library_reader>", .text = kLibraryReader},
      {.name = "main_packages", .file = "<mayfly main_packages>", .text = kMainPackages},
  }};
}

}  // namespace mayfly::runtime
