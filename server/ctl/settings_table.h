/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one table of settings, and how a value gets into the struct.
 *
 * Only for settings*.c; everybody else includes ctl/settings.h.
 */
#ifndef CTL_SETTINGS_TABLE_H
#define CTL_SETTINGS_TABLE_H

#include "base/memory.h"
#include "base/str.h"

struct buf;
struct settings;

enum setting_type {
	SETTING_TEXT,
	SETTING_PATH,
	SETTING_NUMBER,
	SETTING_CHOICE,
	SETTING_URL, /* of the server itself */
	SETTING_LISTEN, /* address:port */
	SETTING_LISTEN_OR_NONE, /* the same, or empty */
	SETTING_LINK, /* what a page may link to */
	SETTING_MAIL_SERVER, /* smtp://name:port, or empty */
	SETTING_MAIL_ADDRESS, /* or empty */
	SETTING_NETWORKS, /* addresses and CIDRs separated by blanks */
};

struct setting {
	const char *section;
	const char *name;
	enum setting_type type;
	size_t offset; /* of an int64_t for a number, else of a char * */
	int64_t least; /* of a number; of a text its length */
	int64_t most;
	const char *standard; /* the default, spelled as in the file */
	const char *unit; /* of a number; NULL: a plain count */
	const char *choices; /* separated by blanks */
	const char *help; /* a sentence or two */
	bool at_start; /* a reload leaves it as it is */
};

extern const struct setting settings_table[];
extern const size_t settings_count;

/* "section.name", NULL if there is no such setting. */
const struct setting *setting_find(struct str section, struct str name);

/*
 * Checks the value and takes it over.  False and half a sentence in `why` that
 * goes on behind the setting's name: "must be ...".
 */
bool setting_put(const struct setting *, struct settings *, struct str value,
    struct buf *why) MUST_CHECK;

/* Where the value is. */
char **setting_text(const struct setting *, struct settings *);
int64_t *setting_number(const struct setting *, struct settings *);

/* "PORTILLON_SERVER_URL"; room for any name of the table. */
enum {
	SETTING_VARIABLE_SIZE = 64
};
void setting_variable(
    const struct setting *, char out[static SETTING_VARIABLE_SIZE]);

/* What values it takes: "a whole number from 1 to 300 (seconds)". */
void setting_range(const struct setting *, struct buf *out);

/*
 * "127.0.0.1:8443" or "[::1]:8443": the address part without brackets, and
 * the port.
 */
bool setting_listen_parse(
    struct str text, struct str *address, uint64_t *port) MUST_CHECK;

#endif
