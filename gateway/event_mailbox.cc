#include "gateway/event_mailbox.h"

#include <boost/asio/append.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <utility>

namespace mayfly::gateway {

namespace asio = boost::asio;

EventMailbox::Waiter EventMailbox::AddAndTakeWaiter(Events events, Events& taken) {
  absl::MutexLock lock(mutex_);
  pending_ |= events;
  taken = pending_ & waiting_for_;
  if (taken == 0) return {};
  pending_ &= ~taken;
  waiting_for_ = 0;
  return std::exchange(waiter_, Waiter());
}

void EventMailbox::Post(Events events) {
  Events taken;
  Waiter waiter = AddAndTakeWaiter(events, taken);
  if (waiter) asio::post(io_, asio::append(std::move(waiter), taken));
}

void EventMailbox::PostAndResume(Events events) {
  Events taken;
  Waiter waiter = AddAndTakeWaiter(events, taken);
  if (waiter) std::move(waiter)(taken);
}

void EventMailbox::DropWaiter() {
  Waiter dropped;
  absl::MutexLock lock(mutex_);
  waiting_for_ = 0;
  dropped = std::exchange(waiter_, Waiter());
}

EventMailbox::Events EventMailbox::Take(Events mask) {
  absl::MutexLock lock(mutex_);
  const Events taken = pending_ & mask;
  pending_ &= ~taken;
  return taken;
}

asio::awaitable<EventMailbox::Events> EventMailbox::Wait(Events mask) {
  if (const Events taken = Take(mask); taken != 0) co_return taken;
  // Once the waiter is in place, another thread may resume the coroutine and end it, and with it this lambda and the
  // mailbox: nothing of either is touched from then on.
  co_return co_await asio::async_initiate<const asio::use_awaitable_t<>, void(Events)>(
      [this, mask](auto handler) {
        Waiter waiter(std::move(handler));
        const Events come = TakeOrWait(mask, waiter);
        if (waiter) asio::post(io_, asio::append(std::move(waiter), come));
      },
      asio::use_awaitable);
}

EventMailbox::Events EventMailbox::TakeOrWait(Events mask, Waiter& waiter) {
  absl::MutexLock lock(mutex_);
  const Events taken = pending_ & mask;
  pending_ &= ~taken;
  if (taken != 0) return taken;
  waiting_for_ = mask;
  waiter_ = std::exchange(waiter, Waiter());
  return 0;
}

}  // namespace mayfly::gateway
