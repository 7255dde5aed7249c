/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which browser somebody uses, from the header User-Agent: good enough for a
 * person to recognise their own, and nothing may depend on it, since anybody
 * can send any header.
 *
 * An iPad that asks for desktop pages says that it is a Mac, and is believed.
 */
#ifndef TEXT_USER_AGENT_H
#define TEXT_USER_AGENT_H

#include "base/str.h"

enum user_agent_form {
	FORM_UNKNOWN,
	FORM_COMPUTER,
	FORM_PHONE,
	FORM_TABLET,
	FORM_COUNT,
};

/* Names are static and the same in all languages; STR_NONE: unknown. */
struct user_agent {
	struct str browser; /* "Firefox"; the family: Brave is "Chrome" */
	struct str system; /* "Linux" */
	enum user_agent_form form;
};

/* Any bytes of any length will do. */
struct user_agent user_agent_read(struct str header);

#endif
