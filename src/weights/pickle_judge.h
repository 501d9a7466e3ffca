// Judges what the pickle machine meets: each global against the import table, conditional ones by
// the arguments of every call.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "weights/imports.h"
#include "weights/pickle_machine.h"

namespace picket {

// The import table, loaded when the first pickle asks for it. Safe from all threads.
class ImportSource {
 public:
  virtual ~ImportSource() = default;
  // Throws Error when the table can't be loaded; the run can't go on then.
  virtual const Imports& Get() const = 0;
};

struct JudgedGlobal {
  // As the stream spells it; hostile text, at most 4 KiB each.
  std::string module;
  std::string name;
  // "os.system"; "(computed name)" where only running code could tell.
  std::string canonical;
  ImportVerdict verdict = ImportVerdict::kUnknown;
  // In the blob.
  uint64_t offset = 0;
  // Bits of PickleUse.
  uint16_t uses = 0;
  // Module and name are identifiers: some reader could import it.
  bool importable = false;
  // Module and name are at least printable UTF-8.
  bool printable = false;

  bool called() const { return (uses & (kUseCalls | kUsePatched)) != 0; }
};

// "looked up", "called with REDUCE", "called with NEWOBJ, then BUILD", "changed".
std::string DescribeUse(uint16_t uses);

// Serves the runs of one stream by one reader after the other.
class PickleJudge : public PickleObserver {
 public:
  explicit PickleJudge(const ImportSource& imports) : imports_(imports) {}

  bool OnGlobal(uint32_t index, const PickleGlobal& global) override;
  void OnCall(const PickleCall& call) override;
  // After each run: takes over the globals of `machine`.
  void Collect(const PickleMachine& machine);
  // Instead of Collect, where array bytes were read as opcodes from `offset` on: takes over only
  // what is known dangerous behind it.
  void CollectBeyond(const PickleMachine& machine, uint64_t offset);
  std::optional<uint64_t> OnNested(uint64_t) override { return std::nullopt; }

  // In order of module and name, each once.
  std::vector<JudgedGlobal> Globals() const;
  // Byte strings that torch would load as files of their own; in the bytes given to the machine.
  const std::vector<Span>& nested() const { return nested_; }

 private:
  struct State {
    ImportJudgement judgement;
    bool importable = false;
    bool holds = true;
    // Of its escapes: into the arguments of calls that hand it to nobody.
    uint32_t granted = 0;
  };
  bool Holds(const PickleCall& call, ImportCondition condition);
  bool IsAllowed(const PickleCall& call, size_t argument, bool plain) const;
  bool IsHarmlessAttribute(const std::string& name) const;
  bool IsPath(uint32_t global) const;

  const ImportSource& imports_;
  std::vector<State> states_;  // of the current run, by index
  std::vector<Span> nested_;
  std::map<std::string, JudgedGlobal> globals_;
};

}  // namespace picket
