// Debts: values of refs that were let in although something of them could not be examined. They
// stand in a file outside everything that is pushed; what only they reach does not count as
// existing, so that it is judged again.
//
// The file is text: "picket debts 1", then "judged <id>" and "debt <id> <time> <ref>" lines,
// sorted. A list without debts is no file.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/object_id.h"

namespace picket {

struct Debt {
  ObjectId tip;       // the value that the ref was given
  std::string since;  // "2030-01-31T12:00:00Z"
  std::string ref;    // full name

  auto operator<=>(const Debt&) const = default;
};

struct DebtList {
  std::vector<Debt> debts;
  // Commits that were judged, and from which a ref went on to a debt.
  std::vector<ObjectId> judged;
};

// `file` names the text in errors. Throws Error for whatever FormatDebts does not write.
DebtList ParseDebts(std::string_view text, std::string_view file);
// Sorted, each once; "" for a list without debts.
std::string FormatDebts(const DebtList& list);

// The file of one repository. One object may be used from one thread; any number of processes may
// have one.
class DebtBook {
 public:
  // The most that a list holds, so that reading it stays cheap.
  static constexpr size_t kMost = 200'000;

  // `file` stands in a folder that is made when it is needed. `shared`: the repository's group may
  // read and write it too.
  DebtBook(std::string file, bool shared);
  DebtBook(DebtBook&&) noexcept;
  ~DebtBook();

  const std::string& file() const { return file_; }
  bool shared() const { return shared_; }
  // Empty where there is no file. Throws Error where it can't be read or is broken: what counts as
  // judged is not known then.
  DebtList Read() const;
  // Reads, has `change` change it, and writes it, while nobody else does; it is on the disk when
  // this returns. Throws Error, and nothing has changed then.
  void Change(const std::function<void(DebtList*)>& change, std::chrono::milliseconds patience);

  // Change() in its two steps; nobody else changes the list in between.
  DebtList Begin(std::chrono::milliseconds patience);
  void End(DebtList list);

 private:
  struct Held;
  void MakeFolder() const;
  void Write(const std::string& text) const;
  [[noreturn]] void Fail(const std::string& what) const;

  std::string file_;
  bool shared_;
  std::unique_ptr<Held> held_;
};

}  // namespace picket
