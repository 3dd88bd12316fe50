#include "projections/visible.h"

#include <algorithm>

#include "access/rights.h"

#include "projections/bytes.h"

namespace daybook::projections {
namespace {

// Keys from <= key < until.
struct Stretch {
  std::string from;
  std::string until;
};

// An id covers itself and what is below it at a '/': two stretches, for "a-b" and others sort
// between "a" and "a/".
void add_stretches(std::string_view id, char table, std::vector<Stretch>& out) {
  std::string key(1, table);
  key += id;
  if (id.ends_with('*')) {
    key.pop_back();
    out.push_back({key, key_after(key)});
    return;
  }
  out.push_back({key, key + '\0'});
  key += '/';
  out.push_back({key, key_after(key)});
}

// In order, and no two touch the same key.
std::vector<Stretch> stretches_of(const std::vector<std::string>& ids, char table) {
  std::vector<Stretch> all;
  for (const std::string& id : ids) {
    add_stretches(id, table, all);
  }
  std::sort(all.begin(), all.end(),
            [](const Stretch& a, const Stretch& b) { return a.from < b.from; });
  std::vector<Stretch> out;
  for (Stretch& one : all) {
    if (!out.empty() && one.from <= out.back().until) {
      out.back().until = std::max(out.back().until, one.until);
    } else {
      out.push_back(std::move(one));
    }
  }
  return out;
}

// Walks what of another walk lies in stretches.
class StretchWalker final : public Walker {
 public:
  StretchWalker(std::unique_ptr<Walker> all, std::vector<Stretch> stretches)
      : all_(std::move(all)), stretches_(std::move(stretches)) {}

  void seek(std::string_view key) override {
    all_->seek(key);
    settle_forward();
  }
  void seek_before(std::string_view key) override {
    all_->seek_before(key);
    settle_backward();
  }
  void next() override {
    all_->next();
    settle_forward();
  }
  void previous() override {
    all_->previous();
    settle_backward();
  }
  bool valid() const override { return inside_ && all_->valid(); }
  std::string_view key() const override { return all_->key(); }
  std::string_view value() const override { return all_->value(); }
  Status status() const override { return all_->status(); }

 private:
  // Each seek lands in a stretch or behind it, so that these end.
  void settle_forward() {
    while (all_->valid()) {
      const std::string_view at = all_->key();
      const auto it = std::partition_point(stretches_.begin(), stretches_.end(),
                                           [&](const Stretch& s) { return s.until <= at; });
      inside_ = it != stretches_.end();
      if (!inside_ || it->from <= at) {
        return;
      }
      all_->seek(it->from);
    }
  }
  void settle_backward() {
    while (all_->valid()) {
      const std::string_view at = all_->key();
      const auto behind = std::partition_point(stretches_.begin(), stretches_.end(),
                                               [&](const Stretch& s) { return s.from <= at; });
      inside_ = behind != stretches_.begin();
      if (!inside_ || at < std::prev(behind)->until) {
        return;
      }
      all_->seek_before(std::prev(behind)->until);
    }
  }

  std::unique_ptr<Walker> all_;
  std::vector<Stretch> stretches_;
  bool inside_ = false;
};

}  // namespace

Visible::Visible(std::optional<std::vector<std::string>> ids) : ids_(std::move(ids)) {
  if (ids_ && std::find(ids_->begin(), ids_->end(), "*") != ids_->end()) {
    ids_.reset();
  }
  if (ids_) {
    std::erase(*ids_, "");
  }
}

bool Visible::covers(std::string_view name) const {
  return !ids_ || std::any_of(ids_->begin(), ids_->end(),
                              [&](const std::string& id) { return access::id_covers(id, name); });
}

std::unique_ptr<Walker> Visible::walk(const Reader& reader, char table) const {
  const std::string first(1, table);
  auto all = reader.walk(first, key_after(first));
  if (!ids_) {
    return all;
  }
  return std::make_unique<StretchWalker>(std::move(all), stretches_of(*ids_, table));
}

}  // namespace daybook::projections
