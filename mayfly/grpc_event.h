// What gRPC's completion queues hand back.
#ifndef MAYFLY_MAYFLY_GRPC_EVENT_H_
#define MAYFLY_MAYFLY_GRPC_EVENT_H_

namespace mayfly {

// The end of one operation: the tag that the operation was started with, as a pointer to this class.
class GrpcEvent {
 public:
  // Called once for each operation, on the queue's thread. `ok`: whether it did what it is for.
  virtual void OnEvent(bool ok) = 0;

 protected:
  ~GrpcEvent() = default;
};

// Hands the event to a method of the call that it belongs to, which may end the call and so this.
template <typename Call, void (Call::*kMethod)(bool ok)>
class GrpcCallEvent final : public GrpcEvent {
 public:
  explicit GrpcCallEvent(Call& call) : call_(call) {}
  void OnEvent(bool ok) override { (call_.*kMethod)(ok); }

  void* tag() { return static_cast<GrpcEvent*>(this); }

 private:
  Call& call_;
};

}  // namespace mayfly

#endif  // MAYFLY_MAYFLY_GRPC_EVENT_H_
