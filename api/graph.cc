// POST /resources/graph, GET /resources/graph/meta.
#include "api/graph_question.h"
#include "api/handlers.h"
#include "api/texts_json.h"
#include "base/json_writer.h"
#include "graph/limits.h"
#include "graph/set_access.h"

namespace daybook::api {
namespace {

void write_answer(JsonWriter& json, const graph::Query& query, const graph::Answer& answer) {
  json.begin_object();
  json.member("edge", query.set);
  json.raw_member("nodes", answer.json);
  if (answer.total_count) {
    json.member("totalCount", *answer.total_count);
  }
  json.member_or_null("firstCursor", !answer.first_cursor.empty(), answer.first_cursor);
  json.member_or_null("lastCursor", !answer.last_cursor.empty(), answer.last_cursor);
  json.member("more", answer.more);
  write_texts(json, "cut", answer.cut);
  json.end_object();
}

void write_type(JsonWriter& json, const graph::Type& type);

void write_fields(JsonWriter& json, const graph::Type& record) {
  json.key("fields");
  json.begin_array();
  for (const graph::Field& field : record.fields) {
    json.begin_object();
    json.member("name", field.name);
    write_type(json, field.type);
    json.end_object();
  }
  json.end_array();
}

void write_type(JsonWriter& json, const graph::Type& type) {
  json.member("type", graph::kind_name(type.kind));
  if (!type.values.empty()) {
    write_texts(json, "values", type.values);
  }
  if (type.kind == graph::Kind::kRecord) {
    write_fields(json, type);
  }
  if (type.kind == graph::Kind::kList) {
    json.key("element");
    json.begin_object();
    write_type(json, *type.element);
    json.end_object();
  }
}

void write_navigation(JsonWriter& json, const graph::Navigation& navigation) {
  json.begin_object();
  json.member("name", navigation.name);
  json.member("edge", navigation.set);
  json.member("many", navigation.many);
  json.key("on");
  json.begin_array();
  for (const auto& [from, to] : navigation.on) {
    json.begin_object();
    json.member("from", from);
    json.member("to", to);
    json.end_object();
  }
  json.end_array();
  json.end_object();
}

void write_set(JsonWriter& json, const graph::SetSchema& schema) {
  json.begin_object();
  json.member("edge", schema.name);
  json.member("description", schema.what);
  write_texts(json, "key", schema.key);
  write_texts(json, "indexed", schema.indexed);
  json.member_or_null("orderBy", !schema.order.empty(), schema.order);
  write_fields(json, schema.record);
  json.key("navigations");
  json.begin_array();
  for (const graph::Navigation& navigation : schema.navigations) {
    write_navigation(json, navigation);
  }
  json.end_array();
  json.end_object();
}

}  // namespace

Answer<Response> ask_graph(const Call& call) {
  FieldErrors errors;
  const auto queries = read_questions(JsonValue(call.request.body), errors);
  if (!errors.empty()) {
    return refuse(Problem(errors.take()));
  }
  const Engine& engine = call.engine();
  for (std::size_t i = 0; i < queries.size(); ++i) {
    if (Status may = graph::check_access(engine.graph, queries[i], *call.caller.rights); !may) {
      may.error().field = place_in_body(i, {});
      return refuse(std::move(may).error());
    }
  }
  const Micros now = engine.clock.wall();
  const Micros deadline = engine.clock.steady() + Duration{graph::kGraphTimeoutUs};
  Response out;
  out.add("Daybook-As-Of-Seq", std::to_string(engine.views.applied().value));
  JsonWriter json(out.body);
  json.begin_array();
  for (std::size_t i = 0; i < queries.size(); ++i) {
    auto answer = engine.graph.answer(queries[i], now, deadline);
    if (!answer) {
      answer.error().field = place_in_body(i, answer.error().field);
      return refuse(std::move(answer).error());
    }
    write_answer(json, queries[i], *answer);
  }
  json.end_array();
  return out;
}

Answer<Response> graph_meta(const Call& call) {
  Response out;
  JsonWriter json(out.body);
  json.begin_object();
  json.key("sets");
  json.begin_array();
  for (const graph::SetSchema* schema : call.engine().graph.sets()) {
    write_set(json, *schema);
  }
  json.end_array();
  json.end_object();
  return out;
}

}  // namespace daybook::api
