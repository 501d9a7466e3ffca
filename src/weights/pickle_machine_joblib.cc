// The array bytes that joblib keeps between the opcodes of a pickle.
//
// joblib's unpickler reads them from the file right behind the BUILD of its wrapper: an optional
// byte of length and as much padding, then shape times element size; elements that are objects are
// a pickle of their own. Where the span can't be told beyond doubt, the machine gives up.
// Source: joblib/numpy_pickle.py (NumpyArrayWrapper.read_array, NumpyUnpickler.load_build).
#include "weights/pickle_machine.h"
#include "weights/pickle_value.h"

namespace picket {

using namespace pickle_value;

namespace {

constexpr char kUnclear[] = "it holds a joblib array whose place can't be told";

}  // namespace

// The number of the dtype that numpy.dtype makes of `items`, from 1 on; 0 when it makes none, or
// its size can't be told.
uint32_t PickleMachine::DtypeOf(uint32_t global, const Value* items, uint64_t count) {
  const PickleGlobal& callee = globals_[global];
  if (callee.computed || callee.module != "numpy" || callee.name != "dtype" || count == 0 ||
      !IsText(items[0]) || dtypes_.size() >= kSizeMax - 1) {
    return 0;
  }
  auto text = TextOf(items[0]);
  if (!text || !text->other.empty()) return 0;
  std::string_view spelled = text->text;
  if (spelled.size() > 1 && std::string_view("<>|=").find(spelled[0]) != std::string_view::npos) {
    spelled.remove_prefix(1);
  }
  if (spelled.empty() || spelled.size() > 10) return 0;
  Dtype dtype;
  dtype.objects = spelled[0] == 'O';
  dtype.sized_by_state = std::string_view("SUV").find(spelled[0]) != std::string_view::npos;
  if (std::string_view("biufcmMSUVO").find(spelled[0]) == std::string_view::npos) return 0;
  for (char c : spelled.substr(1)) {
    if (c < '0' || c > '9') return 0;
    dtype.bytes = dtype.bytes * 10 + static_cast<uint64_t>(c - '0');
  }
  if (spelled.size() == 1 && !dtype.objects) return 0;
  if (spelled[0] == 'U') dtype.bytes *= 4;
  dtypes_.push_back(dtype);
  return static_cast<uint32_t>(dtypes_.size());
}

// BUILD of a dtype. Its state says how large an element is, whatever was spelled, and whether there
// are objects in it, whatever its fields are.
// Source: numpy/_core/src/multiarray/descriptor.c (arraydescr_setstate).
void PickleMachine::BuildDtype(uint32_t index, Value state) {
  constexpr uint64_t kVersion = 0;
  constexpr uint64_t kSize = 5;
  constexpr uint64_t kFlags = 7;
  constexpr uint64_t kHasObjects = 1;
  Dtype& dtype = dtypes_[index];
  const TupleSlot* slot = TupleOf(state);
  if (slot == nullptr || (SizeOf(state) != kFlags + 1 && SizeOf(state) != kFlags + 2)) {
    dtype.unclear = true;
  }
  if (dtype.unclear) return;
  // Kept numbers are one more than themselves; 0 is none that is known.
  auto number = [&](uint64_t i) {
    return KindOf(slot->items[i]) == kNumber ? PayloadOf(slot->items[i]) : 0;
  };
  uint64_t version = number(kVersion);
  uint64_t size = number(kSize);
  uint64_t flags = number(kFlags);
  if ((version != 3 + 1 && version != 4 + 1) || flags == 0) {
    dtype.unclear = true;
    return;
  }
  bool objects = ((flags - 1) & kHasObjects) != 0;
  if (dtype.sized_by_state) {
    // A type of no size may be one that all share, and that no state changes.
    bool shared = dtype.bytes == 0 && (size != 1 || objects);
    dtype.unclear = size == 0 || shared;
    dtype.bytes = size - 1;
    dtype.objects = objects;
  } else {
    // So may a number's, where the state says something else than is known of it.
    dtype.unclear = dtype.objects != objects;
  }
}

bool PickleMachine::IsWrapper(Value value) const {
  if (KindOf(value) != kResult) return false;
  const PickleGlobal& global = globals_[PayloadOf(value)];
  return global.name == "NumpyArrayWrapper" &&
         (global.module == "joblib.numpy_pickle" ||
          global.module == "sklearn.externals.joblib.numpy_pickle");
}

// SETITEMS: the items from `from` on go into the dict below them. That is a wrapper's state when
// the wrapper stands below the dict.
void PickleMachine::NoteState(uint64_t from) {
  bool clean = dict_changes_++ == changes_at_wrapper_;
  if (from < 2 + fence_ || KindOf(stack_[from - 1]) != kPlain || !IsWrapper(stack_[from - 2])) {
    return;
  }
  array_state_ = {};
  array_state_.clean = clean;
  array_state_.end = position_;
  for (uint64_t i = from; i + 1 < stack_.size(); i += 2) {
    if (!IsText(stack_[i])) continue;
    auto key = TextOf(stack_[i]);
    if (!key || !key->other.empty()) continue;
    if (key->text == "shape") array_state_.shape = stack_[i + 1];
    if (key->text == "dtype") array_state_.dtype = stack_[i + 1];
    if (key->text == "numpy_array_alignment_bytes") array_state_.alignment = stack_[i + 1];
  }
}

// BUILD of a wrapper, just read.
void PickleMachine::SkipArray() {
  if (!run_.joblib) run_.joblib_offset = position_;
  run_.joblib = true;
  if (!joblib_) return;
  const ArrayState state = array_state_;
  array_state_ = {};
  // What every writer makes: all items in one SETITEMS, and BUILD right behind it. Anything else
  // could have changed the state by another way.
  if (state.end == 0 || state.end + 1 != position_ || KindOf(state.shape) != kTuple ||
      KindOf(state.dtype) != kResult || SizeOf(state.dtype) == 0) {
    return GiveUp(kUnclear);
  }
  if (frame_end_ != kNoFrame && frame_end_ != position_) return GiveUp(kUnclear);
  frame_end_ = kNoFrame;
  const Dtype& dtype = dtypes_[SizeOf(state.dtype) - 1];
  if (dtype.unclear) return GiveUp(kUnclear);
  if (dtype.objects) {
    std::optional<uint64_t> end = observer_->OnNested(position_);
    if (!end || *end < position_ || *end > bytes_.size()) {
      return GiveUp("it holds a joblib array of objects that can't be read");
    }
    position_ = *end;
    return;
  }
  const TupleSlot* shape = TupleOf(state.shape);
  uint64_t dimensions = SizeOf(state.shape);
  if (shape == nullptr || dimensions > kTupleItems) return GiveUp(kUnclear);
  uint64_t bytes = dtype.bytes;
  for (uint64_t i = 0; i < dimensions; ++i) {
    Value extent = shape->items[i];
    if (KindOf(extent) != kNumber || PayloadOf(extent) == 0 ||
        __builtin_mul_overflow(bytes, PayloadOf(extent) - 1, &bytes)) {
      return GiveUp(kUnclear);
    }
  }
  bool aligned = KindOf(state.alignment) == kNumber && PayloadOf(state.alignment) != 0;
  // Older versions write no alignment; a wrapper that got one by another way would still have it.
  // None is what is written where the place in the file can't be told.
  bool unstated = state.alignment == 0 && !aligned_before_ && state.clean;
  if (!aligned && state.alignment != kNone && !unstated) return GiveUp(kUnclear);
  if (aligned) {
    aligned_before_ = true;
    if (position_ >= bytes_.size()) return Fail("the data ends inside a joblib array");
    uint64_t padding = uint64_t{1} + bytes_[position_];
    if (padding > bytes_.size() - position_) return Fail("the data ends inside a joblib array");
    position_ += padding;
  }
  if (bytes > bytes_.size() - position_) {
    position_ = bytes_.size();
    return Fail("the data ends inside a joblib array");
  }
  constexpr size_t kMaxArrays = 4096;
  if (bytes > 0 && arrays_.size() < kMaxArrays) arrays_.push_back({position_, bytes});
  position_ += bytes;
}

}  // namespace picket
