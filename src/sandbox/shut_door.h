// The door of a process that has shut itself in: every call is a question to the keeper.
#pragma once

#include <array>
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
  ~ShutDoor() override;
  ShutDoor(const ShutDoor&) = delete;
  ShutDoor& operator=(const ShutDoor&) = delete;

  bool is_shut() const override { return true; }
  int OpenToRead(const std::string& path) override;
  bool Exists(const std::string& path) override;
  int64_t ChangedAt(const std::string& path) override;
  int ListNames(const std::string& folder, NameList* names) override;
  std::vector<FileStart> ReadStarts(std::span<const std::string> paths, uint32_t most) override;
  Answer Ask(Errand errand, std::string_view question) override;

 private:
  // Where the keeper has gone, the error is EPIPE. An answer to Put() brings no descriptor.
  Answer Put(const PlaceQuestion& question);
  Answer PutToOpen(const PlaceQuestion& question);
  Answer Exchange(Question what, uint32_t directory, uint64_t at, std::string_view text);
  Answer Exchange(Question what, uint32_t directory, uint64_t at, std::string_view text,
                  size_t most_fds, std::vector<int>* fds);
  // The next files come along, since whoever asks for one asks for the others in turn: waking the
  // keeper for each took most of the time over a folder of small ones.
  Answer OpenListed(uint64_t number);
  // A loose object, which has one content for good: those that were opened last are kept, since a
  // commit's header, tree and text are read in turns.
  Answer OpenLoose(PlaceQuestion question);

  struct Loose {
    PlaceQuestion question;
    int fd = -1;
  };
  // The files from `first` on, as the keeper has opened them. One below 0 is asked for again: it
  // was handed out, or could not be opened.
  struct Ahead {
    uint64_t first = 0;
    std::vector<int> fds;
  };
  const int socket_;
  const Places places_;
  std::map<std::string, int> kept_open_;
  std::mutex mutex_;
  std::mutex ahead_mutex_;
  std::array<Ahead, 8> ahead_;  // a ring; each thread goes on in one of its own
  size_t next_ahead_ = 0;
  std::mutex loose_mutex_;
  std::array<Loose, 16> loose_;  // a ring
  size_t next_loose_ = 0;
};

}  // namespace picket
