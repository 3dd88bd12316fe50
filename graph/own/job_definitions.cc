// The set `jobDefinitions`.
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/time_text.h"
#include "graph/own/named_rows.h"
#include "graph/own/sets.h"

namespace daybook::graph::own {
namespace {

using projections::DefinitionRow;

// Thousandths as the decimal that they are: 1500 is 1.5.
Value from_thousandths(std::uint32_t milli) {
  std::string text = std::to_string(milli / 1000);
  if (milli % 1000 != 0) {
    const std::string places = std::to_string(1000 + milli % 1000).substr(1);
    text += "." + places.substr(0, places.find_last_not_of('0') + 1);
  }
  return Value(*Decimal::parse(text));
}

Type type_of_setting(const events::Field& field) {
  switch (field.form) {
    case events::FieldForm::kCount:
    case events::FieldForm::kSigned:
    case events::FieldForm::kThousandths:
      return type_of(Kind::kNumber);
    case events::FieldForm::kFlag:
      return type_of(Kind::kBool);
    case events::FieldForm::kEffects:
      return type_of(Kind::kValue);
    default:
      return type_of(Kind::kText);
  }
}

template <typename Member>
Value value_of_setting(const events::Field& field, const Member& member) {
  if (field.none_when_zero && events::is_zero(member)) {
    return {};
  }
  if constexpr (std::is_same_v<Member, std::string>) {
    return field.form == events::FieldForm::kEffects
               ? Value(Json{member.empty() ? std::string(field.absent) : member})
               : Value(member);
  } else if constexpr (std::is_same_v<Member, Duration>) {
    return Value(format_duration(member));
  } else if constexpr (std::is_same_v<Member, bool>) {
    return Value(member);
  } else {
    return field.form == events::FieldForm::kThousandths
               ? from_thousandths(static_cast<std::uint32_t>(member))
               : number(member);
  }
}

// The next part of a name behind `path`: "backoff" of "retry.backoff.max" behind "retry".
std::string_view part_behind(std::string_view name, std::string_view path) {
  if (!path.empty()) {
    if (!name.starts_with(path) || name.size() <= path.size() || name[path.size()] != '.') {
      return {};
    }
    name.remove_prefix(path.size() + 1);
  }
  return name.substr(0, name.find('.'));
}

std::string joined(std::string_view path, std::string_view part) {
  return path.empty() ? std::string(part) : std::string(path) + "." + std::string(part);
}

// Of a setting, or of the object of settings with that path.
Type type_at(std::string_view path) {
  std::vector<Field> members;
  for (const events::Field& field : events::kDefinitionFields) {
    if (field.name == path) {
      return type_of_setting(field);
    }
    const std::string_view part = part_behind(field.name, path);
    if (!part.empty() && (members.empty() || members.back().name != part)) {
      members.push_back({std::string(part), type_at(joined(path, part))});
    }
  }
  return graph::record_of(std::move(members));
}

// An object in which all is "none" is nothing.
Value value_at(const DefinitionRow& row, std::string_view path) {
  Value only;
  Value::Record members;
  bool any = false;
  events::each_member(row, [&](const events::Field& field, const auto& member) {
    if (field.name == path) {
      only = value_of_setting(field, member);
      return;
    }
    const std::string_view part = part_behind(field.name, path);
    if (!part.empty()) {
      any = any || !field.none_when_zero || !events::is_zero(member);
      if (members.empty() || members.back().first != part) {
        members.emplace_back(std::string(part), value_at(row, joined(path, part)));
      }
    }
  });
  return any ? Value(std::move(members)) : only;
}

const std::vector<ViewField<DefinitionRow>>& definition_fields() {
  using Row = DefinitionRow;
  static const std::vector<ViewField<Row>> kFields = [] {
    std::vector<ViewField<Row>> out = {{"jobDefinitionId", type_of(Kind::kText),
                                        [](const Row& r) { return Value(r.definition); }}};
    for (const std::string_view name : events::shown_members(events::kDefinitionFields)) {
      out.push_back({std::string(name), type_at(name),
                     [name](const Row& row) { return value_at(row, name); }});
    }
    add_stamp(out);
    return out;
  }();
  return kFields;
}

}  // namespace

SetSchema definition_schema() {
  SetSchema out;
  out.name = "jobDefinitions";
  out.what = "Job definitions";
  out.record = record_type(definition_fields());
  out.key = {"jobDefinitionId"};
  out.indexed = {"jobDefinitionId"};
  out.order = "jobDefinitionId";
  out.navigations = {
      {"component", "components", false, {{"componentId", "componentId"}}},
      {"jobs", "jobs", true, {{"jobDefinitionId", "jobDefinitionId"}}},
  };
  return out;
}

std::unique_ptr<Set> job_definitions(const projections::Views& views) {
  using projections::Views;
  return std::make_unique<NamedRows<DefinitionRow>>(
      definition_schema(), views,
      NamedRows<DefinitionRow>::Source{definition_fields(), "jobDefinitionId", IdKind::kDefinition,
                                       &Views::definition, &Views::definitions});
}

}  // namespace daybook::graph::own
