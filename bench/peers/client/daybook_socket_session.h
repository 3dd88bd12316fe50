// Daybook whose workers have a connection of their own (docs/worker-protocol.md): a WebSocket by
// hand. It is told of jobs as they come, and holds many; creates are those of DaybookSession.
#pragma once

#include <string>
#include <vector>

#include "bench/peers/client/daybook_session.h"

namespace daybook::peers {

class DaybookSocketSession final : public DaybookSession {
 public:
  // Jobs that a worker may hold for each that it would take over HTTP, and in all.
  static constexpr std::size_t kCreditsForOne = 100;
  static constexpr std::size_t kCreditsMax = 1000;

  DaybookSocketSession(std::string definition, std::size_t id);

  // The first one makes the connection a worker's; `max` then says how many it holds.
  void lease(std::string& out, std::size_t max) override;
  void complete(std::string& out) override;
  // Done once all is completed, with the next jobs when they are there already.
  bool complete_and_lease(std::string& out, std::size_t max) override;
  Step take(std::string_view& in, std::string& out) override;

 private:
  enum class Link { kHttp, kAsked, kOpen };

  // False when the answer is not whole.
  bool greet(std::string_view& in, std::string& out);
  // Takes one message; false when none is whole.
  bool hear(std::string_view& in, std::string& out);
  void read_frames(std::string_view text);

  Link link_ = Link::kHttp;
  std::size_t credits_ = 0;
  std::size_t reports_ = 0;          // frames sent: their ids
  std::size_t missing_ = 0;          // jobs whose report has no answer yet
  bool reported_ = false;            // all of them have: that is told next
  bool wants_jobs_ = false;          // done only when there are some
  std::vector<std::string> coming_;  // tokens that came while others were reported
};

}  // namespace daybook::peers
