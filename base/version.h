// Which Mayfly this is.
#ifndef MAYFLY_BASE_VERSION_H_
#define MAYFLY_BASE_VERSION_H_

namespace mayfly {

inline constexpr char kVersion[] = "0.1.0";

}  // namespace mayfly

#endif  // MAYFLY_BASE_VERSION_H_
