// What a handler gets beside its event.
#ifndef MAYFLY_RUNTIME_JS_CALL_CONTEXT_H_
#define MAYFLY_RUNTIME_JS_CALL_CONTEXT_H_

#include <v8.h>

#include <string_view>

#include "runtime/js/realm.h"

namespace mayfly::runtime::js {

// Makes the objects that a realm's calls have as their second argument:
//   context.invocationId              the call's id
//   context.getRemainingTimeMillis()  what is left of the call's budget (Realm::deadline_millis); Infinity without one
//
// Their shape and their function are made once, so that a call makes no more than an object and a string. Used by one
// thread; the realm outlives it, and its context is entered.
class CallContext {
 public:
  explicit CallContext(Realm& realm);

  v8::Local<v8::Object> New(std::string_view invocation_id);

 private:
  Realm& realm_;
  v8::Global<v8::DictionaryTemplate> shape_;
  v8::Global<v8::Value> remaining_;
};

}  // namespace mayfly::runtime::js

#endif  // MAYFLY_RUNTIME_JS_CALL_CONTEXT_H_
