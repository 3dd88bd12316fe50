#include "components/reactor/json.h"

#include "base/json_text.h"
#include "base/limits/json.h"
#include "components/reactor/encoding.h"
#include "components/reactor/format.h"
#include "components/reactor/gathered.h"
#include "components/reactor/json_events.h"

namespace daybook::reactor {
namespace {

// Builds values from the pieces of a JSON text.
class Builder {
 public:
  Builder(Evaluator& evaluator, const Program* program, std::uint32_t at)
      : evaluator_(evaluator), held_(evaluator), program_(program), at_(at) {}

  bool null() { return add({}); }
  bool boolean(bool value) { return add(Value::of_bool(value)); }
  bool number(const Decimal& value) { return add(evaluator_.number(value)); }
  // Others may write any number: one that cannot be held stays the text that it is.
  bool far_number(std::string_view text) { return add(evaluator_.text(text)); }
  bool string(std::string&& value) { return add(evaluator_.text(value)); }
  bool begin_object() { return begin(); }
  bool begin_array() { return begin(); }
  bool key(std::string&& name) {
    open_.back().names.push_back(evaluator_.arena().text(name));
    return true;
  }
  bool end_array() {
    const Level level = std::move(open_.back());
    open_.pop_back();
    return add(evaluator_.list_of(level.values));
  }
  // Of a name that comes twice the last one stays.
  bool end_object() {
    Level level = std::move(open_.back());
    open_.pop_back();
    if (level.names.size() <= kUniqueCheckMax) {
      const std::size_t pairs = level.names.size() * level.names.size() / 2;
      evaluator_.work(pairs * kBytesOfAComparison, program_, at_);
      unite(level);
    }
    return add(evaluator_.record_of(evaluator_.shape_of(level.names), level.values));
  }

  const Value& value() const { return root_; }

 private:
  // Records have few fields; beyond this the first of two equal names is found.
  static constexpr std::size_t kUniqueCheckMax = 256;
  static constexpr std::size_t kBytesOfAComparison = 4;
  static constexpr std::size_t kSmallLevel = 1024;

  struct Level {
    std::vector<std::string_view> names;
    std::vector<Value> values;
  };

  static void unite(Level& level) {
    for (std::size_t i = 0; i < level.names.size(); ++i) {
      for (std::size_t j = level.names.size() - 1; j > i; --j) {
        if (level.names[i] == level.names[j]) {
          level.values[i] = level.values[j];
          level.names.erase(level.names.begin() + static_cast<std::ptrdiff_t>(j));
          level.values.erase(level.values.begin() + static_cast<std::ptrdiff_t>(j));
        }
      }
    }
  }

  bool begin() {
    open_.emplace_back();
    return true;
  }
  // What is open counts as memory too, where it is large.
  bool add(const Value& value) {
    evaluator_.step(program_, at_);
    if (open_.empty()) {
      root_ = value;
      return true;
    }
    std::vector<Value>& values = open_.back().values;
    if (values.size() == values.capacity()) [[unlikely]] {
      const std::size_t more = values.empty() ? 4 : values.size() * 2;
      held_.add(more > kSmallLevel ? (more - values.size()) * sizeof(Value) : 0);
      values.reserve(more);
    }
    values.push_back(value);
    return true;
  }

  Evaluator& evaluator_;
  Held held_;
  const Program* program_;
  const std::uint32_t at_;
  std::vector<Level> open_;
  Value root_;
};

class Writer {
 public:
  Writer(Evaluator& evaluator, std::string& out, std::size_t bytes_max, const Program* program,
         std::uint32_t at)
      : evaluator_(evaluator),
        held_(evaluator),
        out_(out),
        bytes_max_(bytes_max),
        program_(program),
        at_(at) {}

  void write(const Value& value) {
    evaluator_.step(program_, at_);
    held_.grow_to(out_.capacity());
    switch (value.tag) {
      case Tag::kNothing:
        out_ += "null";
        break;
      case Tag::kBool:
        out_ += value.boolean() ? "true" : "false";
        break;
      case Tag::kNumber:
      case Tag::kDecimal:
        out_ += value.to_decimal().json_text();
        break;
      case Tag::kSpan:
        append_json_string(out_, iso_span(value.span()));
        break;
      case Tag::kBytes:
        append_json_string(out_, encode_base64(value.text()));
        break;
      case Tag::kText:
      case Tag::kUuid:
      case Tag::kInstant:
      case Tag::kDate: {
        std::string plain;
        plain_text(value, plain);
        append_json_string(out_, plain);
        break;
      }
      default:
        write_parts(value);
    }
    if (out_.size() > bytes_max_) {
      evaluator_.stop("OUTPUT_LIMIT", "the output is over its limit", program_, at_);
    }
  }

 private:
  void write_parts(const Value& value) {
    if (++depth_ > kJsonDepthMax) {
      evaluator_.stop("OUTPUT_LIMIT", "the output is nested too deep", program_, at_);
    }
    if (value.is(Tag::kRecord)) {
      const Shape& shape = *value.record->shape;
      // A query that failed is no result. Of old ones, which have no code, it was.
      if (shape.nominal == "QueryError" && shape.find("code") < shape.size) {
        evaluator_.stop("QUERY_FAILED", value.record->values[0].text(), program_, at_);
      }
      write_object(shape.size, value.record->values, [&](std::size_t i) { return shape.names[i]; });
    } else if (value.is(Tag::kMap)) {
      write_object(value.map->size, value.map->values,
                   [&](std::size_t i) { return value.map->keys[i].text(); });
    } else if (value.is(Tag::kFunction) || value.is(Tag::kRegex)) {
      evaluator_.stop_type("a value that can be written", value, program_, at_);
    } else {
      char before = '[';
      evaluator_.each(value, program_, at_, [&](const Value& item) {
        out_ += before;
        before = ',';
        write(item);
        return true;
      });
      out_ += before == '[' ? "[]" : "]";
    }
    --depth_;
  }

  template <typename Name>
  void write_object(std::size_t size, const Value* values, Name&& name) {
    out_ += '{';
    for (std::size_t i = 0; i < size; ++i) {
      out_ += i > 0 ? "," : "";
      append_json_string(out_, name(i));
      out_ += ':';
      write(values[i]);
    }
    out_ += '}';
  }

  Evaluator& evaluator_;
  Held held_;
  std::string& out_;
  const std::size_t bytes_max_;
  const Program* program_;
  const std::uint32_t at_;
  int depth_ = 0;
};

}  // namespace

bool read_value(Evaluator& evaluator, std::string_view json, Value& out, const Program* program,
                std::uint32_t at) {
  Builder builder(evaluator, program, at);
  // What was stored at the limit of depth comes back inside of rows and inputs.
  const JsonLimits limits{.bytes_max = evaluator.text_bytes_max(),
                          .depth_max = kJsonDocumentDepthMax};
  if (!read_json(json, builder, limits)) {
    return false;
  }
  out = builder.value();
  return true;
}

void append_json(Evaluator& evaluator, const Value& value, std::string& out, std::size_t bytes_max,
                 const Program* program, std::uint32_t at) {
  Writer(evaluator, out, out.size() + bytes_max, program, at).write(value);
}

Value typed(Evaluator& evaluator, const Value& value, const FieldType& type,
            std::string_view nominal) {
  if (type.kind == FieldType::Kind::kInstant && value.is(Tag::kText)) {
    const auto instant = parse_instant(value.text());
    return instant ? Value::of_instant(*instant) : value;
  }
  if (type.kind == FieldType::Kind::kNumber && value.is(Tag::kText)) {
    return {};  // a number of more digits than numbers have came as a text
  }
  if (type.kind == FieldType::Kind::kUuid && value.is(Tag::kText)) {
    const std::string bytes = parse_uuid(value.text());
    return bytes.empty() ? value : Value::of_bytes(Tag::kUuid, evaluator.arena().text(bytes));
  }
  if (type.kind == FieldType::Kind::kList && value.is(Tag::kList) && type.element) {
    std::vector<Value> items;
    for (std::uint32_t i = 0; i < value.size; ++i) {
      items.push_back(typed(evaluator, value.items[i], *type.element));
    }
    return evaluator.list_of(items);
  }
  if (type.kind != FieldType::Kind::kRecord || !value.is(Tag::kRecord)) {
    return value;
  }
  // Declared fields that are absent are nothing; others stay.
  const Shape& shape = *value.record->shape;
  std::vector<std::string_view> names(shape.names, shape.names + shape.size);
  std::vector<Value> values(value.record->values, value.record->values + shape.size);
  for (const auto& [name, inner] : type.fields) {
    const std::uint32_t at = shape.find(name);
    if (at == shape.size) {
      names.push_back(evaluator.arena().text(name));
      values.emplace_back();
    } else {
      values[at] = typed(evaluator, values[at], inner);
    }
  }
  return evaluator.record_of(evaluator.shape_of(names, nominal), values);
}

FieldType read_field_type(const Value& description) {
  FieldType out;
  if (description.is(Tag::kRecord)) {
    out.kind = FieldType::Kind::kRecord;
    const Shape& shape = *description.record->shape;
    for (std::uint32_t i = 0; i < shape.size; ++i) {
      out.fields.emplace_back(shape.names[i], read_field_type(description.record->values[i]));
    }
  } else if (description.is(Tag::kList) && description.size == 1) {
    out.kind = FieldType::Kind::kList;
    out.element = std::make_shared<const FieldType>(read_field_type(description.items[0]));
  } else if (description.is(Tag::kText)) {
    out.kind = description.text() == "instant"  ? FieldType::Kind::kInstant
               : description.text() == "uuid"   ? FieldType::Kind::kUuid
               : description.text() == "number" ? FieldType::Kind::kNumber
                                                : FieldType::Kind::kValue;
  }
  return out;
}

}  // namespace daybook::reactor
