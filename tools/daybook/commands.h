// Every command registers itself here; each function is in the file named after its noun.
#pragma once

namespace CLI {
class App;
}

namespace daybook::cli {

struct Session;

void add_serve_command(CLI::App& root, Session& session);
void add_apply_commands(CLI::App& root, Session& session);  // apply, manage apply
void add_component_commands(CLI::App& root, Session& session);
void add_component_run_command(CLI::App& noun, Session& session);
void add_component_repl_command(CLI::App& noun, Session& session);  // run, repl
void add_component_test_command(CLI::App& noun, Session& session);
void add_clock_command(CLI::App& root, Session& session);
void add_definition_commands(CLI::App& root, Session& session);
void add_rule_commands(CLI::App& root, Session& session);
void add_job_commands(CLI::App& root, Session& session);
void add_graph_commands(CLI::App& root, Session& session);
void add_sending_commands(CLI::App& root, Session& session);
void add_event_commands(CLI::App& root, Session& session);
void add_worker_commands(CLI::App& root, Session& session);
void add_token_commands(CLI::App& root, Session& session);
void add_login_commands(CLI::App& root, Session& session);  // login, logout
void add_stats_command(CLI::App& root, Session& session);
void add_log_commands(CLI::App& root, Session& session);
void add_replay_command(CLI::App& root, Session& session);
void add_replay_job_command(CLI::App& replay, Session& session);
void add_replay_rule_command(CLI::App& replay, Session& session);
void add_backup_commands(CLI::App& root, Session& session);  // backup, restore
void add_completion_commands(CLI::App& root, Session& session);
void add_version_command(CLI::App& root, Session& session);

}  // namespace daybook::cli
