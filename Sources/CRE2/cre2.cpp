#include "cre2.h"

#include <new>
#include <re2/re2.h>

struct sb_re2 {
    RE2 regex;
    sb_re2(const re2::StringPiece &pattern, const RE2::Options &options) : regex(pattern, options) {}
};

extern "C" sb_re2 *sb_re2_create(const char *pattern, size_t length, long long max_memory) {
    RE2::Options options;
    options.set_log_errors(false);
    options.set_max_mem(max_memory);
    return new (std::nothrow) sb_re2(re2::StringPiece(pattern, length), options);
}

extern "C" void sb_re2_free(sb_re2 *regex) { delete regex; }

extern "C" const char *sb_re2_error(const sb_re2 *regex) {
    return regex->regex.ok() ? nullptr : regex->regex.error().c_str();
}

extern "C" int sb_re2_full_match(const sb_re2 *regex, const char *text, size_t length) {
    if (!regex->regex.ok()) return 0;
    return RE2::FullMatch(re2::StringPiece(text == nullptr ? "" : text, length), regex->regex) ? 1 : 0;
}
