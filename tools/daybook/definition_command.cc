#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <CLI/CLI.hpp>
#include <boost/json.hpp>

#include "events/definition_settings.h"
#include "tools/daybook/commands.h"
#include "tools/daybook/named_resource.h"
#include "tools/daybook/spec_input.h"

namespace daybook::cli {

namespace {

const NamedResource kDefinition = {.noun = "definition",
                                   .thing = "job definition",
                                   .path = "/resources/job-definitions",
                                   .collection = "jobDefinitions",
                                   .example = "nightly-report",
                                   .deleted = "Its pending jobs fail when they come due.",
                                   .columns = {{{"DEFINITION"}, "jobDefinitionId"},
                                               {text_column("COMPONENT", 12), "componentId"},
                                               {number_column("ATTEMPTS", 2), "retry.maxAttempts"},
                                               {{"PAUSED"}, "paused"},
                                               {time_column("UPDATED", 1), "updatedAt"},
                                               {text_column("NAME", 8, 3), "displayName"}}};

// What the options said, by their place in the table of settings.
struct DefinitionPut {
  static constexpr std::size_t kSettings = events::kDefinitionFields.size();

  std::string id;
  std::string json_file;
  std::vector<std::string> reset;
  std::array<std::string, kSettings> texts{};
  std::array<std::optional<std::int64_t>, kSettings> numbers{};
  std::array<bool, kSettings> flags{};
};

bool is_number(events::FieldForm form) {
  return form == events::FieldForm::kCount || form == events::FieldForm::kSigned;
}

// What can have its default again: each member that has one, and the objects of such.
std::vector<std::string> definition_resets() {
  std::vector<std::string> out;
  const auto add = [&](std::string_view name) {
    if (!name.empty() && std::find(out.begin(), out.end(), name) == out.end()) {
      out.emplace_back(name);
    }
  };
  for (const events::Field& field : events::kDefinitionFields) {
    const std::string_view object = events::object_of(field.name);
    add(events::object_of(object));
    add(object);
    if (!field.required()) {
      add(field.name);
    }
  }
  return out;
}

void put_options(boost::json::object& spec, const DefinitionPut& put) {
  for (std::size_t i = 0; i < DefinitionPut::kSettings; ++i) {
    const std::string_view name = events::kDefinitionFields[i].name;
    if (!put.texts[i].empty()) {
      set_at(spec, name, boost::json::string(put.texts[i]));
    }
    if (put.numbers[i]) {
      set_at(spec, name, *put.numbers[i]);
    }
    if (put.flags[i]) {
      set_at(spec, name, true);
    }
  }
}

Status put_definition(const Session& session, const DefinitionPut& put) {
  DAYBOOK_ASSIGN(boost::json::object named, read_spec(session.env, put.json_file));
  put_options(named, put);
  DAYBOOK_TRY(reset_members(named, put.reset));
  DAYBOOK_ASSIGN(Client client, session.client());
  const std::string target = kDefinition.target_of(put.id);
  if (put.json_file.empty()) {
    auto changed = client.request("PATCH", target, named);
    if (changed || changed.error().code != Code::kNotFound) {
      DAYBOOK_ASSIGN(const boost::json::value answer, std::move(changed));
      print_members(session, answer);
      return {};
    }
    named = merge_patch({}, named);
  }
  DAYBOOK_ASSIGN(const boost::json::value answer, client.request("PUT", target, named));
  print_members(session, answer);
  return {};
}

void add_definition_put(CLI::App& noun, Session& session) {
  auto put = std::make_shared<DefinitionPut>();
  auto& verb =
      add_verb(noun, "put", "Create a job definition, or change what is named of one",
               {"definition put nightly-report --component report",
                "definition put hourly-sync --component sync --max-attempts 5 --timeout 10m",
                "definition put hourly-sync --concurrency 2 --reset timeout",
                "definition put hourly-sync --json hourly-sync.json"});
  verb.add_option("id", put->id, "The definition's id")->required();
  auto* whole = verb.add_option("--json", put->json_file, kJsonHelp);
  verb.add_option("--reset", put->reset, "Give this member its default again; repeatable")
      ->allow_extra_args(false)
      ->check(CLI::IsMember(definition_resets()))
      ->excludes(whole);
  for (std::size_t i = 0; i < DefinitionPut::kSettings; ++i) {
    const events::Field& field = events::kDefinitionFields[i];
    const std::string option(field.option);
    const std::string text(field.text);
    if (option.empty()) {
      continue;
    }
    if (is_number(field.form)) {
      verb.add_option(option, put->numbers[i], text);
    } else if (field.form == events::FieldForm::kFlag) {
      verb.add_flag(option, put->flags[i], text);
    } else {
      verb.add_option(option, put->texts[i], text);
    }
  }
  verb.callback([&session, put] {
    session.action = [&session, put] { return put_definition(session, *put); };
  });
}

// Changes nothing but this, whatever else is being changed.
void add_pause(CLI::App& noun, Session& session, bool paused) {
  auto id = std::make_shared<std::string>();
  const std::string name = paused ? "pause" : "resume";
  auto& verb = add_verb(noun, name,
                        paused ? "Start no more jobs of a job definition until it is resumed"
                               : "Start jobs of a paused job definition again",
                        {"definition " + name + " nightly-report"});
  verb.add_option("id", *id, "The definition's id")->required();
  verb.callback([&session, id, paused] {
    session.action = [&session, id, paused]() -> Status {
      DAYBOOK_ASSIGN(Client client, session.client());
      DAYBOOK_ASSIGN(const boost::json::value answer,
                     client.request("PATCH", kDefinition.target_of(*id),
                                    boost::json::object{{"paused", paused}}));
      if (session.wants_json()) {
        session.print_json(answer);
      } else {
        session.env.out << (paused ? "paused " : "resumed ") << *id << '\n';
      }
      return {};
    };
  });
}

}  // namespace

void add_definition_commands(CLI::App& root, Session& session) {
  auto& noun = add_noun(root, "definition", "Job definitions: which component, and how it is run");
  add_list_verb(noun, session, kDefinition);
  add_get_verb(noun, session, kDefinition);
  add_definition_put(noun, session);
  add_pause(noun, session, true);
  add_pause(noun, session, false);
  add_delete_verb(noun, session, kDefinition);
}

}  // namespace daybook::cli
