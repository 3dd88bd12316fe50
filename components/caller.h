// Makes the calls that runs of the reactor language wait for: web.http, and messageActor as a
// function to the operator's endpoint. Questions and answers are those of World::ask
// (components/reactor/run.h); a call that fails is answered with {"error": "…"}.
//
// web.http: any method, a text body as it is, any other as JSON; headers and addresses under the
// rules of http components, signed alike. An answer of any status is an answer: its content is the
// JSON it holds when its type says so, else its text. A run that is tried again calls again.
//
// Thread-safe; a call blocks its thread until it is answered, out of time or given up.
#pragma once

#include <memory>
#include <string>

#include "base/clock.h"
#include "base/json_value.h"
#include "components/http_runtime.h"
#include "components/outside.h"

namespace daybook::components {

struct CallerOptions {
  HttpOptions http;             // slots are not used
  std::string actors_endpoint;  // https://host; empty: no actor can be asked
};

class Caller {
 public:
  // Fails with kInvalid, naming the setting.
  static Result<std::unique_ptr<Caller>> open(CallerOptions options, const Clock& clock);
  ~Caller();
  Caller(const Caller&) = delete;
  Caller& operator=(const Caller&) = delete;

  // `call` is the value of "http" or "actor" in the question. kShutdown when it was given up.
  Result<std::string> http(const JsonValue& call, const AskTerms& terms) const;
  Result<std::string> actor(const JsonValue& call, const AskTerms& terms) const;

 private:
  struct Impl;
  explicit Caller(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace daybook::components
