// What a connection's coroutine waits for: a few kinds of events that any thread may post.
#ifndef MAYFLY_GATEWAY_EVENT_MAILBOX_H_
#define MAYFLY_GATEWAY_EVENT_MAILBOX_H_

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <cstdint>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"

namespace mayfly::gateway {

// A set of pending events and at most one waiter. Posting the same event twice before it is taken counts once.
// Thread-safe; one coroutine waits.
class EventMailbox {
 public:
  using Events = uint32_t;  // a set of bits

  explicit EventMailbox(boost::asio::io_context& io) : io_(io) {}

  // Adds events; a waiter for one of them is resumed on the io_context, never by the caller's thread itself.
  void Post(Events events);

  // The same, and resumes the waiter before it returns. Only from a completion handler of the io_context that holds no
  // lock.
  void PostAndResume(Events events);

  // Destroys the waiter, and with it its coroutine.
  void DropWaiter();

  // Takes those events of `mask` that are pending, without waiting; 0 if none.
  Events Take(Events mask);

  // Waits until an event of `mask` is pending, and takes all those of `mask`.
  boost::asio::awaitable<Events> Wait(Events mask);

 private:
  using Waiter = boost::asio::any_completion_handler<void(Events)>;

  // Adds events; if they wake the waiter, takes both.
  Waiter AddAndTakeWaiter(Events events, Events& taken);

  // Takes those events of `mask` that are pending; if there are none, takes the waiter, which may have been resumed,
  // and the mailbox be gone, when this returns.
  Events TakeOrWait(Events mask, Waiter& waiter);

  boost::asio::io_context& io_;
  absl::Mutex mutex_;
  Events pending_ ABSL_GUARDED_BY(mutex_) = 0;
  Events waiting_for_ ABSL_GUARDED_BY(mutex_) = 0;
  Waiter waiter_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace mayfly::gateway

#endif  // MAYFLY_GATEWAY_EVENT_MAILBOX_H_
