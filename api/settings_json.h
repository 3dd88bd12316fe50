// Settings (events/field.h) as JSON: members with a dot in their name stand in an object of their
// own. What of a body is wrong names the field by its path.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "api/field_reader.h"
#include "base/json_writer.h"
#include "events/field.h"

namespace daybook::api {

// Reads the members of a body one after the other, in the order of their table.
class SettingsReader {
 public:
  // whole: a PUT, which says everything; else a change, which may leave out what is required.
  SettingsReader(FieldReader& top, FieldErrors& errors, bool whole)
      : top_(top), errors_(errors), whole_(whole) {}

  // Reads it, and says whether it is named, be it as null or by an object around it that is.
  // `member` stays as it is when no value stands there.
  template <typename Member>
  bool read(const events::Field& field, Member& member) {
    enter(events::object_of(field.name));
    Object* const object = objects_.empty() ? nullptr : &objects_.back();
    if (object != nullptr && !object->fields) {
      return object->named;
    }
    FieldReader& fields = object == nullptr ? top_ : *object->fields;
    const std::string_view name = events::leaf_of(field.name);
    const bool named = fields.names(name);
    const Need need = field.required() && (whole_ || named) ? Need::kRequired : Need::kOptional;
    read_member(fields, field, name, need, member);
    return named;
  }
  // After the last one: what nobody knows in the objects is an error too.
  void finish() { leave({}); }

  // Whether something in the object around that field is wrong: then what it lacks has its reason.
  bool is_faulty(std::string_view field) const;

 private:
  // One that is open now: "retry", and "retry.backoff" in it.
  struct Object {
    std::string_view path;
    std::optional<FieldReader> fields;  // absent when no object stands there
    bool named = false;
    std::size_t faults_before = 0;
  };

  void enter(std::string_view path);
  void leave(std::string_view path);

  template <typename Member>
  void read_member(FieldReader& fields, const events::Field& field, std::string_view name,
                   Need need, Member& member) {
    if constexpr (std::is_same_v<Member, std::string>) {
      read_text(fields, field, name, need, member);
    } else if constexpr (std::is_same_v<Member, Duration>) {
      fields.duration(name, member, {Duration{field.min}, Duration{field.max}}, need);
    } else if constexpr (std::is_same_v<Member, bool>) {
      fields.boolean(name, member);
    } else if (field.form == events::FieldForm::kThousandths) {
      std::uint32_t thousandths = static_cast<std::uint32_t>(member);
      fields.thousandths(
          name, thousandths,
          {static_cast<double>(field.min) / 1000, static_cast<double>(field.max) / 1000});
      member = static_cast<Member>(thousandths);
    } else {
      std::int64_t number = member;
      fields.integer(name, number, {field.min, field.max}, need);
      member = static_cast<Member>(number);
    }
  }
  void read_text(FieldReader& fields, const events::Field& field, std::string_view name, Need need,
                 std::string& member);

  FieldReader& top_;
  FieldErrors& errors_;
  const bool whole_;
  std::vector<Object> objects_;
  std::vector<std::string> faulty_;
};

// Writes settings as members of the object that is being written.
class SettingsWriter {
 public:
  explicit SettingsWriter(JsonWriter& json) : json_(json) {}

  template <typename Settings>
  void write(const Settings& settings) {
    events::each_member(settings, [&](const events::Field& field, const auto& member) {
      if (!enter(field, settings)) {
        return;
      }
      json_.key(events::leaf_of(field.name));
      if (field.none_when_zero && events::is_zero(member)) {
        json_.null();
      } else {
        write_member(field, member);
      }
    });
    leave({});
  }

 private:
  // Begins the objects around the field; false when one of them is null, for all in it is "none".
  template <typename Settings>
  bool enter(const events::Field& field, const Settings& settings) {
    const std::string_view path = events::object_of(field.name);
    leave(path);
    while (!null_ && path_.size() < path.size()) {
      const auto dot = path.find('.', path_.empty() ? 0 : path_.size() + 1);
      const std::string_view next = path.substr(0, dot);
      json_.key(events::leaf_of(next));
      path_ = next;
      null_ = is_none(next, settings);
      if (null_) {
        json_.null();
      } else {
        json_.begin_object();
      }
    }
    return !null_;
  }
  void leave(std::string_view path);

  template <typename Settings>
  static bool is_none(std::string_view object, const Settings& settings) {
    bool none = true;
    events::each_member(settings, [&](const events::Field& field, const auto& member) {
      if (field.name.size() > object.size() && field.name.starts_with(object) &&
          field.name[object.size()] == '.') {
        none = none && field.none_when_zero && events::is_zero(member);
      }
    });
    return none;
  }

  template <typename Member>
  void write_member(const events::Field& field, const Member& member) {
    if constexpr (std::is_same_v<Member, std::string>) {
      if (field.form == events::FieldForm::kEffects) {
        json_.raw(member.empty() ? field.absent : std::string_view(member));
      } else {
        json_.value(member);
      }
    } else if constexpr (std::is_same_v<Member, std::uint32_t>) {
      if (field.form == events::FieldForm::kThousandths) {
        json_.value(member / 1000.0);
      } else {
        json_.value(member);
      }
    } else {
      json_.value(member);
    }
  }

  JsonWriter& json_;
  std::string_view path_;
  bool null_ = false;
};

}  // namespace daybook::api
