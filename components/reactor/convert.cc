// `x :: T`, and the parameters that a job gives.
#include <algorithm>

#include "components/reactor/evaluator.h"
#include "components/reactor/format.h"
#include "components/reactor/gathered.h"
#include "components/reactor/json.h"

namespace daybook::reactor {

namespace {

// How a text looks that becomes a value of the type, where that has one form: "; an instant …".
void append_form(std::string& out, const TypeNode& type) {
  switch (type.kind) {
    case TypeKind::kNumber:
      out += "; a number looks like 12.5 and has 28 digits at most";
      break;
    case TypeKind::kUuid:
      out += "; a uuid looks like 01a2147d-ecd3-7000-8000-000000000030";
      break;
    case TypeKind::kInstant:
      out += "; an instant looks like 2025-11-16T02:00:00Z";
      break;
    case TypeKind::kDate:
      out += "; a date looks like 2025-11-16";
      break;
    case TypeKind::kDuration:
    case TypeKind::kUnit:
      out += "; a duration looks like 90 minutes or PT1H30M";
      break;
    case TypeKind::kAlias:
    case TypeKind::kBinder:
    case TypeKind::kUnion:
    case TypeKind::kIntersection:
      for (const TypeNode* part : type.parts) {
        append_form(out, *part);
      }
      break;
    default:
      break;
  }
}

std::string form_for(const Value& value, const TypeNode& type) {
  std::string out;
  if (value.is(Tag::kText)) {
    append_form(out, type);
  }
  return out;
}

}  // namespace

Value Evaluator::convert(const ConvertNode& node, Frame& frame) {
  const Value value = eval(node.operand, frame);
  const auto out = converted(value, *node.type, frame);
  if (!out) {
    Types types;
    stop("CONVERSION",
         source_text(value) + " cannot become " + Types::text(types.of_node(*node.type)) +
             form_for(value, *node.type),
         frame.program, node.at);
  }
  return *out;
}

std::optional<Value> Evaluator::converted(const Value& value, const TypeNode& type, Frame& frame) {
  if (type.kind != TypeKind::kNominal && matches(type, value, frame)) {
    return value;
  }
  const auto same = [](const auto& result, auto&& make) -> std::optional<Value> {
    return result ? std::optional<Value>(make(*result)) : std::nullopt;
  };
  const bool is_text = value.is(Tag::kText);
  work(is_text ? value.size : 0, frame.program, type.at);
  switch (type.kind) {
    case TypeKind::kText: {
      std::string out;
      return !value.is(Tag::kNothing) && plain_text(value, out) ? std::optional(text(out))
                                                                : std::nullopt;
    }
    case TypeKind::kNumber:
      if (value.is(Tag::kSpan)) {
        return number(count(value.span()));
      }
      return is_text ? same(Decimal::parse_exact(value.text()),
                            [&](const Decimal& d) { return number(d); })
                     : std::nullopt;
    case TypeKind::kBool:
      return is_text && (value.text() == "true" || value.text() == "false")
                 ? std::optional(Value::of_bool(value.text() == "true"))
                 : std::nullopt;
    case TypeKind::kUuid: {
      const std::string bytes = is_text ? parse_uuid(value.text()) : std::string();
      return bytes.empty() ? std::nullopt
                           : std::optional(Value::of_bytes(Tag::kUuid, arena_.text(bytes)));
    }
    case TypeKind::kInstant:
      if (value.is(Tag::kDate)) {
        return Value::of_instant(start_of(value.date()));
      }
      return is_text
                 ? same(parse_instant(value.text()), [](Micros t) { return Value::of_instant(t); })
                 : std::nullopt;
    case TypeKind::kDate:
      if (value.is(Tag::kInstant)) {
        return Value::of_date(date_of(value.instant()));
      }
      return is_text ? same(parse_date(value.text()), [](Date d) { return Value::of_date(d); })
                     : std::nullopt;
    case TypeKind::kDuration:
      return is_text ? same(parse_span(value.text()), [](Span s) { return Value::of_span(s); })
                     : std::nullopt;
    case TypeKind::kUnit: {
      if (value.is_number()) {
        return same(make_span(value.to_decimal(), type.unit),
                    [](Span s) { return Value::of_span(s); });
      }
      const auto span = is_text                ? parse_span(value.text())
                        : value.is(Tag::kSpan) ? std::optional(value.span())
                                               : std::nullopt;
      return span ? same(reactor::convert(*span, type.unit),
                         [](Span s) { return Value::of_span(s); })
                  : std::nullopt;
    }
    default:
      return converted_parts(value, type, frame);
  }
}

namespace {

// Of several hooks, the one is meant whose event it is: OnJobFailed, and { type: 'JobFailed' }.
bool is_other_hook(const TypeNode& type, const Value& value) {
  if (type.kind != TypeKind::kNominal || !is_hook(type.name)) {
    return false;
  }
  const auto field = [](const Value& record, std::string_view name) {
    const bool is_record = record.is(Tag::kRecord);
    const std::uint32_t at = is_record ? record.record->shape->find(name) : 0;
    return is_record && at < record.record->shape->size ? record.record->values[at] : Value{};
  };
  const Value event = field(field(value, "event"), "type");
  return event.is(Tag::kText) && event.text() != type.name.substr(2);
}

}  // namespace

std::optional<Value> Evaluator::converted_parts(const Value& value, const TypeNode& type,
                                                Frame& frame) {
  switch (type.kind) {
    case TypeKind::kAlias:
    case TypeKind::kBinder:
      return type.parts.empty() ? std::optional(value) : converted(value, *type.parts[0], frame);
    case TypeKind::kNominal:
      return value.is(Tag::kRecord)
                 ? std::optional(typed(*this, value, find_nominal(type.name)->record, type.name))
                 : std::nullopt;
    case TypeKind::kUnion:
      for (const TypeNode* part : type.parts) {
        if (is_other_hook(*part, value)) {
          continue;
        }
        if (auto out = converted(value, *part, frame)) {
          return out;
        }
      }
      return std::nullopt;
    case TypeKind::kList: {
      if (type.parts[0]->kind == TypeKind::kByte && value.is(Tag::kText)) {
        return Value::of_bytes(Tag::kBytes, value.text());
      }
      if (!value.is(Tag::kList) && !value.is(Tag::kTuple) && !value.is(Tag::kSequence)) {
        return literal_value(value, type, frame);
      }
      const Value list = forced(value, frame.program, type.at);
      Gathered items(*this);
      for (std::uint32_t i = 0; i < list.size; ++i) {
        const auto item = converted(list.items[i], *type.parts[0], frame);
        if (!item) {
          return std::nullopt;
        }
        items.add(*item);
      }
      return items.list();
    }
    case TypeKind::kRecord: {
      if (!value.is(Tag::kRecord)) {
        return literal_value(value, type, frame);
      }
      const Shape& shape = *value.record->shape;
      work(shape.size * kBytesPerName * (1 + type.names.size()), frame.program, type.at);
      std::vector<std::string_view> names(shape.names, shape.names + shape.size);
      std::vector<Value> values(value.record->values, value.record->values + shape.size);
      for (std::size_t i = 0; i < type.names.size(); ++i) {
        const std::uint32_t at = shape.find(type.names[i]);
        const auto part = converted(at < shape.size ? values[at] : Value{}, *type.parts[i], frame);
        if (!part) {
          return std::nullopt;
        }
        if (at < shape.size) {
          values[at] = *part;
        } else {
          names.push_back(type.names[i]);
          values.push_back(*part);
        }
      }
      return Value::of_record(record_of(shape_of(names), values).record, value.written());
    }
    case TypeKind::kMap:
      return literal_value(value, type, frame);
    default:
      return std::nullopt;
  }
}

namespace {

// Only literals: nothing in it is computed, asked or done.
bool is_data(const Node* node) {
  const auto all = [](const auto& items, auto&& part) {
    return std::all_of(items.begin(), items.end(), [&](const auto& i) { return is_data(part(i)); });
  };
  switch (node->kind) {
    case NodeKind::kConstant:
      return true;
    case NodeKind::kNegate:
      return is_data(static_cast<const UnaryNode*>(node)->operand);
    case NodeKind::kList:
    case NodeKind::kTuple:
      return all(static_cast<const ItemsNode*>(node)->items, [](const Node* n) { return n; });
    case NodeKind::kRecord:
      return all(static_cast<const RecordNode*>(node)->fields,
                 [](const FieldInit& f) { return f.value; });
    case NodeKind::kMap:
      return all(static_cast<const MapNode*>(node)->entries,
                 [](const MapEntry& e) { return e.key; }) &&
             all(static_cast<const MapNode*>(node)->entries,
                 [](const MapEntry& e) { return e.value; });
    default:
      return false;
  }
}

}  // namespace

// A text that holds a record, a list or a map as a program would write it.
std::optional<Value> Evaluator::literal_value(const Value& value, const TypeNode& type,
                                              Frame& frame) {
  class Nothing final : public Modules, public Sets {
   public:
    std::optional<std::string> code(std::string_view) const override { return std::nullopt; }
    const SetType* find(std::string_view) const override { return nullptr; }
    std::vector<std::string> names() const override { return {}; }
  };
  const std::string_view source = value.is(Tag::kText) ? value.text() : std::string_view();
  if (!source.starts_with('{') && !source.starts_with('[')) {
    return std::nullopt;
  }
  constexpr std::size_t kCompileSteps = 1000;
  work((source.size() * 4 + kCompileSteps) * kBytesPerStep, frame.program, type.at);
  const Nothing nothing;
  CompileOptions options;
  options.regex_instructions = 0;  // data has none
  options.interrupted = [this] { return world_.interrupted(); };
  const Compiled compiled =
      compile("parameter", "from " + std::string(source), nothing, nothing, options);
  if (compiled.interrupted) {
    interrupted(*compiled.interrupted, frame.program, type.at);
  }
  if (!compiled.ok() || compiled.program->body->statements.size() != 1 ||
      !is_data(compiled.program->body->statements[0].value)) {
    return std::nullopt;
  }
  Evaluator inner(inputs_, world_);
  Frame there = inner.frame_of(*compiled.program);
  std::string json;
  append_json(inner, inner.eval(compiled.program->body->statements[0].value, there), json,
              inputs_.limits.output, compiled.program.get(), 0);
  Value out;
  return read_value(*this, json, out, frame.program, type.at) && !out.is(Tag::kText)
             ? converted(out, type, frame)
             : std::nullopt;
}

// Faults of parameters name the parameter where others name the source.
void Evaluator::stop_parameter(std::string_view name, std::string_view message) {
  throw Stop{{"PARAMETER", std::string(message), "parameters." + std::string(name), {}, false}};
}

Value Evaluator::given_parameter(const Parameter& parameter, const Value& given, Frame& frame) {
  if (parameter.type == nullptr) {
    return given;
  }
  const auto value = converted(given, *parameter.type, frame);
  if (!value) {
    Types types;
    stop_parameter(parameter.name, "The parameter '" + std::string(parameter.name) + "' must be " +
                                       Types::text(types.of_node(*parameter.type)) + ", not " +
                                       source_text(given) + form_for(given, *parameter.type) + ".");
  }
  return *value;
}

// The record that the parameters are; every name in it is one that the program has.
Value Evaluator::read_parameters(const Program& program, std::string_view json) {
  Value given;
  if (!read_value(*this, json.empty() ? "{}" : json, given, &program, 0) ||
      !given.is(Tag::kRecord)) {
    throw Stop{{"PARAMETER", "Must be a JSON object.", "parameters", {}, false}};
  }
  constexpr std::size_t kNameShown = 60;
  const Shape& shape = *given.record->shape;
  for (std::uint32_t i = 0; i < shape.size; ++i) {
    const bool known = std::any_of(program.parameters.begin(), program.parameters.end(),
                                   [&](const Parameter& p) { return p.name == shape.names[i]; });
    if (!known) {
      std::string names;
      for (const Parameter& p : program.parameters) {
        names += (names.empty() ? "" : ", ") + std::string(p.name);
      }
      stop_parameter(shape.names[i],
                     "The component has no parameter '" +
                         std::string(shape.names[i].substr(0, kNameShown)) + "'" +
                         (names.empty() ? ": it takes none." : "; it has " + names + "."));
    }
  }
  return given;
}

void Evaluator::bind_parameters(const Program& program, std::string_view json, Frame& frame) {
  const Value given = read_parameters(program, json);
  const Shape& shape = *given.record->shape;
  for (const Parameter& p : program.parameters) {
    const std::uint32_t at = shape.find(p.name);
    if (at < shape.size) {
      frame.slots[p.slot] = given_parameter(p, given.record->values[at], frame);
      given_.resize(std::max<std::size_t>(given_.size(), p.slot + 1U));
      given_[p.slot] = true;
    } else if (p.fallback == nullptr && !may_be_nothing(p.type)) {
      stop_parameter(p.name, "The parameter '" + std::string(p.name) + "' is missing.");
    }
  }
}

void Evaluator::check_given(const Program& program, std::string_view json,
                            std::string_view elsewhere) {
  Frame frame = frame_of(program);
  const Value given = read_parameters(program, json);
  const Shape& shape = *given.record->shape;
  for (const Parameter& p : program.parameters) {
    const std::uint32_t at = shape.find(p.name);
    if (p.name == elsewhere) {
      if (at < shape.size) {
        stop_parameter(p.name, "The parameter '" + std::string(p.name) +
                                   "' is the event that a rule runs for: nobody gives it.");
      }
    } else if (at < shape.size) {
      given_parameter(p, given.record->values[at], frame);
    } else if (p.fallback == nullptr && !may_be_nothing(p.type)) {
      stop_parameter(p.name, "The parameter '" + std::string(p.name) + "' is missing.");
    }
  }
}

}  // namespace daybook::reactor
