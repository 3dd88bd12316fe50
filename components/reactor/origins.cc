#include "components/reactor/origins.h"

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "components/reactor/gathered.h"

namespace daybook::reactor {
namespace {

class Origins {
 public:
  explicit Origins(Evaluator& evaluator) : evaluator_(evaluator), held_(evaluator) {}

  // `name` is what the value is called: "'orders'", "'customer' of 'orders'". None when it stays as
  // it is.
  std::optional<Value> named(const Value& value, const std::string& name) {
    if (value.is(Tag::kNothing)) {
      return Value::of_bytes(Tag::kNothing, text(name));
    }
    if (value.is(Tag::kList)) {
      const auto same = [&](std::uint32_t) { return name; };
      const Value* items = parts(value.items, value.size, same);
      return items == nullptr ? std::nullopt
                              : std::optional(Value::of_items(Tag::kList, items, value.size));
    }
    if (!value.is(Tag::kRecord)) {
      return std::nullopt;
    }
    const Shape* shape = value.record->shape;
    const auto field = [&](std::uint32_t i) {
      return "'" + std::string(shape->names[i]) + "' of " + name;
    };
    const Value* values = parts(value.record->values, shape->size, field);
    return values == nullptr ? std::nullopt
                             : std::optional(Value::of_record(
                                   evaluator_.arena().make<RecordData>(shape, values)));
  }

 private:
  // A copy in which the parts are named; null when all stay as they are.
  template <typename NameOf>
  const Value* parts(const Value* values, std::uint32_t size, NameOf&& name_of) {
    Value* out = nullptr;
    for (std::uint32_t i = 0; i < size; ++i) {
      const Tag tag = values[i].tag;
      if (tag != Tag::kNothing && tag != Tag::kList && tag != Tag::kRecord) {
        continue;
      }
      const auto part = named(values[i], name_of(i));
      if (part && out == nullptr) {
        out = evaluator_.arena().array<Value>(size);
        std::uninitialized_copy(values, values + size, out);
      }
      if (part) {
        out[i] = *part;
      }
    }
    return out;
  }

  std::string_view text(const std::string& name) {
    const auto known = texts_.find(name);
    if (known != texts_.end()) {
      return known->second;
    }
    held_.add(kBytesEach + name.size());
    return texts_.emplace(name, evaluator_.arena().text(name)).first->second;
  }

  static constexpr std::size_t kBytesEach = 100;
  Evaluator& evaluator_;
  Held held_;
  std::map<std::string, std::string_view> texts_;
};

}  // namespace

Value with_origins(Evaluator& evaluator, const Value& rows, std::string_view set) {
  return Origins(evaluator).named(rows, "'" + std::string(set) + "'").value_or(rows);
}

}  // namespace daybook::reactor
