/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The questions that the help pages answer.  People keep these addresses in
 * mails and guides: a name that was published stays.
 */
#include "web/help_topics.h"

const struct str help_topic_names[HELP_TOPIC_COUNT] = {
	[HELP_LOST_PHONE] = STR_INIT("lost-phone"),
	[HELP_LOST_MAILBOX] = STR_INIT("lost-mailbox"),
	[HELP_NO_CODES_LEFT] = STR_INIT("no-codes-left"),
	[HELP_LOST_DEVICE] = STR_INIT("lost-device"),
	[HELP_FORGOTTEN_SESSION] = STR_INIT("forgotten-session"),
	[HELP_NOT_ME] = STR_INIT("not-me"),
	[HELP_SET_UP_APP] = STR_INIT("set-up-app"),
	[HELP_WHICH_APP] = STR_INIT("which-app"),
	[HELP_NEW_PHONE] = STR_INIT("new-phone"),
	[HELP_WHY_ASKED] = STR_INIT("why-asked"),
	[HELP_ASKED_EVERY_TIME] = STR_INIT("asked-every-time"),
	[HELP_CODE_REFUSED] = STR_INIT("code-refused"),
	[HELP_SECOND_STEP] = STR_INIT("second-step"),
	[HELP_PASSWORDS] = STR_INIT("passwords"),
};
