#include "match/backtracker.h"

#include <algorithm>
#include <optional>

namespace picket {
namespace {

// A way through a pattern is as deep as it has nodes. Those that ship have 630 at most.
constexpr size_t kMostNodes = 4096;
// Nodes that are tried and bytes that are looked at for one match; in source text 1,600 at most.
constexpr uint64_t kMostSteps = 1 << 14;

ByteSet BytesOf(const std::vector<PatternSequence>& alternatives) {
  ByteSet bytes;
  for (const PatternSequence& sequence : alternatives) {
    for (const PatternAtom& atom : sequence)
      bytes.Add(atom.alternatives.empty() ? atom.bytes : BytesOf(atom.alternatives));
  }
  return bytes;
}

}  // namespace

Backtracker::Backtracker(std::string_view pattern, bool ignore_case) {
  Node end;
  end.first = ~uint64_t{0};
  nodes_.push_back(end);
  const std::vector<PatternSequence> tree = ParsePattern(pattern, ignore_case);
  // Of all of it, also where it has more nodes than there may be.
  bytes_ = BytesOf(tree);
  start_ = AddAlternatives(tree, 0);
  FindBegins();
}

uint16_t Backtracker::Add(const Node& node) {
  if (nodes_.size() <= kMostNodes) nodes_.push_back(node);
  return static_cast<uint16_t>(nodes_.size() - 1);
}

uint16_t Backtracker::AddBytes(const PatternAtom& atom, uint16_t next) {
  Node node;
  node.kind = Kind::kBytes;
  node.min = static_cast<uint16_t>(atom.min);
  node.max = static_cast<uint16_t>(atom.max);
  node.next = next;
  node.first = atom.bytes.low_bits();
  if (atom.min == 0) node.first |= nodes_[next].first;
  node.bytes = atom.bytes;
  return Add(node);
}

uint16_t Backtracker::AddMark(Kind kind, uint16_t next) {
  Node node;
  node.kind = kind;
  node.next = next;
  node.first = nodes_[next].first;
  return Add(node);
}

uint16_t Backtracker::AddFork(const std::vector<uint16_t>& ways) {
  if (ways.size() == 1) return ways.front();
  Node node;
  node.kind = Kind::kFork;
  node.ways = static_cast<uint16_t>(ways_.size());
  for (const uint16_t way : ways) node.first |= nodes_[way].first;
  if (nodes_.size() <= kMostNodes) ways_.insert(ways_.end(), ways.begin(), ways.end());
  node.ways_end = static_cast<uint16_t>(ways_.size());
  return Add(node);
}

// x{1,3} is x(?:x(?:x)?)?
uint16_t Backtracker::AddGroup(const PatternAtom& atom, uint16_t next) {
  uint16_t node = next;
  for (uint32_t i = atom.min; i < atom.max; ++i) {
    node = AddFork({AddAlternatives(atom.alternatives, node), next});
  }
  for (uint32_t i = 0; i < atom.min; ++i) node = AddAlternatives(atom.alternatives, node);
  return node;
}

uint16_t Backtracker::AddAlternatives(const std::vector<PatternSequence>& alternatives,
                                      uint16_t next) {
  std::vector<uint16_t> ways;
  for (const PatternSequence& sequence : alternatives) {
    uint16_t way = next;
    for (auto atom = sequence.rbegin(); atom != sequence.rend(); ++atom) {
      if (nodes_.size() > kMostNodes) return next;
      if (atom->captures) way = AddMark(Kind::kClose, way);
      way = atom->alternatives.empty() ? AddBytes(*atom, way) : AddGroup(*atom, way);
      if (atom->captures) way = AddMark(Kind::kOpen, way);
    }
    ways.push_back(way);
  }
  return AddFork(ways);
}

// In an order in which what leads to a node comes before it.
void Backtracker::FindBegins() {
  std::vector<bool> reached(nodes_.size());
  reached[start_] = true;
  for (size_t index = start_; index > 0; --index) {
    if (!reached[index]) continue;
    const Node& node = nodes_[index];
    for (uint32_t way = node.ways; way < node.ways_end; ++way) reached[ways_[way]] = true;
    if (node.kind == Kind::kFork) continue;
    if (node.min == 0) reached[node.next] = true;
    if (node.kind != Kind::kBytes) continue;
    const uint64_t second = nodes_[node.next].first | (node.max > 1 ? node.first : 0);
    for (uint32_t i = 0; i < begins_.size(); ++i) {
      if ((node.first >> i & 1) != 0) begins_[i] |= second;
    }
  }
}

// Tries to get through a pattern from one node on.
struct WayThrough {
  const Backtracker& pattern;
  Bytes text;  // up to where a match may end
  bool whole = false;
  uint64_t steps = 0;
  uint64_t end = 0;
  uint64_t close = 0;
  std::optional<Span> capture{};

  bool MayGoOn(uint16_t index, uint64_t at) const {
    return at == text.size() || (pattern.nodes_[index].first & Backtracker::BitOf(text[at])) != 0;
  }

  uint32_t Run(const Backtracker::Node& node, uint64_t at) {
    const auto most = static_cast<uint32_t>(std::min<uint64_t>(node.max, text.size() - at));
    uint32_t run = 0;
    while (run < most && node.bytes.Contains(text[at + run])) ++run;
    steps += run;
    return run;
  }

  Backtracker::Outcome Tell(uint64_t start, RegexMatch* match) const {
    if (steps > kMostSteps) return Backtracker::Outcome::kUndecided;
    match->match = {start, end - start};
    match->capture = capture.value_or(match->match);
    return Backtracker::Outcome::kFound;
  }

  // True as well when it gives up. Inlined into itself it has 19 KB, which no cache holds for long.
  [[gnu::noinline]] bool Try(uint16_t index, uint64_t at) {
    using Kind = Backtracker::Kind;
    while (++steps <= kMostSteps) {
      const Backtracker::Node& node = pattern.nodes_[index];
      index = node.next;
      switch (node.kind) {
        case Kind::kEnd: end = at; return !whole || at == text.size();
        case Kind::kOpen:
          if (!Try(index, at)) return false;
          capture = Span{at, close - at};
          return true;
        case Kind::kClose:
          if (!Try(index, at)) return false;
          close = at;
          return true;
        case Kind::kBytes: {
          uint32_t run = Run(node, at);
          if (run < node.min) return false;
          for (; run > node.min; --run) {
            if (MayGoOn(index, at + run) && Try(index, at + run)) return true;
          }
          at += run;
          break;
        }
        case Kind::kFork: {
          uint32_t way = node.ways;
          for (; way + 1 < node.ways_end; ++way) {
            if (MayGoOn(pattern.ways_[way], at) && Try(pattern.ways_[way], at)) return true;
          }
          index = pattern.ways_[way];
          break;
        }
      }
      if (!MayGoOn(index, at)) return false;
    }
    return true;
  }
};

Backtracker::Outcome Backtracker::Find(Bytes text, uint64_t first, uint64_t last, uint64_t limit,
                                       RegexMatch* match) const {
  if (nodes_.size() > kMostNodes) return Outcome::kUndecided;
  WayThrough way{*this, text.first(limit)};
  for (uint64_t start = first; start < std::min(last, limit); ++start) {
    if (start + 1 < limit && (begins_[text[start] & 63] & BitOf(text[start + 1])) == 0) continue;
    if (way.Try(start_, start)) return way.Tell(start, match);
  }
  return Outcome::kNone;
}

Backtracker::Outcome Backtracker::FindWhole(Bytes text, uint64_t begin, uint64_t end,
                                            RegexMatch* match) const {
  if (nodes_.size() > kMostNodes) return Outcome::kUndecided;
  WayThrough way{*this, text.first(end), true};
  return way.Try(start_, begin) ? way.Tell(begin, match) : Outcome::kNone;
}

}  // namespace picket
