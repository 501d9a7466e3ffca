// The half that stays outside: answers questions about agreed places.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/door.h"
#include "sandbox/places.h"

namespace picket {

class Keeper {
 public:
  struct Reply {
    int error = 0;
    std::vector<int> fds;  // to be closed
    std::string text;
  };

  // `do_errand` may be empty: then there are no errands.
  explicit Keeper(DoErrand do_errand) : do_errand_(std::move(do_errand)) {}

  // Answers until the other side of `socket` is closed; false where a question came that is none.
  bool AnswerQuestions(int socket);
  // One question; nullopt where it is none. Open for the tests.
  std::optional<Reply> AnswerOne(const FrameHead& head, std::string_view text);

  // What the other side has said in the end.
  const std::optional<std::string>& last_words() const { return last_words_; }
  // What was agreed on; nullopt as long as nothing was, and nothing else is answered then.
  const std::optional<Places>& places() const { return places_; }

 private:
  static Reply ReplyOf(Answer answer);
  Answer RunErrand(uint64_t number, std::string_view text);
  // The text has an error number for each file, and a descriptor comes where that is 0.
  std::optional<Reply> OpenListed(uint64_t first, uint64_t count) const;
  std::optional<Reply> ReadLoose(const FrameHead& head, std::string_view ids) const;

  DoErrand do_errand_;
  std::optional<Places> places_;
  std::optional<std::string> last_words_;
};

}  // namespace picket
