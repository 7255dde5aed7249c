/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading everything again while serving.
 *
 * All is read and checked aside, exactly as at a start, before anything is
 * replaced.  What only a start can change keeps its value: it would make no
 * sense to check the new one against what stays.
 */
#include "base/buf.h"
#include "base/log.h"
#include "crypto/keys.h"
#include "ctl/configure.h"
#include "ctl/file.h"
#include "ctl/serving.h"
#include "ctl/settings.h"
#include "web/configuration.h"

enum {
	SENTENCES_LONGEST = 8192,
	NAMES_LONGEST = 1024,
};

/* What was read, until it is taken over or thrown away. */
struct reading {
	struct settings settings;
	struct configuration *configuration;
	struct buf why;
	struct buf kept; /* names of what only a start can change */
};

static void
reading_clear(struct reading *r)
{
	settings_clear(&r->settings);
	configuration_unref(r->configuration);
	buf_clear(&r->why);
	buf_clear(&r->kept);
}

static bool
reading_settings(struct reading *r, const struct settings *running)
{
	*r = (struct reading){ .why = BUF_INIT(SENTENCES_LONGEST),
		.kept = BUF_INIT(NAMES_LONGEST) };
	if (!settings_load(&r->settings, running->file, &r->why))
		return false;
	settings_keep_running(&r->settings, running, &r->kept);
	return true;
}

static bool
reading_make(struct reading *r, const struct serving *serving)
{
	const struct settings *running = serving->settings;

	if (reading_settings(r, running))
		r->configuration = configure(&r->settings, &r->why);
	if (r->configuration == NULL && serving->gave_up_root)
		buf_format(&r->why,
		    " (files are read as user %s now, no longer as root)",
		    running->user);
	return r->configuration != NULL;
}

/* Hands the configuration over. */
static struct configuration *
reading_take(struct reading *r)
{
	struct configuration *taken = r->configuration;

	r->configuration = NULL;
	serving_start_log(&r->settings);
	return taken;
}

static void
courier_take(struct courier_start *courier, const struct settings *s)
{
	courier->keep_sessions_days = s->keep_sessions;
	courier->session = configure_session(s);
	courier->logout_on_expiry =
	    str_equal(str_of(s->logout_on_expiry), STR("yes"));
}

bool
serving_reload(void *context)
{
	CLEANUP(reading_clear) struct reading r;
	struct serving *serving = context;

	if (!reading_make(&r, serving)) {
		log_event(LOG_ERROR, "not reloaded",
		    LOG_TEXT("why", buf_str(&r.why)));
		return false;
	}
	if (r.kept.len > 0)
		log_event(LOG_WARNING, "settings wait for a restart",
		    LOG_TEXT("settings", str_trim(buf_str(&r.kept))));
	courier_take(&serving->courier, &r.settings);
	configuration_unref(serving->configuration);
	serving->configuration = reading_take(&r);
	serving->courier.keys = serving->configuration->keys;
	for (size_t i = 0; i < serving->gate_count; i++)
		serving->gates[i].configuration = serving->configuration;
	return true;
}

static void
reading_complain(struct reading *r)
{
	log_event(LOG_ERROR, "old configuration kept",
	    LOG_TEXT("why", buf_str(&r->why)));
}

struct configuration *
serving_read_gate(void *context)
{
	CLEANUP(reading_clear) struct reading r;

	if (reading_make(&r, context))
		return reading_take(&r);
	reading_complain(&r);
	return NULL;
}

bool
serving_read_courier(struct courier_start *courier)
{
	CLEANUP(reading_clear) struct reading r;
	const struct serving *serving = courier->context;
	struct keys *keys = NULL;

	if (reading_settings(&r, serving->settings))
		keys = file_read_keys(r.settings.keys_file, &r.why);
	if (keys == NULL) {
		reading_complain(&r);
		return false;
	}
	/* those of the start are the configuration's */
	if (courier->keys != serving->configuration->keys)
		keys_free(courier->keys);
	courier->keys = keys;
	courier_take(courier, &r.settings);
	serving_start_log(&r.settings);
	return true;
}
