#ifndef SIGNALBOX_CRE2_H
#define SIGNALBOX_CRE2_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/// A compiled RE2 program. Immutable after creation: safe to match from several threads at once.
typedef struct sb_re2 sb_re2;

/// Compiles `pattern` (UTF-8, `length` bytes). Never returns NULL for a bad pattern: ask `sb_re2_error`.
/// `max_memory` bounds the compiled program and its DFA in bytes.
sb_re2 *_Nullable sb_re2_create(const char *_Nonnull pattern, size_t length, long long max_memory);

void sb_re2_free(sb_re2 *_Nullable regex);

/// NULL when the pattern compiled; otherwise RE2's words for what is wrong with it. Lives as long as `regex`.
const char *_Nullable sb_re2_error(const sb_re2 *_Nonnull regex);

/// 1 when the whole of `text` (`length` bytes) matches, 0 otherwise, 0 for a pattern that did not compile.
int sb_re2_full_match(const sb_re2 *_Nonnull regex, const char *_Nullable text, size_t length);

#ifdef __cplusplus
}
#endif

#endif
