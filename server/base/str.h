/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A view of text: pointer and length, never owned, not NUL-terminated.
 *
 * Everything that comes from outside is looked at through a `struct str`
 * until it has been validated.  An absent text has `at` NULL and length 0;
 * an empty one has length 0 only.
 */
#ifndef BASE_STR_H
#define BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct str {
	const char *at;
	size_t len;
};

/* STR("literal") in code, STR_INIT("literal") in static tables. */
#define STR(literal) ((struct str){ "" literal, sizeof(literal) - 1 })
#define STR_INIT(literal) \
	{ \
		"" literal, sizeof(literal) - 1 \
	}
#define STR_NONE ((struct str){ NULL, 0 })

/* For printf's "%.*s". */
#define STR_ARGS(text) (int)(text).len, (text).len > 0 ? (text).at : ""

/* The text up to its NUL; NULL gives STR_NONE. */
struct str str_of(const char *text);

bool str_equal(struct str a, struct str b);

/* Letters a-z and A-Z are taken as equal, no others. */
bool str_equal_nocase(struct str a, struct str b);

/* By bytes, for sorting: below 0, 0 or above 0. */
int str_compare(struct str a, struct str b);

bool str_starts(struct str text, struct str prefix);
bool str_ends(struct str text, struct str suffix);

/* What follows the first `offset` bytes; offset at most the length. */
struct str str_from(struct str text, size_t offset);

/* The first `len` bytes, or all of a shorter text. */
struct str str_first(struct str text, size_t len);

/* Spaces and tabs taken off both ends. */
struct str str_trim(struct str text);

/* The place of the first `wanted`, or text.len if there is none. */
size_t str_find(struct str text, char wanted);

/*
 * Splits at the first `separator`: true and both parts; false if there is
 * none, then `before` is the whole text and `after` is STR_NONE.
 */
bool str_cut(
    struct str text, char separator, struct str *before, struct str *after);

/*
 * Digits only (no sign, no blank), at least one, value at most `most`.
 * Writes `value` only on success.
 */
bool str_number(struct str text, uint64_t most, uint64_t *value);

/* Well-formed UTF-8 (no overlong form, no surrogate) and free of NUL. */
bool str_is_utf8(struct str text);

/*
 * The character at the front of well-formed UTF-8: how many bytes it has, and
 * its `code`.  0 for an empty text, a NUL or a malformed sequence.
 */
size_t str_utf8_first(struct str text, uint32_t *code);

#endif
