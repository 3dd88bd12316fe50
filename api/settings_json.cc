#include "api/settings_json.h"

#include <algorithm>

#include "api/on_failure_json.h"
#include "base/check.h"

namespace daybook::api {
namespace {

// "retry" holds "retry.backoff", "" holds all.
bool holds_object(std::string_view outer, std::string_view inner) {
  return outer.empty() || inner == outer ||
         (inner.starts_with(outer) && inner.size() > outer.size() && inner[outer.size()] == '.');
}

}  // namespace

void SettingsReader::enter(std::string_view path) {
  leave(path);
  std::string_view open = objects_.empty() ? std::string_view() : objects_.back().path;
  while (open.size() < path.size()) {
    open = path.substr(0, path.find('.', open.empty() ? 0 : open.size() + 1));
    const std::string_view name = events::leaf_of(open);
    Object* const outer = objects_.empty() ? nullptr : &objects_.back();
    Object object{open, std::nullopt, false, errors_.count()};
    if (outer != nullptr && !outer->fields) {
      object.named = outer->named;
    } else {
      FieldReader& fields = outer == nullptr ? top_ : *outer->fields;
      object.named = fields.names(name);
      if (const auto value = fields.object(name)) {
        object.fields.emplace(*value, std::string(open) + ".", errors_);
      }
    }
    objects_.push_back(std::move(object));
  }
}

void SettingsReader::leave(std::string_view path) {
  while (!objects_.empty() && !holds_object(objects_.back().path, path)) {
    Object& object = objects_.back();
    if (object.fields) {
      object.fields->finish();
    }
    if (errors_.count() > object.faults_before) {
      faulty_.push_back(std::string(object.path) + ".");
    }
    objects_.pop_back();
  }
}

bool SettingsReader::is_faulty(std::string_view field) const {
  return std::any_of(faulty_.begin(), faulty_.end(),
                     [&](const std::string& object) { return field.starts_with(object); });
}

void SettingsReader::read_text(FieldReader& fields, const events::Field& field,
                               std::string_view name, Need need, std::string& member) {
  switch (field.form) {
    case events::FieldForm::kComponentId:
      fields.id(IdKind::kComponent, name, member, need);
      return;
    case events::FieldForm::kLine:
      fields.line(name, member, static_cast<std::size_t>(field.max));
      return;
    case events::FieldForm::kEffects:
      if (const auto list = fields.find(name, JsonValue::Kind::kArray, "a list of effects")) {
        member = read_on_failure(*list, errors_);
      }
      return;
    default:
      DAYBOOK_CHECK(false, "no other form is held as text");
  }
}

void SettingsWriter::leave(std::string_view path) {
  while (!path_.empty() && !holds_object(path_, path)) {
    if (!std::exchange(null_, false)) {
      json_.end_object();
    }
    path_ = events::object_of(path_);
  }
}

}  // namespace daybook::api
