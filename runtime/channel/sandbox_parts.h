// What a sandbox is made of besides seccomp and resource limits, which are in all of them.
#ifndef MAYFLY_RUNTIME_CHANNEL_SANDBOX_PARTS_H_
#define MAYFLY_RUNTIME_CHANNEL_SANDBOX_PARTS_H_

namespace mayfly::runtime {

struct SandboxParts {
  bool landlock = true;     // where the kernel has it; else it is left out
  bool namespaces = false;  // no worker is started where the kernel refuses them
};

}  // namespace mayfly::runtime

#endif  // MAYFLY_RUNTIME_CHANNEL_SANDBOX_PARTS_H_
