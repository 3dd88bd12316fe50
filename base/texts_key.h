// A hash of what a program is made of: its own text, then those of the modules that it imports,
// each by the id of its component and the hash of its text. The state compares such hashes, and
// events hold them: the form is a promise.
#pragma once

#include <string>
#include <string_view>

#include "base/ids.h"
#include "base/sha256.h"

namespace daybook {

class TextsKey {
 public:
  // Its own text first. A module that is not there is left out.
  void add(std::string_view component, const Hash& text_hash) {
    const std::string id = std::to_string(component.size()) + ':' + std::string(component);
    digest_.update({reinterpret_cast<const std::uint8_t*>(id.data()), id.size()});
    digest_.update(text_hash);
  }
  Hash finish() { return digest_.finish(); }

 private:
  Sha256 digest_;
};

}  // namespace daybook
