// What reaches the outside: effects, which are only noted, and questions, which are asked.
#include <algorithm>

#include "base/derived_id.h"
#include "base/json_text.h"
#include "components/reactor/effects.h"
#include "components/reactor/evaluator.h"
#include "components/reactor/format.h"
#include "components/reactor/json.h"
#include "components/reactor/origins.h"

namespace daybook::reactor {

namespace {

using B = Builtin;

// The field of a record, or nothing.
Value part_of(const Value& record, std::string_view name) {
  if (!record.is(Tag::kRecord)) {
    return {};
  }
  const std::uint32_t at = record.record->shape->find(name);
  return at < record.record->shape->size ? record.record->values[at] : Value{};
}

}  // namespace

std::string Evaluator::derive_id(std::string_view purpose) {
  const DerivedId id = daybook::derive_id(inputs_.seed, purpose, ids_++);
  return id.text();
}

void Evaluator::add_effect(EffectText effect, const Program* program, std::uint32_t at) {
  if (effects_.size() >= inputs_.limits.effects) {
    stop("EFFECT_LIMIT", "more than " + std::to_string(inputs_.limits.effects) + " effects",
         program, at);
  }
  output_bytes_ += effect.json.size();
  if (output_bytes_ > inputs_.limits.output) {
    stop("OUTPUT_LIMIT", "the effects are over their limit", program, at);
  }
  work(at - program->source.line_start(at), program, at);  // its column is counted
  effect.source = program->source.name();
  effect.at = program->source.position_of(at);
  effects_.push_back(std::move(effect));
}

std::string Evaluator::ask(std::string question, const Frame& frame, std::uint32_t at) {
  if (exchanges_.size() >= inputs_.limits.questions) {
    stop("QUESTION_LIMIT",
         "more than " + std::to_string(inputs_.limits.questions) + " queries and calls",
         frame.program, at);
  }
  answer_bytes_ += question.size();
  if (answer_bytes_ > inputs_.limits.answers) {
    stop("ANSWER_LIMIT", "queries, calls and their answers are over their limit", frame.program,
         at);
  }
  auto answer = world_.ask(question);
  if (!answer) {
    Stop failed;
    failed.fault = {answer.error().reason, answer.error().message,
                    std::string(frame.program->source.name()),
                    frame.program->source.position_of(at), true};
    throw failed;
  }
  answer_bytes_ += answer->size();
  if (answer_bytes_ > inputs_.limits.answers) {
    stop("ANSWER_LIMIT", "queries, calls and their answers are over their limit", frame.program,
         at);
  }
  exchanges_.push_back({std::move(question), *answer});
  return std::move(*answer);
}

// What is selected, and what the program reads of any record: so what was not selected can be read
// too. Which of these names a set has, its owner knows.
void Evaluator::add_fields(const Navigation& nav, std::string& out) const {
  if (nav.fields.empty() || program_->reads_any) {
    return;
  }
  char before = '[';
  out += ",\"fields\":";
  const auto add = [&](std::string_view name) {
    out += before;
    before = ',';
    append_json_string(out, name);
  };
  for (const Selected& field : nav.fields) {
    add(field.name);
  }
  for (const std::string_view name : program_->fields_read) {
    if (std::none_of(nav.fields.begin(), nav.fields.end(),
                     [&](const Selected& field) { return field.name == name; })) {
      add(name);
    }
  }
  out += ']';
}

void Evaluator::question_of(const Navigation& nav, std::string& out, Frame& frame) {
  out += "{\"edge\":";
  append_json_string(out, nav.edge);
  const auto add = [&](std::string_view name, const Node* node) {
    if (node == nullptr) {
      return;
    }
    out += ",\"" + std::string(name) + "\":";
    append_json_string(out, text_of(eval(node, frame), frame, node->at));
  };
  add_fields(nav, out);
  add("filter", nav.filter);
  add("orderBy", nav.order_by);
  if (!nav.navigate.empty()) {
    char before = '[';
    out += ",\"navigate\":";
    for (const Navigation& inner : nav.navigate) {
      out += before;
      before = ',';
      question_of(inner, out, frame);
    }
    out += ']';
  }
  out += '}';
}

Value Evaluator::query(const QueryNode& node, Frame& frame) {
  std::string question = "{\"query\":";
  question_of(node.root, question, frame);
  question += '}';
  Value answer;
  if (!read_value(*this, ask(std::move(question), frame, node.at), answer, frame.program,
                  node.at)) {
    stop("BAD_ANSWER", "the answer of the query is no JSON", frame.program, node.at);
  }
  if (const Value error = part_of(answer, "error"); error.is(Tag::kText)) {
    // Answers did not always have a code.
    const Value code = part_of(answer, "code");
    return code.is(Tag::kText)
               ? record_of(shape_of({"message", "code"}, "QueryError"), {error, code})
               : record_of(shape_of({"message"}, "QueryError"), {error});
  }
  const Value rows = part_of(answer, "rows");
  if (!rows.is(Tag::kList)) {
    stop("BAD_ANSWER", "the answer of the query has no rows", frame.program, node.at);
  }
  FieldType type;
  type.kind = FieldType::Kind::kList;
  type.element = std::make_shared<const FieldType>(read_field_type(part_of(answer, "type")));
  Value out = with_origins(*this, typed(*this, rows, type), node.root.edge);
  const Value more = part_of(answer, "more");
  const bool cut = more.is(Tag::kList) &&
                   std::any_of(more.items, more.items + more.size, [&](const Value& path) {
                     return path.is(Tag::kText) && path.text() == node.root.edge;
                   });
  out.aux = cut ? Value::kCut : 0;
  return out;
}

// Notes the effect that a function stands for, and gives the id that it will have.
Value Evaluator::send(std::string_view effect, Value record, const BuiltinNode& node,
                      Frame& frame) {
  EffectText out;
  out.id = derive_id("sending");
  out.json = effect_json(*this, effect, record, frame.program, node.at);
  const std::string bytes = parse_uuid(out.id);
  add_effect(std::move(out), frame.program, node.at);
  return Value::of_bytes(Tag::kUuid, arena_.text(bytes));
}

Value Evaluator::action(const BuiltinNode& node, const Value* arguments, Frame& frame) {
  const std::size_t count = node.arguments.size();
  switch (node.function) {
    case B::kNewId:
      return Value::of_bytes(Tag::kUuid, arena_.text(parse_uuid(derive_id("newid"))));
    case B::kSendEmail:
      return send("sendEmail", arguments[0], node, frame);
    case B::kHttpPost: {
      if (arguments[0].is(Tag::kRecord)) {
        return send("httpPost", arguments[0], node, frame);
      }
      const Value options = count > 1 ? arguments[1] : Value{};
      return send("httpPost",
                  record_of(shape_of({"url", "headers", "body"}),
                            {arguments[0], part_of(options, "headers"), part_of(options, "body")}),
                  node, frame);
    }
    case B::kScheduleJob: {
      Value record = arguments[0];
      if (!record.is(Tag::kRecord)) {
        const auto given = [&](std::size_t i) { return count > i ? arguments[i] : Value{}; };
        record = record_of(shape_of({"definition", "parameters", "at", "uniqueKey"}),
                           {arguments[0], given(1), given(2), given(3)});
      }
      add_effect({effect_json(*this, "scheduleJob", record, frame.program, node.at)}, frame.program,
                 node.at);
      return {};
    }
    case B::kMessageActor:
      return message_actor(node, arguments, frame);
    default:
      return http_call(node, arguments, frame);
  }
}

Value Evaluator::message_actor(const BuiltinNode& node, const Value* arguments, Frame& frame) {
  std::string question = "{\"actor\":{\"type\":";
  const auto add = [&](const Value& value) {
    append_json(*this, value, question, text_bytes_max(), frame.program, node.at);
  };
  add(arguments[0]);
  question += ",\"id\":";
  add(arguments[1]);
  question += ",\"messages\":";
  add(arguments[2]);
  question += ",\"preview\":";
  add(node.arguments.size() > 3 ? arguments[3] : Value::of_bool(false));
  question += "}}";
  Value answer;
  if (!read_value(*this, ask(std::move(question), frame, node.at), answer, frame.program,
                  node.at)) {
    stop("BAD_ANSWER", "the answer of the actor is no JSON", frame.program, node.at);
  }
  Value errors = part_of(answer, "errors");
  if (const Value error = part_of(answer, "error"); error.is(Tag::kText)) {
    errors = list_of({record_of(shape_of({"code", "message"}), {text("ACTOR_FAILED"), error})});
  }
  return record_of(shape_of({"data", "errors"}),
                   {part_of(answer, "data"), errors.is(Tag::kList) ? errors : list_of({})});
}

Value Evaluator::http_call(const BuiltinNode& node, const Value* arguments, Frame& frame) {
  const Value options = node.arguments.size() > 1 ? arguments[1] : Value{};
  std::string question = "{\"http\":{\"url\":";
  const auto add = [&](const Value& value) {
    append_json(*this, value, question, text_bytes_max(), frame.program, node.at);
  };
  add(Value::of_text(text_of(arguments[0], frame, node.at)));
  for (const std::string_view name : {"method", "headers", "body"}) {
    if (const Value value = part_of(options, name); !value.is(Tag::kNothing)) {
      question += ",\"" + std::string(name) + "\":";
      add(value);
    }
  }
  question += "}}";
  Value answer;
  if (!read_value(*this, ask(std::move(question), frame, node.at), answer, frame.program,
                  node.at)) {
    stop("BAD_ANSWER", "the answer is no JSON", frame.program, node.at);
  }
  if (const Value error = part_of(answer, "error"); error.is(Tag::kText)) {
    stop("HTTP_FAILED", error.text(), frame.program, node.at);
  }
  const Value status = part_of(answer, "statusCode");
  const std::int64_t code = whole(status, "the status", frame, node.at);
  const bool ok = code >= 200 && code < 300;
  return record_of(
      shape_of({"statusCode", "headers", "content"}, ok ? "HttpResponseOk" : "HttpResponse"),
      {status, part_of(answer, "headers"), part_of(answer, "content")});
}

}  // namespace daybook::reactor
