/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `portillon mail`: does mail go the whole way: outbox, courier, mail server?
 */
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "crypto/keys.h"
#include "ctl/commands.h"
#include "ctl/configure.h"
#include "ctl/file.h"
#include "ctl/plain.h"
#include "ctl/run.h"
#include "ctl/settings.h"
#include "loop/clock.h"
#include "store/generation.h"
#include "store/outbox.h"
#include "text/mail_address.h"
#include "web/mail_ask.h"
#include "web/page.h"

enum {
	SENTENCE_LONGEST = 2048,
	GOOD_FOR = 600, /* seconds: nobody waits for a test for longer */
	WAIT_STANDARD = 60, /* seconds, as the next */
	WAIT_MOST = 600,
	LOOK_US = 500 * 1000,
};

struct mail_trial {
	const struct settings *settings;
	struct str to;
	struct page_set *pages;
	struct keys *keys;
	struct generation generation;
	int64_t id; /* 0: not asked for */
	struct outbox_fate fate;
};

static void
mail_trial_clear(struct mail_trial *trial)
{
	page_set_free(trial->pages);
	keys_free(trial->keys);
}

static enum flow_next
trial_read_generation(struct flow *f)
{
	struct run *run = flow_state(f);
	struct mail_trial *trial = run->state;

	generation_read(run->store, f, &trial->generation);
	return FLOW_NEXT;
}

static enum flow_next
trial_ask(struct flow *f)
{
	struct run *run = flow_state(f);
	struct mail_trial *trial = run->state;
	const struct mail_desk desk = { .store = run->store,
		.pages = trial->pages,
		.keys = trial->keys,
		.key_id = (unsigned)trial->generation.active_key };
	const struct test_mail content = {
		.frame = { .institution = str_of(trial->settings->institution),
		    .url = str_of(trial->settings->url) },
	};

	trial->id = mail_ask(&desk, f,
	    &(struct mail_order){ .kind = MAIL_TEST,
		.content = &content,
		.language = page_default_language(trial->pages),
		.to = trial->to,
		.now = run->origin.at,
		.good_for = GOOD_FOR });
	return FLOW_NEXT;
}

static const struct flow_step asking_steps[] = {
	FLOW_STEP(trial_read_generation),
	FLOW_STEP(trial_ask),
	FLOW_STEP(run_end),
	FLOW_END,
};

static enum flow_next
trial_look(struct flow *f)
{
	struct run *run = flow_state(f);
	struct mail_trial *trial = run->state;

	outbox_follow(run->store, f, trial->id, &trial->fate);
	return FLOW_NEXT;
}

static const struct flow_step looking_steps[] = {
	FLOW_STEP(trial_look),
	FLOW_STEP(run_end),
	FLOW_END,
};

static bool
trial_prepare(struct mail_trial *trial)
{
	CLEANUP(buf_clear) struct buf why = BUF_INIT(SENTENCE_LONGEST);
	const struct page_sources sources = configure_pages(trial->settings);

	if (trial->settings->mail_server[0] == '\0') {
		command_complain("mail.server is not set: no mails are sent");
		return false;
	}
	trial->keys = file_read_keys(trial->settings->keys_file, &why);
	if (trial->keys != NULL)
		trial->pages = page_set_load(&sources, &why);
	if (trial->pages == NULL)
		command_complain("%s", buf_cstr(&why));
	return trial->pages != NULL;
}

/* What became of it, or what is known of it so far. */
static int
trial_tell(const struct mail_trial *trial)
{
	const struct outbox_fate *fate = &trial->fate;

	if (fate->delivered_at != 0) {
		printf("the mail server has taken the mail to %.*s\n",
		    STR_ARGS(trial->to));
		return OUTCOME_DONE;
	}
	if (fate->failed_at != 0)
		command_complain("the mail was given up after %lld tries: %.*s",
		    (long long)fate->tries, STR_ARGS(fate->last_error));
	else if (fate->last_error.len > 0)
		command_complain("not yet: %.*s; \"portillon serve\" tries "
				 "again later",
		    STR_ARGS(fate->last_error));
	else
		command_complain("not yet: is \"portillon serve\" running, "
				 "with the same settings?");
	return OUTCOME_REFUSED;
}

/* Settled, or a try has failed, or it has taken too long. */
static int
trial_follow(struct mail_trial *trial, int64_t wait)
{
	int64_t until = clock_monotonic() + wait * 1000000;

	for (;;) {
		CLEANUP(run_clear) struct run run = { .state = trial };
		const struct outbox_fate *fate = &trial->fate;

		if (!run_or_complain(&run, trial->settings, looking_steps))
			return OUTCOME_UNUSABLE;
		if (fate->delivered_at != 0 || fate->failed_at != 0 ||
		    fate->last_error.len > 0 || clock_monotonic() >= until)
			return trial_tell(trial);
		usleep(LOOK_US);
	}
}

static bool
wait_option(const struct options *options, int64_t *wait)
{
	struct str text = options_text(options, "wait");
	uint64_t seconds = WAIT_STANDARD;

	if (text.at != NULL && !str_number(text, WAIT_MOST, &seconds)) {
		command_complain(
		    "--wait takes seconds from 0 to %d", WAIT_MOST);
		return false;
	}
	*wait = (int64_t)seconds;
	return true;
}

static int
mail_test(const struct settings *settings, const struct options *options)
{
	CLEANUP(buf_clear) struct buf to = BUF_INIT(MAIL_ADDRESS_LONGEST);
	CLEANUP(mail_trial_clear)
	struct mail_trial trial = { .settings = settings };
	CLEANUP(run_clear) struct run run = { .state = &trial };
	int64_t wait;

	if (!wait_option(options, &wait))
		return OUTCOME_USAGE;
	if (!mail_address_canonical(options_text(options, "ADDRESS"), &to)) {
		command_complain(MAIL_ADDRESS_RULE);
		return OUTCOME_REFUSED;
	}
	trial.to = buf_str(&to);
	if (!trial_prepare(&trial) ||
	    !run_or_complain(&run, settings, asking_steps))
		return OUTCOME_UNUSABLE;
	if (trial.id == 0) {
		command_complain("the key file lacks the active key, number "
				 "%lld: copy the file from another node",
		    (long long)trial.generation.active_key);
		return OUTCOME_UNUSABLE;
	}
	return trial_follow(&trial, wait);
}

static const struct option_rule test_options[] = {
	{ "ADDRESS", OPTION_WORD, .help = "who gets the mail" },
	{ "wait", OPTION_TEXT, .value = "SECONDS",
	    .help = "how long to wait for the outcome; 60" },
	OPTION_END,
};

const struct command mail_parts[] = {
	{ .name = "test",
	    .summary = "Send a test mail the whole way",
	    .details = "It goes through the database and the courier of "
		       "\"portillon serve\", as all mails\ndo.  Ends with 0 "
		       "when the mail server has taken it, with 1 when it "
		       "has not.",
	    .options = test_options,
	    .run = mail_test },
	{ 0 },
};
