// Tells identifiers and prose from random text: mixed-case identifiers of just the right length are
// the commonest thing that looks like a token.
#pragma once

#include <string_view>

namespace picket {

// True when `text` is e^13 times likelier under a model of words (which letter follows which,
// capitals at the start of words, few digits) than as random characters of an alphabet of
// `alphabet` characters. Since the ratio's mean over random texts is at most 1, no more than e^-13
// of them (3 of a million) are taken for words.
bool ReadsAsWords(std::string_view text, double alphabet);

// The same of a score.
bool SpeaksForWords(double score);

// The logarithm of that ratio: above x for no more than e^-x of random texts.
double WordScore(std::string_view text, double alphabet);

// The same over the alphabets from which the text seems to be drawn: its own (ObservedAlphabet),
// and for a part of 16 or more hexadecimal digits between other characters those of the digits.
double ObservedScore(std::string_view text);

// Shannon's entropy of `text` by its own counts, in bits for each character; 0 for no text.
double EntropyOf(std::string_view text);

// How many characters the alphabet has from which `text` seems to be drawn: hexadecimal digits, one
// case, both, with digits, with others; at least 2.
double ObservedAlphabet(std::string_view text);

}  // namespace picket
