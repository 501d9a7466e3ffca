#include "weights/pickle_trail.h"

#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <optional>
#include <set>

#include "weights/pickle_opcodes.h"
#include "weights/pickle_operand.h"
#include "weights/pickle_text.h"

namespace picket {
namespace {

using VerdictOf = std::function<ImportVerdict(const std::string&, const std::string&)>;

constexpr uint64_t kMaxSparse = uint64_t{1} << 18;
constexpr uint64_t kItemsKept = 8;
constexpr int kMaxNested = 4;
constexpr int kMaxLinks = 16;
constexpr size_t kTrailsOfUnsafe = 8;

// A value: what one opcode made by itself is told by its offset (odd); what it made of other values
// is a node (even). 0 is none.
using Ref = uint64_t;
constexpr Ref LeafAt(uint64_t offset) { return offset << 1 | 1; }
constexpr bool IsLeaf(Ref ref) { return (ref & 1) != 0; }
constexpr Ref NodeAt(size_t index) { return (uint64_t{index} + 1) << 1; }
constexpr size_t IndexOf(Ref ref) { return static_cast<size_t>((ref >> 1) - 1); }

struct Node {
  uint64_t offset = 0;
  uint64_t count = 0;
  std::array<Ref, kItemsKept> items = {};

  void Add(Ref item) {
    if (count < kItemsKept) items[count] = item;
    ++count;
  }
  size_t kept() const { return static_cast<size_t>(std::min(count, kItemsKept)); }
};

class Tracer : public PickleObserver {
 public:
  Tracer(Bytes bytes, FrameRule frames, int nesting, const VerdictOf& verdict_of,
         size_t most_values)
      : bytes_(bytes),
        frames_(frames),
        nesting_(nesting),
        verdict_of_(verdict_of),
        most_values_(most_values) {
    machine_.set_tracing(true);
  }

  // Where the stream ends; nullopt when it is not read to STOP.
  std::optional<uint64_t> Run(uint64_t start) {
    PickleRun run = machine_.Run(bytes_, start, frames_, uint64_t{bytes_.size()} + 1, *this);
    if (run.end != PickleEnd::kStop) return std::nullopt;
    return run.offset;
  }

  CallTrails Take() {
    std::stable_sort(trails_.calls.begin(), trails_.calls.end(),
                     [](const CallTrail& a, const CallTrail& b) { return a.offset < b.offset; });
    return std::move(trails_);
  }

  bool OnGlobal(uint32_t, const PickleGlobal&) override { return false; }
  void OnCall(const PickleCall&) override {}

  std::optional<uint64_t> OnNested(uint64_t offset) override {
    if (nesting_ >= kMaxNested) return std::nullopt;
    auto inner = std::make_unique<Tracer>(bytes_, frames_, nesting_ + 1, verdict_of_, most_values_);
    std::optional<uint64_t> end = inner->Run(offset);
    CallTrails found = inner->Take();
    trails_.left_out += found.left_out;
    if (trails_.reason.empty()) trails_.reason = found.reason;
    for (CallTrail& call : found.calls) {
      if (trails_.calls.size() < kMaxTrails) {
        trails_.calls.push_back(std::move(call));
      } else {
        ++trails_.left_out;
      }
    }
    return end;
  }

  void OnOpcode(uint64_t offset) override {
    if (lost_) {
      if (full_ && IsCall(bytes_[offset])) {
        ++trails_.left_out;
        trails_.reason = "it keeps more values at a time than trails are followed through";
      }
      return;
    }
    Follow(offset);
    // An opcode that failed may have left the machine's stack at any height; it was the last.
    if (stack_.size() != machine_.stack_size()) lost_ = true;
  }

 private:
  void Follow(uint64_t offset);
  void FollowMemo(uint8_t opcode, uint64_t offset);

  static bool IsCall(uint8_t opcode) {
    return opcode == kOpReduce || opcode == kOpNewObj || opcode == kOpNewObjEx ||
           opcode == kOpObj || opcode == kOpInst;
  }

  Ref Top() const { return stack_.empty() ? 0 : stack_.back(); }

  void Leaf(uint64_t offset) { stack_.push_back(LeafAt(offset)); }

  bool Mark(uint64_t& from) {
    if (marks_.empty() || marks_.back() > stack_.size()) {
      lost_ = true;
      return false;
    }
    from = marks_.back();
    marks_.pop_back();
    return true;
  }

  // The values from `from` on become one that the opcode at `offset` made of them.
  void Combine(uint64_t from, uint64_t offset) {
    if (from > stack_.size()) {
      lost_ = true;
      return;
    }
    if (nodes_.size() >= most_values_ && !Compact()) return;
    Node node;
    node.offset = offset;
    for (uint64_t i = from; i < stack_.size(); ++i) node.Add(stack_[i]);
    stack_.resize(from);
    nodes_.push_back(node);
    stack_.push_back(NodeAt(nodes_.size() - 1));
  }

  void CombineTop(uint64_t count, uint64_t offset) {
    if (count > stack_.size()) {
      lost_ = true;
      return;
    }
    Combine(stack_.size() - count, offset);
  }

  // The values from `from` on were given to the one below them.
  void Change(uint64_t from, uint64_t offset) {
    if (from == 0 || from > stack_.size()) {
      lost_ = true;
      return;
    }
    if (!machine_.top_global()) {
      // A container of the stream's own.
      Ref container = Resolve(stack_[from - 1]);
      if (container != 0 && !IsLeaf(container)) {
        Node& node = nodes_[IndexOf(container)];
        for (uint64_t i = from; i < stack_.size(); ++i) node.Add(stack_[i]);
      }
      stack_.resize(from);
      return;
    }
    Combine(from - 1, offset);
    if (!lost_) Keep(offset, true);
  }

  // What GET and DUP pushed again.
  Ref Resolve(Ref ref) const {
    for (int i = 0; i < kMaxLinks && ref != 0; ++i) {
      if (IsLeaf(ref)) return ref;
      const Node& node = nodes_[IndexOf(ref)];
      uint8_t opcode = bytes_[node.offset];
      bool again =
          opcode == kOpDup || opcode == kOpGet || opcode == kOpBinGet || opcode == kOpLongBinGet;
      if (!again) return ref;
      ref = node.items[0];
    }
    return 0;
  }

  uint8_t OpcodeOf(Ref ref) const {
    return bytes_[IsLeaf(ref) ? ref >> 1 : nodes_[IndexOf(ref)].offset];
  }

  bool Compact();
  void Keep(uint64_t offset, bool change);
  std::vector<TrailStep> Render(Ref root, const std::string& note) const;

  Bytes bytes_;
  FrameRule frames_;
  int nesting_;
  const VerdictOf& verdict_of_;
  size_t most_values_;
  PickleMachine machine_;
  // What follows is not told, because an opcode failed or (full_) there is no more room.
  bool lost_ = false;
  bool full_ = false;
  std::vector<Ref> stack_;
  std::vector<uint64_t> marks_;
  std::vector<Node> nodes_;
  std::vector<Ref> memo_;
  std::unordered_map<uint64_t, Ref> sparse_memo_;
  std::map<std::string, Ref> giant_memo_;
  uint64_t memo_entries_ = 0;
  std::map<uint32_t, size_t> kept_of_;
  CallTrails trails_;
};

void Tracer::Follow(uint64_t offset) {
  uint64_t from = 0;
  const uint8_t opcode = bytes_[offset];
  switch (opcode) {
    case kOpProto:
    case kOpFrame:
    case kOpStop:
    case kOpReadonlyBuffer: break;
    case kOpMark: marks_.push_back(stack_.size()); break;
    case kOpPop:
      if (!marks_.empty() && marks_.back() == stack_.size()) {
        marks_.pop_back();
      } else if (!stack_.empty()) {
        stack_.pop_back();
      }
      break;
    case kOpPopMark:
      if (Mark(from)) stack_.resize(from);
      break;
    case kOpDup:
      if (Top() != 0) {
        stack_.push_back(Top());
        CombineTop(1, offset);
      }
      break;

    case kOpEmptyDict:
    case kOpEmptyList:
    case kOpEmptySet:
    case kOpEmptyTuple: Combine(stack_.size(), offset); break;
    case kOpTuple1:
    case kOpBinPersId: CombineTop(1, offset); break;
    case kOpTuple2:
    case kOpStackGlobal: CombineTop(2, offset); break;
    case kOpTuple3: CombineTop(3, offset); break;
    case kOpTuple:
    case kOpList:
    case kOpFrozenSet:
    case kOpDict:
      if (Mark(from)) Combine(from, offset);
      break;

    case kOpAppend:
      if (stack_.size() >= 2) Change(stack_.size() - 1, offset);
      break;
    case kOpSetItem:
      if (stack_.size() >= 3) Change(stack_.size() - 2, offset);
      break;
    case kOpAppends:
    case kOpSetItems:
    case kOpAddItems:
      if (Mark(from)) Change(from, offset);
      break;
    case kOpBuild:
      if (stack_.size() >= 2) Change(stack_.size() - 1, offset);
      break;

    case kOpReduce:
    case kOpNewObj:
      CombineTop(2, offset);
      if (!lost_) Keep(offset, false);
      break;
    case kOpNewObjEx:
      CombineTop(3, offset);
      if (!lost_) Keep(offset, false);
      break;
    case kOpObj:
    case kOpInst:
      if (!Mark(from)) break;
      Combine(from, offset);
      if (!lost_) Keep(offset, false);
      break;

    case kOpGet:
    case kOpPut:
    case kOpBinGet:
    case kOpBinPut:
    case kOpLongBinGet:
    case kOpLongBinPut:
    case kOpMemoize: FollowMemo(opcode, offset); break;
    default: Leaf(offset);
  }
}

void Tracer::FollowMemo(uint8_t opcode, uint64_t offset) {
  uint64_t index = memo_entries_;
  std::string giant;
  if (opcode == kOpGet || opcode == kOpPut) {
    std::string_view line = AsText(PickleOperand(bytes_, offset));
    if (line.ends_with('\n')) line.remove_suffix(1);
    std::string digits = ReadIndexLine(line).digits;
    if (digits.size() >= 19) {
      giant = std::move(digits);
    } else {
      index = 0;
      for (char c : digits) index = index * 10 + static_cast<uint64_t>(c - '0');
    }
  } else if (opcode != kOpMemoize) {
    Bytes operand = PickleOperand(bytes_, offset);
    index = 0;
    for (size_t i = operand.size(); i > 0; --i) index = index << 8 | operand[i - 1];
  }
  if (opcode == kOpGet || opcode == kOpBinGet || opcode == kOpLongBinGet) {
    Ref value = 0;
    if (!giant.empty()) {
      auto place = giant_memo_.find(giant);
      if (place != giant_memo_.end()) value = place->second;
    } else if (index < memo_.size()) {
      value = memo_[index];
    }
    if (value == 0 && giant.empty()) {
      auto place = sparse_memo_.find(index);
      if (place != sparse_memo_.end()) value = place->second;
    }
    if (value == 0) {
      lost_ = true;
      return;
    }
    stack_.push_back(value);
    CombineTop(1, offset);
    return;
  }
  if (stack_.empty()) return;
  // Like the machine's: dense while indexes grow about as fast as entries do.
  if (!giant.empty()) {
    memo_entries_ += giant_memo_.insert_or_assign(giant, Top()).second ? 1u : 0u;
  } else if (index < memo_.size() && memo_[index] != 0) {
    memo_[index] = Top();
  } else if (index < memo_entries_ * 2 + 1024) {
    if (index >= memo_.size()) memo_.resize(index + 1, 0);
    if (sparse_memo_.erase(index) == 0) ++memo_entries_;
    memo_[index] = Top();
  } else if (sparse_memo_.size() < kMaxSparse) {
    memo_entries_ += sparse_memo_.insert_or_assign(index, Top()).second ? 1u : 0u;
  } else {
    lost_ = true;
  }
}

// Drops the nodes that nothing on the stack or in the memo leads to, or only from deeper below than
// a trail shows. False, and lost, when that frees less than half.
bool Tracer::Compact() {
  std::vector<uint32_t> place(nodes_.size(), 0);
  std::vector<Ref> level(stack_);
  level.insert(level.end(), memo_.begin(), memo_.end());
  for (const auto& [index, ref] : sparse_memo_) level.push_back(ref);
  for (const auto& [index, ref] : giant_memo_) level.push_back(ref);
  for (int depth = 0; depth < kMaxTrailDepth && !level.empty(); ++depth) {
    std::vector<Ref> below;
    for (Ref ref : level) {
      if (ref == 0 || IsLeaf(ref) || place[IndexOf(ref)] != 0) continue;
      place[IndexOf(ref)] = 1;
      const Node& node = nodes_[IndexOf(ref)];
      below.insert(below.end(), node.items.data(), node.items.data() + node.kept());
    }
    level = std::move(below);
  }
  uint32_t live = 0;
  for (uint32_t& number : place) {
    if (number != 0) number = ++live;
  }
  if (live > most_values_ / 2) {
    lost_ = full_ = true;
    return false;
  }
  auto moved = [&](Ref& ref) {
    if (ref == 0 || IsLeaf(ref)) return;
    ref = place[IndexOf(ref)] == 0 ? 0 : NodeAt(place[IndexOf(ref)] - 1);
  };
  for (size_t i = 0; i < nodes_.size(); ++i) {
    if (place[i] == 0) continue;
    Node node = nodes_[i];
    for (size_t k = 0; k < node.kept(); ++k) moved(node.items[k]);
    nodes_[place[i] - 1] = node;
  }
  nodes_.resize(live);
  for (Ref& ref : stack_) moved(ref);
  for (Ref& ref : memo_) moved(ref);
  for (auto& [index, ref] : sparse_memo_) moved(ref);
  for (auto& [index, ref] : giant_memo_) moved(ref);
  return true;
}

// The value on top was just made by a call, or changed by one that its opcode hides (`change`).
void Tracer::Keep(uint64_t offset, bool change) {
  if (stack_.size() != machine_.stack_size()) {
    // The opcode failed: it called nothing.
    lost_ = true;
    return;
  }
  CallTrail call;
  call.offset = offset;
  std::optional<uint32_t> global = machine_.top_global();
  const Node& node = nodes_[IndexOf(Top())];
  const uint8_t opcode = bytes_[offset];
  Ref callee = opcode == kOpInst ? 0 : node.count > 0 ? Resolve(node.items[0]) : 0;
  if (global) {
    const PickleGlobal& named = machine_.globals()[*global];
    call.module = named.computed && named.module.empty() ? "(computed module)" : named.module;
    call.name = named.computed && named.name.empty() ? "(computed name)" : named.name;
    call.verdict =
        named.computed ? ImportVerdict::kDangerous : verdict_of_(named.module, named.name);
    if (callee != 0) {
      uint8_t maker = OpcodeOf(callee);
      call.of_result = IsCall(maker) || maker == kOpBuild || maker == kOpAppend ||
                       maker == kOpAppends || maker == kOpSetItem || maker == kOpSetItems ||
                       maker == kOpAddItems;
    }
    // Filling an object that a safe call made is what every state dict does.
    if (change && call.of_result && call.verdict == ImportVerdict::kSafe) return;
    if (change && !call.of_result) call.verdict = ImportVerdict::kDangerous;
    size_t most = call.verdict == ImportVerdict::kSafe && !call.of_result ? 1 : kTrailsOfUnsafe;
    if (++kept_of_[*global] > most) {
      ++trails_.left_out;
      return;
    }
  }
  std::string spelled = EscapePickleText(call.module) + "." + EscapePickleText(call.name);
  std::string what = !global          ? std::string("something that the pickle makes")
                     : call.of_result ? "what " + spelled + " gave"
                                      : spelled;
  call.steps = Render(Top(), (change ? "changes " : "calls ") + what);
  // Calls that are shown inside this one.
  std::set<uint64_t> inside;
  for (const TrailStep& step : call.steps) inside.insert(step.offset);
  std::erase_if(trails_.calls,
                [&](const CallTrail& known) { return inside.count(known.offset) == 1; });
  if (trails_.calls.size() >= kMaxTrails) {
    // Rather a safe one less than one that matters.
    auto safe =
        std::find_if(trails_.calls.begin(), trails_.calls.end(),
                     [](const CallTrail& known) { return known.verdict == ImportVerdict::kSafe; });
    ++trails_.left_out;
    if (safe == trails_.calls.end() || call.verdict == ImportVerdict::kSafe) return;
    trails_.calls.erase(safe);
  }
  trails_.calls.push_back(std::move(call));
}

std::vector<TrailStep> Tracer::Render(Ref root, const std::string& note) const {
  struct Pending {
    Ref ref;
    int depth;
  };
  std::vector<TrailStep> steps;
  std::vector<Pending> pending{{root, 0}};
  std::set<Ref> seen;
  // Where the step that took a value stands, by depth: to count what is left out.
  std::array<size_t, kMaxTrailDepth + 1> parents{};
  while (!pending.empty()) {
    auto [ref, depth] = pending.back();
    pending.pop_back();
    if (steps.size() >= kMaxTrailSteps) {
      if (depth > 0) ++steps[parents[static_cast<size_t>(depth - 1)]].left_out;
      continue;
    }
    TrailStep step;
    step.offset = IsLeaf(ref) ? ref >> 1 : nodes_[IndexOf(ref)].offset;
    step.depth = depth;
    uint8_t opcode = bytes_[step.offset];
    step.opcode = PickleOpcodeName(opcode);
    step.operand = PickleOperandText(opcode, PickleOperand(bytes_, step.offset));
    if (steps.empty()) step.note = note;
    parents[static_cast<size_t>(depth)] = steps.size();
    if (!IsLeaf(ref)) {
      const Node& node = nodes_[IndexOf(ref)];
      step.repeated = node.count > 0 && !seen.insert(ref).second;
      if (!step.repeated) {
        size_t shown = depth < kMaxTrailDepth ? node.kept() : 0;
        step.left_out = node.count;
        for (size_t i = shown; i > 0; --i) {
          if (node.items[i - 1] == 0) continue;
          --step.left_out;
          pending.push_back({node.items[i - 1], depth + 1});
        }
      }
    }
    steps.push_back(std::move(step));
  }
  return steps;
}

class Silent : public PickleObserver {
 public:
  bool OnGlobal(uint32_t, const PickleGlobal&) override { return false; }
  void OnCall(const PickleCall&) override {}
  std::optional<uint64_t> OnNested(uint64_t) override { return std::nullopt; }
};

}  // namespace

FrameRule FramesOf(Bytes bytes, uint64_t start) {
  PickleMachine machine;
  Silent silent;
  PickleRun run = machine.Run(bytes, start, FrameRule::kLinear, uint64_t{bytes.size()} + 1, silent);
  return run.joblib ? FrameRule::kJoblib : FrameRule::kLinear;
}

CallTrails TraceCalls(Bytes bytes, uint64_t start, const VerdictOf& verdict_of,
                      size_t most_values) {
  Tracer tracer(bytes, FramesOf(bytes, start), 0, verdict_of, most_values);
  tracer.Run(start);
  return tracer.Take();
}

}  // namespace picket
