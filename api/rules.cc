// /resources/rules.
#include <utility>

#include "api/handlers.h"
#include "api/page_json.h"
#include "api/rule_json.h"
#include "api/writes.h"

namespace daybook::api {
namespace {

// What a row of the list has.
constexpr std::string_view kRuleFields[] = {"ruleId",    "displayName", "components", "createdAt",
                                            "updatedAt", "updatedBy",   "seq"};

void write_warnings(JsonWriter& json, const scheduler::RuleOutcome& outcome) {
  json.key("warnings");
  json.begin_array();
  for (const std::string& component : outcome.missing) {
    json.begin_object();
    json.member("code", "COMPONENT_NOT_FOUND");
    json.member("message",
                "there is no component " + component + " yet; the rule runs it once it is there");
    json.end_object();
  }
  json.end_array();
}

Answer<Response> render_put_rule(const Written& written) {
  const events::Recorded& recorded = written.facts.all().front();
  auto row = projections::row_of(std::get<events::RulePut>(recorded.event));
  row.stamp(recorded.meta, {});
  const auto* outcome = std::get_if<scheduler::RuleOutcome>(&written.reply.outcome);
  const bool created = outcome != nullptr && outcome->created;
  if (created) {
    row.created_at = row.updated_at;
  } else if (const auto before = written.call.engine().views.rule(row.rule); before && *before) {
    row.created_at = (*before)->created_at;
  }
  Response out;
  out.status = created ? 201 : 200;
  JsonWriter json(out.body);
  json.begin_object();
  write_rule_members(json, row);
  write_warnings(json, outcome == nullptr ? scheduler::RuleOutcome() : *outcome);
  write_receipt(json, written.reply);
  json.end_object();
  if (created) {
    out.add("Location", "/resources/rules/" + row.rule);
  }
  return out;
}

Answer<Response> render_deleted_rule(const Written& written) {
  Response out;
  JsonWriter json(out.body);
  json.begin_object();
  json.member("ruleId", written.call.id);
  write_receipt(json, written.reply);
  json.end_object();
  return out;
}

void write_rule(JsonWriter& json, const projections::RuleRow& row) {
  json.begin_object();
  write_rule_members(json, row);
  json.member("seq", row.seq);
  json.end_object();
}

}  // namespace

Answer<Response> get_rule(const Call& call) {
  DAYBOOK_TRY(check_id(IdKind::kRule, call.id, "ruleId"));
  DAYBOOK_ASSIGN(const auto row, call.engine().views.rule(call.id));
  if (!row) {
    return refuse(Code::kNotFound, "NOT_FOUND", "there is no rule " + call.id);
  }
  Response out;
  JsonWriter json(out.body);
  write_rule(json, *row);
  return out;
}

Answer<Response> list_rules(const Call& call) {
  DAYBOOK_ASSIGN(auto request, call.query.page());
  request.visible = visible_to(call, access::Noun::kRules);
  DAYBOOK_ASSIGN(const auto fields, call.query.fields(kRuleFields));
  DAYBOOK_ASSIGN(const auto page, call.engine().views.rules(request));
  Response out;
  JsonWriter json(out.body);
  json.begin_object();
  json.key("rules");
  json.begin_array();
  json.keep_members(fields);
  for (const auto& row : page.rows) {
    write_rule(json, row);
  }
  json.end_array();
  end_page(json, page);
  return out;
}

void put_rule(const CallPtr& call, const Responder& responder) {
  if (Status ok = check_id(IdKind::kRule, call->id, "ruleId"); !ok) {
    responder.send(refuse(std::move(ok).error()));
    return;
  }
  FieldErrors errors;
  auto command = read_rule(JsonValue(call->request.body), call->id, errors);
  if (!errors.empty()) {
    responder.send(refuse(Problem(errors.take())));
    return;
  }
  write(call, responder, std::move(command), render_put_rule, Views::kFresh);
}

void delete_rule(const CallPtr& call, const Responder& responder) {
  if (Status ok = check_id(IdKind::kRule, call->id, "ruleId"); !ok) {
    responder.send(refuse(std::move(ok).error()));
    return;
  }
  write(call, responder, scheduler::DeleteRule{call->id}, render_deleted_rule);
}

}  // namespace daybook::api
