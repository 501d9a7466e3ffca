// The vector instructions of x86 by name, where the program is built for it; PICKET_X86 is defined
// then. What needs more than every such processor has carries a target of its own, and is called
// where core/instructions.h says that it may be.
#pragma once

#if defined(__x86_64__) || defined(__i386__)
#if !defined(__clang__)
// GCC 12's own header passes what is never read.
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif
#include <immintrin.h>
#define PICKET_X86 1
#endif
