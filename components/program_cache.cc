#include "components/program_cache.h"

namespace daybook::components {
namespace {

std::string key_text(const Hash& key) {
  return {reinterpret_cast<const char*>(key.data()), key.size()};
}

}  // namespace

std::shared_ptr<const reactor::Program> ProgramCache::find(const Hash& key) {
  const std::lock_guard lock(mutex_);
  const auto found = places_.find(key_text(key));
  if (found == places_.end()) {
    return nullptr;
  }
  line_.splice(line_.begin(), line_, found->second);
  return found->second->program;
}

void ProgramCache::put(const Hash& key, std::shared_ptr<const reactor::Program> program) {
  const std::size_t bytes = reactor::memory_of(*program);
  const std::lock_guard lock(mutex_);
  std::string name = key_text(key);
  if (bytes > bytes_max_ || places_.contains(name)) {
    return;
  }
  line_.push_front({name, std::move(program), bytes});
  places_.emplace(std::move(name), line_.begin());
  bytes_ += bytes;
  while (bytes_ > bytes_max_) {
    bytes_ -= line_.back().bytes;
    places_.erase(line_.back().key);
    line_.pop_back();
  }
}

}  // namespace daybook::components
