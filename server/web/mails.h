/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The mails people get: what each may say, and rendering in their language.
 *
 * Like pages they are compiled for all languages when a set is loaded
 * (web/page.h).  A subject is a message that may name the institution and
 * nothing else: no visitor's text, no code.  Links are ours: frame.url.
 */
#ifndef WEB_MAILS_H
#define WEB_MAILS_H

#include "base/memory.h"
#include "base/str.h"

struct arena;
struct buf;
struct messages;
struct page_files;

enum mail_kind {
	MAIL_CODE, /* struct code_mail */
	MAIL_NEW_BROWSER, /* struct new_browser_mail */
	MAIL_BROWSER_COPIED, /* struct browser_copied_mail */
	MAIL_GENERATOR_ADDED, /* struct generator_added_mail */
	MAIL_GENERATOR_REMOVED, /* struct generator_removed_mail */
	MAIL_RECOVERY_CODES, /* struct recovery_codes_mail */
	MAIL_RECOVERY_CODE_USED, /* struct recovery_code_used_mail */
	MAIL_ENDED, /* struct ended_mail */
	MAIL_TEST, /* struct test_mail */
	MAIL_COUNT,
};

/* What every mail may say; the first member of every mail's struct. */
struct mail_frame {
	struct str institution;
	struct str url; /* of the dashboard, from the settings */
	struct str help_url; /* empty: none */
	struct str support_code; /* empty: none, as for the rest */
	struct str when; /* date and time, see mail_time() */
	struct str browser; /* "Firefox on Linux" */
	struct str place; /* a network's name or an address */
};

/* A code to sign in with; it stands on the first line. */
struct code_mail {
	struct mail_frame frame;
	struct str code; /* "4821 7736" */
	struct str service_name; /* empty: the dashboard */
	struct str valid_until; /* time, see mail_time() */
	struct str words; /* that the screen shows too; empty: none */
};

/* A sign-in from a new browser; one of the last four. */
struct new_browser_mail {
	struct mail_frame frame;
	bool by_generator;
	bool by_mail;
	bool by_recovery_code;
	bool by_password_only;
};

/* A trusted browser seems to be copied, and is trusted no more. */
struct browser_copied_mail {
	struct mail_frame frame;
};

struct generator_added_mail {
	struct mail_frame frame;
};

struct generator_removed_mail {
	struct mail_frame frame;
	bool mail_left; /* codes by mail still work */
};

struct recovery_codes_mail {
	struct mail_frame frame;
	struct str count;
	bool replaced; /* there were some before */
};

struct recovery_code_used_mail {
	struct mail_frame frame;
	struct str left; /* a number; empty: none is left */
	struct str codes_url; /* where new ones are made */
};

/* Trusted browsers and sessions ended. */
struct ended_mail {
	struct mail_frame frame;
	bool trust; /* no browser is trusted any more */
	struct str sessions; /* how many ended; empty: none */
	bool by_office; /* and not by the person */
};

struct test_mail {
	struct mail_frame frame;
};

/* The mails of one language. */
struct mail_words;

/*
 * Reads mails/NAME.txt, and partials of mails/parts, from the files of a page
 * set.  NULL and a sentence in files->why.
 */
struct mail_words *mail_words_load(struct page_files *files,
    const struct messages *messages, const struct messages *fallback);
void mail_words_free(struct mail_words *);

/* `content` is the mail's struct. */
void mail_render(const struct mail_words *, enum mail_kind, const void *content,
    struct buf *subject, struct buf *text);

/* "2026-11-23 09:00 UTC"; `at` in microseconds since 1970 UTC. */
struct str mail_time(struct arena *, int64_t at);

#endif
