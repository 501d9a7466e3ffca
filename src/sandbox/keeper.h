// The half that stays outside: answers questions about agreed places and waits for the other half.
#pragma once

#include "sandbox/places.h"

namespace picket {

// Answers until the other side of `socket` is closed; false where a question came that is none.
bool AnswerQuestions(int socket, const Places& places);

// One question; open for the tests. `valid` is false where it is none.
Answer AnswerOne(const Places& places, const FrameHead& head, std::string_view text, bool* valid);

}  // namespace picket
