#include <optional>
#include <ostream>

#include <CLI/CLI.hpp>
#include <boost/json.hpp>

#include "base/hex.h"
#include "base/temporary_directory.h"
#include "base/time_text.h"
#include "replay/as_of.h"
#include "replay/fold.h"
#include "replay/rebuild.h"
#include "tools/daybook/commands.h"
#include "tools/daybook/progress.h"
#include "tools/daybook/resource_list.h"
#include "tools/daybook/stopped_log.h"
#include "tools/daybook/text_sink.h"

namespace daybook::cli {

namespace {

struct ReplayOptions {
  std::string data_dir;
  std::string until;
  std::string diff;
  std::string out;
  bool compare = false;
  bool chain = false;
};

Result<Seq> seq_of(log::Log& log, const std::string& text, const std::string& option) {
  if (text.empty()) {
    return log.last();
  }
  DAYBOOK_ASSIGN(const replay::Point point, replay::parse_point(text, option));
  return replay::find_seq(log, point);
}

Result<scheduler::State> fold_until(const Session& session, StoppedLog& stopped, Seq until,
                                    bool chain) {
  scheduler::State state;
  Progress progress(session.env, "replaying");
  replay::FoldOptions wanted;
  wanted.until = until;
  wanted.chain = chain;
  wanted.progress = [&](Seq done, Seq total) { progress.update(done.value, total.value); };
  if (stopped.log().first().value > 1) {  // the beginning is in an archive: snapshots stand for it
    return replay::state_as_of(stopped.log(), until, snapshots_path(stopped.data_dir().path()));
  }
  DAYBOOK_TRY(replay::fold(state, stopped.log(), wanted));
  return state;
}

Status print_state(const Session& session, const ReplayOptions& options, StoppedLog& stopped,
                   Seq until) {
  const Micros begin = stopped.clock().steady();
  DAYBOOK_ASSIGN(const scheduler::State state, fold_until(session, stopped, until, options.chain));
  const double seconds = static_cast<double>((stopped.clock().steady() - begin).value) / 1e6;
  if (!options.out.empty()) {
    DAYBOOK_ASSIGN(const auto sink, TextSink::open(session.env, options.out));
    DAYBOOK_ASSIGN(const std::string json, replay::state_json(state, stopped.log()));
    DAYBOOK_TRY(sink->write(json + "\n"));
    DAYBOOK_TRY(sink->finish());
  }
  if (options.out != "-") {
    print_members(session, boost::json::object{{"seq", state.applied().value},
                                               {"time", format_time(state.time())},
                                               {"hash", to_hex(state.hash())},
                                               {"definitions", state.definition_count()},
                                               {"components", state.component_count()},
                                               {"pending", state.pending_count()},
                                               {"running", state.running_count()},
                                               {"seconds", seconds}});
  }
  return {};
}

Status print_diff(const Session& session, const ReplayOptions& options, StoppedLog& stopped,
                  Seq until) {
  DAYBOOK_ASSIGN(const Seq other, seq_of(stopped.log(), options.diff, "--diff"));
  DAYBOOK_ASSIGN(const scheduler::State before,
                 fold_until(session, stopped, std::min(other, until), false));
  DAYBOOK_ASSIGN(const scheduler::State after,
                 fold_until(session, stopped, std::max(other, until), false));
  DAYBOOK_ASSIGN(const auto changes, replay::diff(before, after, stopped.log()));
  DAYBOOK_ASSIGN(const auto sink, TextSink::open(session.env, options.out));
  DAYBOOK_TRY(sink->write(replay::diff_json(changes) + "\n"));
  return sink->finish();
}

// The views as the server left them, at the event that they reflect. Those of a compacted log
// cannot be built again; what they list is compared with the state. Nothing where there are none,
// or where a start would build them anew.
Result<std::optional<replay::RebuildResult>> rebuild_views(StoppedLog& stopped,
                                                           replay::RebuildOptions wanted,
                                                           std::ostream& out) {
  const auto directory = stopped.data_dir().views_path();
  log::RocksLog& log = stopped.log();
  const auto live = projections::Views::open_to_read({.directory = directory}, log);
  if (!live && (live.error().reason == "NO_VIEWS" || live.error().reason == "VIEWS_STALE")) {
    out << "views are not compared: " << live.error().message << '\n';
    return std::optional<replay::RebuildResult>();
  }
  if (!live) {
    return fail(live.error());
  }
  const Seq applied = (*live)->applied();
  if (applied < log.last()) {
    out << "views are compared at " << applied.value << ", which they reflect; the log ends at "
        << log.last().value << '\n';
  }
  wanted.until = applied;
  if (log.first() > Seq{1}) {
    DAYBOOK_ASSIGN(const auto state,
                   replay::state_as_of(log, applied, snapshots_path(stopped.data_dir().path())));
    DAYBOOK_ASSIGN(auto counts, replay::compare_counts(state, **live, log.first()));
    return std::optional(std::move(counts));
  }
  // Not in the data directory: a command that reads leaves it as it is.
  DAYBOOK_ASSIGN(const auto scratch,
                 TemporaryDirectory::make(std::filesystem::temp_directory_path()));
  DAYBOOK_ASSIGN(auto compared, replay::compare_views(log, **live, scratch->path() / "views",
                                                      stopped.clock(), wanted));
  return std::optional(std::move(compared));
}

Status compare(const Session& session, const ReplayOptions& options, StoppedLog& stopped,
               Seq until) {
  Progress progress(session.env, "replaying");
  replay::RebuildOptions wanted;
  wanted.until = until;
  wanted.chain = options.chain;
  wanted.progress = [&](Seq done, Seq total) { progress.update(done.value, total.value); };
  DAYBOOK_ASSIGN(const auto state,
                 replay::compare_state(stopped.log(), snapshots_path(stopped.data_dir().path()),
                                       stopped.clock(), wanted));
  bool identical = state.identical();
  progress.finish();
  session.env.out << state.text();
  if (until == stopped.log().last()) {
    DAYBOOK_ASSIGN(const auto views, rebuild_views(stopped, wanted, session.env.out));
    identical = identical && (!views || views->identical());
    progress.finish();
    session.env.out << (views ? views->text() : std::string());
  } else {
    session.env.out << "views are compared only at the end of the log\n";
  }
  if (!identical) {
    return fail(Code::kCorrupt, "REPLAY_DIFFERS",
                "what was rebuilt from the log is not what was kept");
  }
  session.env.out << (stopped.log().first() == Seq{1}
                          ? "replay: identical\n"
                          : "replay: identical as far as a compacted log can be compared\n");
  return {};
}

Status replay_log(const Session& session, const ReplayOptions& options) {
  if (options.data_dir.empty()) {
    return fail(Code::kInvalid, "NO_DATA_DIR", "say where the log is", "--data-dir");
  }
  DAYBOOK_ASSIGN(const auto stopped, StoppedLog::open(options.data_dir));
  DAYBOOK_ASSIGN(const Seq until, seq_of(stopped->log(), options.until, "--until"));
  if (options.compare) {
    return compare(session, options, *stopped, until);
  }
  return options.diff.empty() ? print_state(session, options, *stopped, until)
                              : print_diff(session, options, *stopped, until);
}

}  // namespace

void add_replay_command(CLI::App& root, Session& session) {
  auto options = std::make_shared<ReplayOptions>();
  auto& verb =
      add_verb(root, "replay", "Rebuild the state of a stopped server from its log alone",
               {"replay --data-dir /var/lib/daybook --compare",
                "replay --data-dir /var/lib/daybook --until 2025-11-16T02:00:00Z --out state.json",
                "replay --data-dir /var/lib/daybook --diff 1200 --until 1300"});
  verb.add_option("--data-dir", options->data_dir, "Data directory of a stopped server");
  verb.add_option("--until", options->until, "Last event to read: a sequence number or a time");
  verb.add_flag(
      "--compare", options->compare,
      "Compare with the snapshots and the views that were kept; exit code 6 on a difference");
  verb.add_flag("--chain", options->chain, "Check the hash chain on the way");
  verb.add_option("--diff", options->diff, "Show what changed between this point and --until");
  verb.add_option("--out", options->out, "New file for the state as JSON, - for standard output");
  add_replay_job_command(verb, session);
  add_replay_rule_command(verb, session);
  verb.callback([&session, options, &verb] {
    if (verb.get_subcommands().empty()) {
      session.action = [&session, options] { return replay_log(session, *options); };
    }
  });
}

}  // namespace daybook::cli
