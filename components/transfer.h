// One exchange that curl makes: a handle, and what its end means. Private to components.
#pragma once

#include <curl/curl.h>

#include "base/check.h"

namespace daybook::components {

class Transfer {
 public:
  virtual ~Transfer() = default;
  virtual CURL* handle() const = 0;
  // The exchange is over; called once, on the thread that made it.
  virtual void finish(CURLcode code) = 0;
  // It is given up; instead of finish().
  virtual void abandon() = 0;
  // Curl is about to give up: connections that would be closed politely, with a wait, are cut here.
  virtual void cut() {}
};

// Every option is set on a fresh handle with a value of its type: it can fail only for want of
// memory.
template <typename Value>
void set_option(CURL* easy, CURLoption option, Value value) {
  DAYBOOK_CHECK(curl_easy_setopt(easy, option, value) == CURLE_OK, "curl takes its options");
}

}  // namespace daybook::components
