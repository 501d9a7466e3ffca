// Compressed streams, made at run time by the libraries that everybody uses.
#pragma once

#include <string>

namespace picket {

std::string PackGzip(const std::string& plain);
std::string PackZlib(const std::string& plain, int level = 6);
std::string PackDeflate(const std::string& plain);  // bare
std::string PackBzip2(const std::string& plain);
std::string PackXz(const std::string& plain);
// With an end mark and no length, as xz --format=lzma writes it.
std::string PackLzma(const std::string& plain);
// Bare, with a window of 8 MiB or less; with the filter for x86 code before it or without.
std::string PackLzma2(const std::string& plain, bool x86);
std::string PackZstd(const std::string& plain);
// In blocks of 64 KiB.
std::string PackLz4(const std::string& plain);

}  // namespace picket
