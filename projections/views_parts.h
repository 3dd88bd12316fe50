// What the files of Views share. Private to projections/.
#pragma once

#include <memory>
#include <mutex>
#include <optional>

#include "projections/folder.h"
#include "projections/store.h"
#include "projections/views.h"

namespace daybook::projections {

// Ids stand in stored keys: never reused.
inline constexpr Store::ProjectionId kJobs = 1;
inline constexpr Store::ProjectionId kComponents = 2;
inline constexpr Store::ProjectionId kDefinitions = 3;
inline constexpr Store::ProjectionId kJobStatistics = 4;
inline constexpr Store::ProjectionId kHistory = 5;
inline constexpr Store::ProjectionId kRules = 6;
inline constexpr Store::ProjectionId kSendings = 7;
inline constexpr Store::ProjectionId kEvents = 8;
inline constexpr Store::ProjectionId kTokens = 9;

struct Views::Impl {
  Impl(std::unique_ptr<Store> opened, log::Log& read_from, Supervisor* told)
      : supervisor(told),
        store(std::move(opened)),
        log(read_from),
        folder(*store, read_from, told) {}

  // The store, with all projections in it, as far as they go.
  static Result<std::unique_ptr<Impl>> open(const ViewsOptions& options, log::Log& log,
                                            bool read_only);

  Supervisor* supervisor;
  std::unique_ptr<Store> store;
  log::Log& log;
  std::string healed;
  mutable Folder folder;  // a query that meets damage stops the projection
  std::mutex rebuild;     // held by the one rebuild

  // A view of a projection that has not failed.
  Result<std::unique_ptr<View>> view(Store::ProjectionId id) const;

  // Passes on what was read of a view; damage in the store stops the projection, visibly.
  template <typename T>
  Result<T> told(const View& view, Result<T> answer) const {
    if (answer || answer.error().reason != "VIEWS_STORE") {
      return answer;
    }
    const Prefix from = view.prefix();
    return fail(stop_damaged(static_cast<Store::ProjectionId>(from[0]), from, answer.error()));
  }
  // The answer for who met damage in that generation, or in the checkpoint.
  Error stop_damaged(Store::ProjectionId id, const std::optional<Prefix>& generation,
                     const Error& error) const;
};

}  // namespace daybook::projections
