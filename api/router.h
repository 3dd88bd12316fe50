// Method and path to handler: the one table of all routes.
//
// A path is matched as it was sent: a slash that came as %2F parts no segments, so it can stand in
// a name only. Pattern segments are literals, "{x}" for one segment, or "{x...}" for one or more
// (ids of components, definitions and rules hold slashes). The first match in table order wins.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "api/call.h"
#include "base/limits/http.h"

namespace daybook::api {

enum class RouteKind : std::uint8_t {
  kInstant,  // answers from memory, on the I/O thread
  kHealth,   // how the server is: from memory and under short locks, on a thread of its own
  kDirect,   // may wait for a lock or one record of the log, on a thread; waits for no view
  kQuery,    // reads views or log, on a query thread, after the views have caught up
  kGraph,    // the same on threads of its own: a configured set may wait for a network
  kCheck,    // compiles a component that nobody stores: on the thread for that
  kCompile,  // may compile a component that is to be stored: on the thread for that
  kLong,     // takes seconds: on the thread for long work
  kAsync,    // hands its work on and answers later
};

using Reader = Answer<Response> (*)(const Call& call);
using Starter = void (*)(const CallPtr& call, const Responder& responder);

// Which requests of one connection may be under way at once, since in whichever order they end it
// is as if one had waited for the other. Those of one kind; kNone: begins when all before it are
// answered, and nothing begins beside it.
enum class Overlap : std::uint8_t {
  kNone,
  kInstant,  // answered from memory before anything else is looked at
  kReads,    // changes nothing
  kWrites,   // one command, handed in where it begins: decided in the order of the requests
};

struct Route {
  Method method;
  std::string_view pattern;
  Needs needs;
  RouteKind kind;
  Reader reader;    // of all kinds but kAsync and kCompile
  Starter starter;  // of those
  std::vector<std::string_view> query;
  bool body = false;  // takes a JSON body
  bool body_may_lack = false;
  std::size_t body_max = kHttpBodyBytesMax;
  Overlap overlap = Overlap::kNone;
};

// All routes of the server.
std::span<const Route> routes();

// Parameters that every kQuery and kGraph route takes: minSeq.
std::span<const std::string_view> common_query(RouteKind kind);

// What a path leads to.
struct Match {
  const Route* route = nullptr;
  std::string id;
  std::string allow;  // the methods that the path knows, when none is the request's
};

// HEAD is found as GET. route is null for a path (allow empty) or method (allow set) that is not
// there.
Match match(std::span<const Route> table, Method method, std::string_view path);

}  // namespace daybook::api
