#include "api/handle.h"

#include <algorithm>
#include <exception>
#include <utility>

#include <spdlog/logger.h>

#include "api/admission.h"
#include "api/gate.h"
#include "api/router.h"
#include "base/ascii.h"
#include "base/json_check.h"
#include "base/limits/http.h"

namespace daybook::api {
namespace {

// Without tokens the only thing between a web page in the operator's browser and this server is
// what the browser says of the page's origin, and the name under which it found us.
Answer<bool> check_origin(const Head& head) {
  if (!is_loopback_host(head.find("Host"))) {
    return refuse(Code::kDenied, "HOST_NOT_ALLOWED", "this server answers to loopback names only",
                  "Host");
  }
  const auto origin = head.find("Origin");
  // Who asks for another protocol may write by it.
  const bool reads =
      (head.method == Method::kGet || head.method == Method::kHead) && !head.has("Upgrade");
  if (reads || !head.has("Origin") || origin == "http://" + std::string(head.find("Host"))) {
    return true;
  }
  return refuse(Code::kDenied, "ORIGIN_NOT_ALLOWED", "pages of other sites may not write here",
                "Origin");
}

// The part before the next ';', without white space around it; `rest` goes on behind it.
std::string_view take_part(std::string_view& rest) {
  const auto end = rest.find(';');
  const auto part = rest.substr(0, end);
  rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
  const auto first = part.find_first_not_of(" \t");
  return first == std::string_view::npos
             ? std::string_view()
             : part.substr(first, part.find_last_not_of(" \t") - first + 1);
}

// JSON is UTF-8 (RFC 8259, 8.1): who says that it is something else would be misread.
Answer<bool> check_content_type(std::string_view content_type, Method method) {
  static constexpr std::string_view kField = "Content-Type";
  static constexpr std::string_view kCharset = "charset=";
  std::string_view rest = content_type;
  const std::string_view type = take_part(rest);
  const bool patch = method == Method::kPatch && same_word(type, "application/merge-patch+json");
  if (!same_word(type, "application/json") && !patch) {
    return refuse(Code::kUnsupported, "CONTENT_TYPE_NOT_JSON", "the body must be application/json",
                  kField);
  }
  while (!rest.empty()) {
    const std::string_view part = take_part(rest);
    const auto value = part.substr(std::min(kCharset.size(), part.size()));
    if (same_word(part.substr(0, kCharset.size()), kCharset) && !same_word(value, "utf-8") &&
        !same_word(value, "\"utf-8\"")) {
      return refuse(Code::kUnsupported, "CHARSET_NOT_UTF8", "the body must be in UTF-8", kField);
    }
  }
  return true;
}

Answer<bool> check_body(const Route& route, const Request& request) {
  if (!route.body) {
    if (!request.body.empty()) {
      return refuse(Code::kMalformed, "BODY_NOT_EXPECTED", "this route takes no body");
    }
    return true;
  }
  if (route.body_may_lack && request.body.empty()) {
    return true;
  }
  DAYBOOK_TRY(check_content_type(request.head.find("Content-Type"), request.head.method));
  const auto encoding = request.head.find("Content-Encoding");
  if (!encoding.empty() && encoding != "identity") {
    return refuse(Code::kUnsupported, "CONTENT_ENCODING", "the body must not be encoded",
                  "Content-Encoding");
  }
  DAYBOOK_TRY(check_json(request.body, kJsonDocumentDepthMax));
  return true;
}

Answer<const Route*> find_route(Call& call) {
  if (call.found != nullptr) {
    return call.found;
  }
  if (call.allow.empty()) {
    return refuse(Code::kNotFound, "NOT_FOUND", "there is nothing at this path");
  }
  Problem problem(405, "METHOD_NOT_ALLOWED", "this path does not know the method");
  problem.allow = std::move(call.allow);
  return refuse(std::move(problem));
}

Answer<const Route*> prepare(Call& call) {
  DAYBOOK_TRY(check_no_token(call.request.head));
  if (call.engine().tokens == nullptr) {
    DAYBOOK_TRY(check_origin(call.request.head));
  }
  DAYBOOK_ASSIGN(const Route* route, find_route(call));
  DAYBOOK_TRY(admit(call, *route));
  DAYBOOK_ASSIGN(call.query,
                 Query::parse(call.request.head.query, route->query, common_query(route->kind)));
  DAYBOOK_TRY(check_body(*route, call.request));
  return route;
}

Response internal(const Call& call, std::string_view what) {
  call.engine().logger.error("{} {}: {}", call.request_id.text(), call.request.head.path, what);
  const Problem problem(
      make_error(Code::kInternal, "INTERNAL", "an unexpected failure; the server's log says more"));
  return problem_response(problem, call.request_id.text());
}

Answer<Response> run_reader(const Route& route, const Call& call) {
  try {
    auto answer = route.reader(call);
    if (!answer) {
      report(call, answer.error());
    }
    return answer;
  } catch (const std::exception& e) {
    return internal(call, e.what());
  }
}

// What a read must reflect: all that was acknowledged before it came, and what its caller names.
Answer<Seq> freshness(const Call& call) {
  const Seq last = call.engine().log.last();
  DAYBOOK_ASSIGN(std::uint64_t least, call.query.number("minSeq", 0, 0, ~std::uint64_t{0}));
  std::string_view field = "minSeq";
  const auto header = call.request.head.find("Daybook-Min-Seq");
  if (!header.empty()) {
    static constexpr std::string_view kName = "Daybook-Min-Seq";
    DAYBOOK_ASSIGN(const Query fields,
                   Query::parse("Daybook-Min-Seq=" + std::string(header), {&kName, 1}));
    DAYBOOK_ASSIGN(const std::uint64_t named, fields.number(kName, 0, 0, ~std::uint64_t{0}));
    if (named > least) {
      least = named;
      field = kName;
    }
  }
  if (least > last.value) {
    return refuse(Code::kInvalid, "SEQ_UNKNOWN",
                  "the log has not got so far; is this another server?", field);
  }
  return last;
}

// What it throws is an answer, not the end of the process.
template <typename Work, typename... Args>
void guarded(const CallPtr& call, const Responder& responder, const Work& work, Args&&... args) {
  try {
    work(std::forward<Args>(args)...);
  } catch (const std::exception& e) {
    responder.send(internal(*call, e.what()));
  }
}

// Once the views have `target`.
void submit_read(QueryPool& pool, Seq target, const CallPtr& call, const Responder& responder,
                 std::function<void()> work) {
  responder.when_gone([] {});  // watched, so that what nobody waits for is not done
  const bool taken = pool.submit(
      target,
      [call, responder, work = std::move(work)](Status ready) {
        if (ready) {
          guarded(call, responder, work);
        } else {
          responder.send(refuse(std::move(ready).error()));
        }
      },
      gone_of(call));
  if (!taken) {
    responder.send(
        refuse(Code::kUnavailable, "TOO_MANY_READS", "as many reads wait as may; try again"));
  }
}

// In turn with other clients; `work` gets `full` when there is no room.
void submit_off_io(QueryPool& pool, const CallPtr& call, const Responder& responder,
                   QueryPool::Work work, Status full) {
  const auto run = [call, responder, work = std::move(work)](Status ready) {
    guarded(call, responder, work, std::move(ready));
  };
  call->off_io = true;
  responder.when_gone([] {});  // watched, so that what nobody waits for is not done
  if (!pool.submit(Seq{}, run, asker_of(call))) {
    run(std::move(full));
  }
}

void run_query(const Route& route, const CallPtr& call, const Responder& responder,
               QueryPool& pool) {
  Seq target;
  if (route.kind == RouteKind::kQuery || route.kind == RouteKind::kGraph) {
    auto fresh = freshness(*call);
    if (!fresh) {
      responder.send(refuse(std::move(fresh).error()));
      return;
    }
    target = *fresh;
  }
  submit_read(pool, target, call, responder,
              [call, responder, &route] { responder.send(run_reader(route, *call)); });
}

void run_compile(const Route& route, const CallPtr& call, const Responder& responder) {
  const bool checks = route.kind == RouteKind::kCheck;
  QueryPool& pool = checks ? call->context->checks : call->context->compiles;
  run_in_turn(pool, call, responder, [call, responder, &route](Status ready) {
    if (!ready) {
      responder.send(refuse(std::move(ready).error()));
    } else if (route.starter != nullptr) {
      route.starter(call, responder);
    } else {
      responder.send(run_reader(route, *call));
    }
  });
}

void run_route(const Route& route, const CallPtr& call, const Responder& responder) {
  switch (route.kind) {
    case RouteKind::kInstant:
      responder.send(run_reader(route, *call));
      break;
    case RouteKind::kHealth:
      run_query(route, call, responder, call->context->health);
      break;
    case RouteKind::kDirect:
      run_query(route, call, responder, call->context->direct);
      break;
    case RouteKind::kQuery:
      run_query(route, call, responder, call->context->queries);
      break;
    case RouteKind::kGraph:
      run_query(route, call, responder, call->context->graphs);
      break;
    case RouteKind::kCheck:
    case RouteKind::kCompile:
      run_compile(route, call, responder);
      break;
    case RouteKind::kLong:
      run_query(route, call, responder, call->context->rebuilds);
      break;
    case RouteKind::kAsync:
      route.starter(call, responder);
      break;
  }
}

void run(const CallPtr& call, const Responder& responder) {
  try {
    auto prepared = prepare(*call);
    if (prepared) {
      run_route(**prepared, call, responder);
    } else {
      responder.send(refuse(std::move(prepared).error()));
    }
  } catch (const std::exception& e) {
    responder.send(internal(*call, e.what()));
  }
}

}  // namespace

void handle(const CallPtr& call, const Responder& responder) {
  if (call->request.body.size() <= kInlineBodyBytesMax) {
    run(call, responder);
  } else {
    run_off_io(call, responder, [call, responder] { run(call, responder); });
  }
}

void run_in_turn(QueryPool& pool, const CallPtr& call, const Responder& responder,
                 QueryPool::Work work) {
  submit_off_io(pool, call, responder, std::move(work),
                fail(Code::kUnavailable, "TOO_MANY_COMPILATIONS",
                     "as many components wait to be compiled as may; try again"));
}

void run_off_io(const CallPtr& call, const Responder& responder, std::function<void()> work) {
  submit_off_io(
      call->context->bodies, call, responder,
      [call, responder, work = std::move(work)](Status ready) {
        if (ready) {
          guarded(call, responder, work);
        } else {
          responder.send(refuse(std::move(ready).error()));
        }
      },
      fail(Code::kUnavailable, "TOO_MANY_BODIES", "as many large bodies wait as may; try again"));
}

void run_read(const CallPtr& call, const Responder& responder, std::function<void()> work) {
  submit_read(call->context->queries, call->engine().log.last(), call, responder, std::move(work));
}

void report(const Call& call, const Problem& problem) {
  if (problem.status != 500) {
    return;
  }
  const Error& error = problem.errors.front();
  call.engine().logger.error("{} {}: {}", call.request_id.text(), call.request.head.path,
                             error.text());
  if (error.code == Code::kCorrupt && !error.reason.starts_with("VIEWS_")) {
    call.engine().supervisor.fail("log", error, Consequence::kStop);
  }
}

}  // namespace daybook::api
