// What Git writes to a hook's standard input: githooks(5), pre-receive and pre-push.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <iterator>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/name_list.h"
#include "core/object_id.h"
#include "git/slot_table.h"

namespace picket {

// One line of pre-receive: "<old> SP <new> SP <ref> LF".
struct RefUpdate {
  ObjectId old_oid;      // zero: the ref is created
  ObjectId new_oid;      // zero: the ref is deleted
  std::string_view ref;  // full name; lives as long as the list that it stands in
};

// All lines of one push. It may have a million of them, and their ids are often few: each id is
// kept once.
class RefUpdates {
 public:
  class Iterator;

  RefUpdates() = default;
  RefUpdates(std::initializer_list<RefUpdate> updates) {
    for (const RefUpdate& update : updates) Add(update.old_oid, update.new_oid, update.ref);
  }

  size_t size() const { return lines_.size(); }
  bool empty() const { return lines_.empty(); }
  RefUpdate operator[](size_t line) const {
    return {ids_[lines_[line].old_id], ids_[lines_[line].new_id], refs_[line]};
  }
  Iterator begin() const;
  Iterator end() const;

  // The distinct ids, old and new, and where the new one of a line stands among them.
  std::span<const ObjectId> ids() const { return ids_; }
  uint32_t new_id(size_t line) const { return lines_[line].new_id; }
  std::string_view ref(size_t line) const { return refs_[line]; }
  const NameList& refs() const { return refs_; }
  // Whether a ref is created or set, and not all are deleted; whether none is deleted.
  bool AreAnySet() const { return set_ > 0; }
  bool AreAllSet() const { return set_ == size(); }
  // The new values of the refs that are, line by line.
  std::vector<ObjectId> SetTo() const;

  void Add(const ObjectId& old_oid, const ObjectId& new_oid, std::string_view ref);

 private:
  struct Line {
    uint32_t old_id = 0;  // into ids_
    uint32_t new_id = 0;
  };

  uint32_t IndexOf(const ObjectId& id);

  std::vector<Line> lines_;
  size_t set_ = 0;  // lines that create a ref or set it
  NameList refs_;   // of the lines
  std::vector<ObjectId> ids_;
  KeyedHash hash_;
  SlotTable table_;  // into ids_
};

class RefUpdates::Iterator {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = RefUpdate;
  using difference_type = ptrdiff_t;
  using pointer = const RefUpdate*;
  using reference = RefUpdate;

  Iterator(const RefUpdates& updates, size_t line) : updates_(&updates), line_(line) {}
  RefUpdate operator*() const { return (*updates_)[line_]; }
  Iterator& operator++() {
    ++line_;
    return *this;
  }
  bool operator==(const Iterator& other) const { return line_ == other.line_; }

 private:
  const RefUpdates* updates_;
  size_t line_;
};

inline RefUpdates::Iterator RefUpdates::begin() const { return {*this, 0}; }
inline RefUpdates::Iterator RefUpdates::end() const { return {*this, size()}; }

// One line of pre-push: "<local ref> SP <local> SP <remote ref> SP <remote> LF".
struct Push {
  std::string local_ref;  // as typed: may hold spaces ("HEAD@{1 second ago}"), or "(delete)"
  ObjectId local_oid;     // zero: the remote ref is deleted
  std::string remote_ref;
  ObjectId remote_oid;  // zero: the remote ref is created
};

// Both throw Error for a line that Git does not write, CRLF and ids of two lengths included: what
// can't be understood must not be let through. The last newline may be missing; no text is an empty
// list.
RefUpdates ParseRefUpdates(std::string_view text);
std::vector<Push> ParsePushes(std::string_view text);

// The lines of `file` up to its end, parsed as they come. Throws Error as both do.
RefUpdates ReadRefUpdates(int file);

// All of `file` to its end. Throws Error when it can't be read or is over 256 MiB (a million refs
// are about 130).
std::string ReadHookInput(int file);

}  // namespace picket
