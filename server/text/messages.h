/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Translations: gettext .po files, read at start.
 *
 * A message's msgid is a key such as "login.title"; English is a translation
 * like the others.  The catalogue of the default language must have every key
 * that a page uses; a key missing in another language falls back to it.
 */
#ifndef TEXT_MESSAGES_H
#define TEXT_MESSAGES_H

#include "base/memory.h"
#include "base/str.h"

struct buf;
struct messages;

/* Reads one .po text.  NULL and a sentence with a line number in `why`. */
struct messages *messages_parse(struct str po, struct buf *why);
void messages_free(struct messages *);

/* STR_NONE if the key is not translated. */
struct str messages_find(const struct messages *, struct str key);

/*
 * The place in `languages` (tags such as "fr") that suits an Accept-Language
 * header best (RFC 9110, 12.5.4, basic filtering); `count` if none does.
 */
size_t messages_choose(
    struct str accept_language, const struct str *languages, size_t count);

#endif
