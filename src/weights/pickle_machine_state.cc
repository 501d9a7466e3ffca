// The machine's stack, memo, globals and calls; the opcodes are in pickle_machine.cc.
#include <algorithm>

#include "weights/pickle_machine.h"
#include "weights/pickle_value.h"

namespace picket {

using namespace pickle_value;

constexpr uint64_t kSmallMemo = 4096;
constexpr size_t kMaxCarried = size_t{1} << 16;

// --- stack and memo ---

bool PickleMachine::HasTop(uint64_t count) {
  if (stack_.size() - fence_ >= count) return true;
  Fail("an opcode takes more than the stack holds");
  return false;
}

PickleMachine::Value PickleMachine::Pop() {
  Value value = stack_.back();
  stack_.pop_back();
  return value;
}

bool PickleMachine::PopMark(uint64_t& from) {
  if (marks_.empty()) {
    Fail("an opcode misses its mark");
    return false;
  }
  from = marks_.back();
  marks_.pop_back();
  fence_ = marks_.empty() ? 0 : marks_.back();
  return true;
}

void PickleMachine::EscapeGlobal(uint64_t global) {
  globals_[global].uses |= kUseEscapes;
  if (globals_[global].escapes < UINT32_MAX) ++globals_[global].escapes;
}

void PickleMachine::EscapeValue(Value value) {
  if (KindOf(value) == kGlobal && watched_[PayloadOf(value)]) EscapeGlobal(PayloadOf(value));
  EscapeCarried(value);
}

// A tuple is handed on, or comes up once more, and with it what is in it.
void PickleMachine::EscapeCarried(Value value) {
  if (carried_.empty() || KindOf(value) != kTuple) return;
  auto place = carried_.find(PayloadOf(value));
  if (place == carried_.end()) return;
  for (uint32_t global : place->second) EscapeGlobal(global);
}

void PickleMachine::Escape(uint64_t from) {
  if (!watching_) return;
  for (uint64_t i = from; i < stack_.size(); ++i) EscapeValue(stack_[i]);
}

void PickleMachine::MakeTuple(uint64_t from) {
  Escape(from);
  uint64_t count = stack_.size() - from;
  uint64_t serial = ++tuple_serial_;
  uint64_t place = serial % kTupleSlots;
  if (place >= tuples_.size()) tuples_.resize(place + 1);
  TupleSlot& slot = tuples_[place];
  slot.serial = serial;
  for (uint64_t i = 0; i < std::min(count, kTupleItems); ++i) slot.items[i] = stack_[from + i];
  for (uint64_t i = from; watching_ && i < stack_.size(); ++i) {
    const Value item = stack_[i];
    if (KindOf(item) != kGlobal || !watched_[PayloadOf(item)]) continue;
    if (carried_.size() >= kMaxCarried) {
      // Whatever becomes of it.
      globals_[PayloadOf(item)].escapes = UINT32_MAX;
    } else {
      carried_[serial].push_back(static_cast<uint32_t>(PayloadOf(item)));
    }
  }
  stack_.resize(from);
  Push(Pack(kTuple, serial, count));
}

const PickleMachine::TupleSlot* PickleMachine::TupleOf(Value value) const {
  if (KindOf(value) != kTuple || PayloadOf(value) == 0) return nullptr;
  uint64_t place = PayloadOf(value) % kTupleSlots;
  bool kept = place < tuples_.size() && tuples_[place].serial == PayloadOf(value);
  return kept ? &tuples_[place] : nullptr;
}

void PickleMachine::MakePlain(uint64_t from) {
  Escape(from);
  stack_.resize(from);
  Push(Pack(kPlain));
}

// Items were added to the value at `container`: a method of it was called.
void PickleMachine::Fill(uint64_t container) {
  Value value = stack_[container];
  if (KindOf(value) == kGlobal) {
    globals_[PayloadOf(value)].uses |= kUsePatched;
    NoteEvent();
  } else if (KindOf(value) == kResult) {
    globals_[PayloadOf(value)].uses |= kUseFilled;
  }
}

std::optional<uint64_t> PickleMachine::IndexKey(const std::string& digits) {
  if (digits.size() < 19) {
    uint64_t key = 0;
    for (char c : digits) key = key * 10 + static_cast<uint64_t>(c - '0');
    return key;
  }
  for (size_t i = 0; i < giant_indexes_.size(); ++i) {
    if (giant_indexes_[i] == digits) return kGiantIndex + i;
  }
  Diverge("a memo index that the C reader can't hold");
  if (giant_indexes_.size() >= kMaxGiantIndexes) return std::nullopt;
  giant_indexes_.push_back(digits);
  return kGiantIndex + giant_indexes_.size() - 1;
}

void PickleMachine::Put(uint64_t index, Value value) {
  if (index < memo_.size() && memo_[index] != 0) {
    memo_[index] = value;
    return;
  }
  // Dense while indexes grow about as fast as entries do: a sparse index must not allocate.
  if (index < memo_entries_ * 2 + 1024) {
    // Room for all that there may be: pages that nobody writes cost nothing, and growing bit by bit
    // would write the others again and again.
    if (index >= memo_.capacity() && index >= kSmallMemo) memo_.reserve(kMaxMemo);
    if (index >= memo_.size()) memo_.resize(index + 1, 0);
    if (sparse_memo_.empty() || sparse_memo_.erase(index) == 0) ++memo_entries_;
    memo_[index] = value;
  } else {
    auto [place, fresh] = sparse_memo_.insert_or_assign(index, value);
    if (fresh) ++memo_entries_;
  }
  if (memo_entries_ > kMaxMemo || sparse_memo_.size() > kMaxSparseMemo) {
    GiveUp("its memo holds more entries than are followed");
  }
}

PickleMachine::Value PickleMachine::Get(uint64_t index) const {
  if (index < memo_.size() && memo_[index] != 0) return memo_[index];
  if (sparse_memo_.empty()) return 0;
  auto place = sparse_memo_.find(index);
  return place == sparse_memo_.end() ? 0 : place->second;
}

void PickleMachine::PutTop(uint64_t index) {
  if (HasTop()) Put(index, stack_.back());
}

void PickleMachine::PushMemo(uint64_t index) {
  Value value = Get(index);
  if (value == 0) return Fail("it asks for a memo entry that was never made");
  EscapeCarried(value);
  Push(value);
}

// --- globals ---

uint32_t PickleMachine::Intern(std::string module, std::string name, bool computed,
                               uint64_t offset) {
  module.resize(std::min(module.size(), kNameKept));
  name.resize(std::min(name.size(), kNameKept));
  NoteEvent();
  bool mapped = protocol_ < 3;
  std::string key;
  key.reserve(module.size() + name.size() + 2);
  key.append(module).push_back('\n');
  key.append(name).push_back(static_cast<char>((mapped ? 1 : 0) + (computed ? 2 : 0)));
  auto [place, fresh] = interned_.try_emplace(std::move(key), globals_.size());
  if (!fresh) return place->second;
  if (globals_.size() >= kMaxGlobals) {
    GiveUp("it looks up more than 65,536 different globals");
    return 0;
  }
  auto index = static_cast<uint32_t>(globals_.size());
  globals_.push_back({std::move(module), std::move(name), offset, protocol_, computed, 0});
  watched_.push_back(observer_->OnGlobal(index, globals_.back()));
  watching_ = watching_ || watched_.back();
  return index;
}

void PickleMachine::PushGlobal(std::string_view module, std::string_view name, uint64_t offset) {
  Push(Pack(kGlobal, Intern(std::string(module), std::string(name), false, offset)));
}

std::optional<DecodedText> PickleMachine::TextOf(Value value) const {
  return DecodePickleText(static_cast<PickleText>(KindOf(value) - kText),
                          AsText(bytes_.subspan(PayloadOf(value), SizeOf(value))));
}

void PickleMachine::StackGlobal(uint64_t offset) {
  if (!HasTop(2)) return;
  Value name = Pop();
  Value module = Pop();
  auto may_be_text = [](Value value) {
    uint64_t kind = KindOf(value);
    return IsText(value) || kind == kUnknown || kind == kResult || kind == kLongText;
  };
  if (!may_be_text(name) || !may_be_text(module)) {
    return Fail("STACK_GLOBAL is given something that is no string");
  }
  if (!IsText(name) || !IsText(module)) {
    std::string known;
    if (IsText(module)) {
      if (auto text = TextOf(module)) known = text->text;
    }
    return Push(Pack(kGlobal, Intern(std::move(known), {}, true, offset)));
  }
  auto module_text = TextOf(module);
  auto name_text = TextOf(name);
  if (!module_text || !name_text) return Fail("a string that no reader can decode");
  if (!module_text->other.empty() || !name_text->other.empty()) {
    Diverge("an 8-bit string that depends on the loader's encoding");
    auto pick = [](const DecodedText& text) { return text.other.empty() ? text.text : text.other; };
    Intern(pick(*module_text), pick(*name_text), false, offset);
  }
  PushGlobal(module_text->text, name_text->text, offset);
}

void PickleMachine::Extension(int64_t code, uint64_t offset) {
  if (code <= 0) return Fail("an extension code that can't be");
  Push(Pack(kGlobal, Intern("copyreg", "extension code " + std::to_string(code), true, offset)));
}

// --- calls ---

PickleArgument PickleMachine::Describe(Value value) const {
  PickleArgument argument;
  using Kind = PickleArgument::Kind;
  switch (KindOf(value)) {
    case kGlobal:
    case kResult:
      argument.kind = KindOf(value) == kGlobal ? Kind::kGlobal : Kind::kResult;
      argument.global = static_cast<uint32_t>(PayloadOf(value));
      break;
    case kTuple: argument.kind = Kind::kTuple; break;
    case kNumber: argument.kind = Kind::kNumber; break;
    case kBytes:
      argument.kind = Kind::kBytes;
      argument.bytes = {PayloadOf(value), SizeOf(value)};
      break;
    case kLongBytes:
      argument.kind = Kind::kBytes;
      argument.bytes = long_bytes_[PayloadOf(value)];
      break;
    case kLongText: argument.kind = Kind::kText; break;
    default:
      if (IsText(value)) {
        argument.kind = Kind::kText;
        if (auto text = TextOf(value); text && text->other.empty()) {
          argument.text = std::move(text->text);
        }
      }
  }
  return argument;
}

void PickleMachine::Report(uint32_t global, PickleUse how, uint64_t offset, bool known,
                           uint64_t count, const Value* items) {
  if (!watched_[global]) return;
  PickleCall call;
  call.global = global;
  call.how = how;
  call.offset = offset;
  call.known = known;
  call.count = count;
  for (uint64_t i = 0; known && i < std::min<uint64_t>(count, 4); ++i) {
    call.arguments.push_back(Describe(items[i]));
  }
  observer_->OnCall(call);
}

void PickleMachine::Call(Value callee, Value arguments, PickleUse how, uint64_t offset) {
  if (KindOf(arguments) == kGlobal) EscapeValue(arguments);
  if (KindOf(arguments) != kTuple && KindOf(arguments) != kResult &&
      KindOf(arguments) != kUnknown) {
    Diverge("arguments that are no tuple");
  }
  switch (KindOf(callee)) {
    case kGlobal: {
      auto index = static_cast<uint32_t>(PayloadOf(callee));
      NoteEvent();
      globals_[index].uses |= how;
      const TupleSlot* slot = TupleOf(arguments);
      if (watched_[index]) {
        Report(index, how, offset, slot != nullptr, SizeOf(arguments),
               slot != nullptr ? slot->items : nullptr);
      }
      if (IsWrapper(Pack(kResult, index))) changes_at_wrapper_ = dict_changes_;
      uint32_t dtype = slot != nullptr ? DtypeOf(index, slot->items, SizeOf(arguments)) : 0;
      return Push(Pack(kResult, index, dtype));
    }
    case kResult: globals_[PayloadOf(callee)].uses |= kUseResultCalled; [[fallthrough]];
    case kUnknown:
      NoteEvent();
      if (!run_.computed_call) {
        run_.computed_call = true;
        run_.computed_call_offset = offset;
      }
      return Push(KindOf(callee) == kResult ? callee : Pack(kUnknown));
    default: return Fail("it calls something that can't be called");
  }
}

void PickleMachine::CallItems(Value callee, uint64_t from, PickleUse how, uint64_t offset) {
  Escape(from);
  uint64_t count = stack_.size() - from;
  if (KindOf(callee) == kGlobal) {
    auto index = static_cast<uint32_t>(PayloadOf(callee));
    NoteEvent();
    globals_[index].uses |= how;
    Report(index, how, offset, true, count, stack_.data() + from);
    stack_.resize(from);
    return Push(Pack(kResult, index));
  }
  stack_.resize(from);
  Call(callee, Pack(kTuple, 0, count), how, offset);
}

// What torch's persistent_load makes of an id: of ("module", class, ...) the class itself, which is
// how its old files name the classes of whole modules; of anything else nothing that is known.
// Source: torch/serialization.py, _legacy_load.
PickleMachine::Value PickleMachine::Persistent(Value id) {
  EscapeValue(id);
  const TupleSlot* slot = TupleOf(id);
  if (slot == nullptr || SizeOf(id) < 2 || !IsText(slot->items[0]) ||
      KindOf(slot->items[1]) != kGlobal) {
    return Pack(kUnknown);
  }
  auto word = TextOf(slot->items[0]);
  if (!word || word->text != "module") return Pack(kUnknown);
  // Neither the tuple nor the id hands the class on.
  PickleGlobal& made = globals_[PayloadOf(slot->items[1])];
  if (made.escapes != UINT32_MAX) made.escapes -= std::min<uint32_t>(made.escapes, 2);
  return slot->items[1];
}

void PickleMachine::Build(uint64_t) {
  if (!HasTop(2)) return;
  Value state = Pop();
  EscapeValue(state);
  Value target = stack_.back();
  if (KindOf(target) == kGlobal) {
    globals_[PayloadOf(target)].uses |= kUsePatched;
    NoteEvent();
  } else if (KindOf(target) == kResult) {
    globals_[PayloadOf(target)].uses |= kUseBuilt;
    if (SizeOf(target) != 0) BuildDtype(static_cast<uint32_t>(SizeOf(target) - 1), state);
    if (IsWrapper(target)) SkipArray();
  }
}

}  // namespace picket
