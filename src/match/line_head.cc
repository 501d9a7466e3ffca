#include "match/line_head.h"

#include <algorithm>
#include <vector>

#include "match/dialect.h"

namespace picket {
namespace {

struct Widths {
  uint64_t whole = 0;
  uint64_t head = 0;
};

Widths Measure(const std::vector<PatternSequence>& alternatives) {
  Widths widest;
  for (const PatternSequence& sequence : alternatives) {
    Widths widths;
    for (const PatternAtom& atom : sequence) {
      Widths once;
      if (atom.alternatives.empty()) {
        once = {1, atom.bytes.Contains('\n') ? 1U : 0U};
      } else {
        once = Measure(atom.alternatives);
      }
      if (once.head != 0 && atom.max != 0) {
        widths.head = widths.whole + (atom.max - 1) * once.whole + once.head;
      }
      widths.whole += atom.max * once.whole;
    }
    widest.whole = std::max(widest.whole, widths.whole);
    widest.head = std::max(widest.head, widths.head);
  }
  return widest;
}

}  // namespace

uint64_t WidestLineHead(std::string_view pattern) { return Measure(ParsePattern(pattern)).head; }

}  // namespace picket
