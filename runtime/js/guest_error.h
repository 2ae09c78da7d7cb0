// What is reported of a JavaScript exception.
#ifndef MAYFLY_RUNTIME_JS_GUEST_ERROR_H_
#define MAYFLY_RUNTIME_JS_GUEST_ERROR_H_

#include <v8.h>

#include "runtime/channel/messages.h"

namespace mayfly::runtime::js {

// Files of our own prelude begin so; their frames are left out of what is reported.
inline constexpr char kOwnFilePrefix[] = "mayfly:";

// Describes any thrown value, as the guest's own code sees it: `type` is an error's name (its class where the name says
// only "Error"), or the `typeof` of what is no error. The stack ends with the causes and the errors of an
// AggregateError. `message` may be empty; it gives the place of a syntax error, and of a thrown value that is no error.
// Bounded as base/limits.h says. Getters of the guest may run.
GuestError DescribeException(v8::Local<v8::Context> context, v8::Local<v8::Value> exception,
                             v8::Local<v8::Message> message);

// The same of what `caught` holds.
GuestError DescribeException(v8::Local<v8::Context> context, const v8::TryCatch& caught);

// The stack alone, for a log.
std::string DescribeForLog(v8::Local<v8::Context> context, v8::Local<v8::Value> exception,
                           v8::Local<v8::Message> message);

}  // namespace mayfly::runtime::js

#endif  // MAYFLY_RUNTIME_JS_GUEST_ERROR_H_
