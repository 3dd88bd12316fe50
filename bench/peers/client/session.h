// One connection's talk with a server: which bytes ask for what, and when the answer is whole.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace daybook::peers {

enum class Step { kMore, kDone };

// A request is asked for by one of the calls below, which append it to `out`; no other may be
// asked for until take() has said kDone. One thread. Sessions know nothing of sockets and time.
class Session {
 public:
  virtual ~Session() = default;

  // Makes what the load needs to be there (a definition, a stream); once in the life of a server.
  virtual void prepare(std::string& out) = 0;
  // The first request of every connection.
  virtual void open(std::string& out) = 0;
  // Creates `jobs` new jobs, in one request where the protocol has one.
  virtual void create(std::string& out, std::size_t jobs) = 0;
  // Takes at least one job and at most `max`, waiting for the first one for kLeaseWaitS; fewer only
  // when no more are there.
  virtual void lease(std::string& out, std::size_t max) = 0;
  // Completes every job that is held.
  virtual void complete(std::string& out) = 0;
  // The same and a lease in one request; false, and nothing is asked for, where the protocol has
  // none.
  virtual bool complete_and_lease(std::string& /*out*/, std::size_t /*max*/) { return false; }

  // Takes what is whole off the front of `in`; may append to `out` what the server wants to hear at
  // once. kDone as soon as the request has its answer. Throws Failure for an answer that is none.
  virtual Step take(std::string_view& in, std::string& out) = 0;

  // Jobs that the last lease gave; none after it waited in vain and after
  // complete().
  virtual std::size_t held() const = 0;
};

// How long a lease waits at the server; a worker asks again afterwards.
inline constexpr int kLeaseWaitS = 5;
// The bytes of one job's parameters.
inline constexpr std::size_t kJobBytes = 100;

// `peer` is daybook, daybook-socket, beanstalkd, redis or nats; `id` tells this connection from the
// others of the run. Daybook has a definition of the name `queue`; the others have one queue, on an
// empty server.
std::unique_ptr<Session> make_session(std::string_view peer, const std::string& queue,
                                      std::size_t id);

// Between the numbers of two connections' first jobs: no two of a run are the same text.
inline constexpr std::size_t kConnectionStep = 100'000'000;

// Appends the parameters of job `number`: kJobBytes bytes of JSON, different for each number.
void append_job(std::string& out, std::size_t number);

}  // namespace daybook::peers
