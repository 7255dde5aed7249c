/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The questions that the help pages answer.
 *
 * A topic is one name and one text in each language,
 * templates/help/LANGUAGE/NAME.html, with its title in the message "help.NAME".
 * All are compiled with the other pages: one that lacks stops the start.
 */
#ifndef WEB_HELP_TOPICS_H
#define WEB_HELP_TOPICS_H

#include "base/str.h"

enum help_topic {
	HELP_LOST_PHONE,
	HELP_LOST_MAILBOX,
	HELP_NO_CODES_LEFT,
	HELP_LOST_DEVICE,
	HELP_FORGOTTEN_SESSION,
	HELP_NOT_ME,
	HELP_SET_UP_APP,
	HELP_WHICH_APP,
	HELP_NEW_PHONE,
	HELP_WHY_ASKED,
	HELP_ASKED_EVERY_TIME,
	HELP_CODE_REFUSED,
	HELP_SECOND_STEP,
	HELP_PASSWORDS,
	HELP_TOPIC_COUNT,
};

/* "lost-phone": in addresses, in file names, in message keys. */
extern const struct str help_topic_names[HELP_TOPIC_COUNT];

#endif
