// The door of a process that has shut itself in: every call is a question to the keeper.
#pragma once

#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "core/door.h"
#include "sandbox/places.h"

namespace picket {

class ShutDoor : public Door {
 public:
  // `socket` stays open as long as this. Agrees on `places` with the keeper. Opens `kept_open` at
  // once; one that can't be opened then can't be opened later. Throws Error where the keeper has
  // gone.
  ShutDoor(int socket, Places places, const std::vector<std::string>& kept_open);

  bool is_shut() const override { return true; }
  int OpenToRead(const std::string& path) override;
  bool Exists(const std::string& path) override;
  int64_t ChangedAt(const std::string& path) override;
  int ListNames(const std::string& folder, std::vector<std::string>* names) override;
  Answer Ask(Errand errand, std::string_view question) override;

 private:
  // Where the keeper has gone, the error is EPIPE.
  Answer Put(const PlaceQuestion& question);
  Answer Exchange(Question what, uint32_t directory, uint64_t at, std::string_view text);

  const int socket_;
  const Places places_;
  std::map<std::string, int> kept_open_;
  std::mutex mutex_;
};

}  // namespace picket
