// replay job: attempts run again from the log alone.
#include <ostream>

#include <CLI/CLI.hpp>

#include "replay/rerun.h"
#include "tools/daybook/cli.h"
#include "tools/daybook/commands.h"
#include "tools/daybook/progress.h"
#include "tools/daybook/stopped_log.h"

namespace daybook::cli {

namespace {

struct Options {
  std::string data_dir;
  std::string job;
  std::string definition;
  std::uint64_t limit = ~std::uint64_t{0};
  bool all = false;
};

void print(std::ostream& out, const replay::Rerun& rerun) {
  out << rerun.job.text() << " attempt " << rerun.attempt.value << " of " << rerun.definition
      << " (" << rerun.component << "): ";
  if (!rerun.not_repeatable.empty()) {
    out << "not repeatable: " << rerun.not_repeatable << '\n';
  } else if (rerun.identical()) {
    out << "identical\n";
  } else {
    out << "DIFFERENT\n" << rerun.diff();
  }
}

Status replay_jobs(const Session& session, const Options& options) {
  replay::RerunOptions wanted;
  if (!options.job.empty()) {
    DAYBOOK_ASSIGN(wanted.job, JobId::parse(options.job));
  } else if (!options.all && options.definition.empty()) {
    return fail(Code::kInvalid, "NO_JOB", "say which job, or --all, or --definition");
  }
  wanted.definition = options.definition;
  wanted.limit = options.limit;
  DAYBOOK_ASSIGN(const auto stopped, StoppedLog::open(options.data_dir));
  Progress progress(session.env, "replaying");
  wanted.progress = [&](Seq done, Seq total) { progress.update(done.value, total.value); };
  const bool one = wanted.job.has_value();
  DAYBOOK_ASSIGN(const replay::RerunReport report,
                 replay::rerun(stopped->log(), wanted, [&](const replay::Rerun& rerun) {
                   if (one || (rerun.not_repeatable.empty() && !rerun.identical())) {
                     print(session.env.out, rerun);
                   }
                 }));
  session.env.out << report.identical << " identical, " << report.different << " different, "
                  << report.not_repeatable << " not repeatable\n";
  return report.different == 0
             ? Status()
             : fail(Code::kCorrupt, "REPLAY_DIFFERS", "a past run gives another outcome now");
}

}  // namespace

void add_replay_job_command(CLI::App& replay, Session& session) {
  auto options = std::make_shared<Options>();
  auto& verb =
      add_verb(replay, "job", "Run past attempts again from the log alone, and compare",
               {"replay job 01a2147d-ecd3-7000-8000-000000000030 --data-dir /var/lib/daybook",
                "replay job --all --data-dir /var/lib/daybook"});
  verb.add_option("jobId", options->job, "Every attempt of this job");
  verb.add_option("--data-dir", options->data_dir, "Data directory of a stopped server")
      ->required();
  verb.add_flag("--all", options->all, "Every attempt in the log");
  verb.add_option("--definition", options->definition, "Every attempt of this job definition");
  verb.add_option("--limit", options->limit, "Attempts at most");
  verb.callback([&session, options] {
    session.action = [&session, options] { return replay_jobs(session, *options); };
  });
}

}  // namespace daybook::cli
