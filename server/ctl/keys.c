/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `portillon keys`: the secret keys of the installation.
 *
 * What is in the file is accepted; which of them makes new things is a row of
 * the database, so that all nodes change at the same moment.  Hence the order:
 * add, give the file to every node, use; and much later, retire on every node.
 */
#include "crypto/keys.h"

#include <unistd.h>

#include "base/buf.h"
#include "ctl/commands.h"
#include "ctl/configure.h"
#include "ctl/file.h"
#include "ctl/keys_list.h"
#include "ctl/keys_reseal.h"
#include "ctl/plain.h"
#include "ctl/run.h"
#include "ctl/settings.h"
#include "store/keys.h"

enum {
	NUMBER_MOST = 255,
	KEY_FILE_LARGEST = 64 * 1024,
	SENTENCE_LONGEST = 2048,
};

struct keys_flow {
	const struct settings *settings;
	struct keys *keys; /* of this node's file */
	int fd; /* of the changed file, -1: it is not being changed */
	unsigned id;
	struct key_used used;
	struct key_retired retired;
};

/* What was begun and not ended leaves the file as it was. */
static void
keys_flow_clear(struct keys_flow *k)
{
	CLEANUP(buf_clear) struct buf why = BUF_INIT(SENTENCE_LONGEST);

	if (k->fd >= 0 &&
	    !file_change_end(k->settings->keys_file, k->fd, STR_NONE, &why))
		command_complain("%s", buf_cstr(&why));
	keys_free(k->keys);
}

static int
keys_generate(const struct settings *settings, const struct options *options)
{
	CLEANUP(buf_clear) struct buf content = BUF_INIT(4096);
	CLEANUP(buf_clear) struct buf why = BUF_INIT(SENTENCE_LONGEST);

	(void)options;
	if (access(settings->keys_file, F_OK) == 0) {
		command_complain("%s is there already, and is not overwritten",
		    settings->keys_file);
		return OUTCOME_REFUSED;
	}
	keys_write_new(&content);
	if (!buf_ok(&content) ||
	    !file_write_secret(settings->keys_file, buf_str(&content), &why)) {
		command_complain("%s", buf_cstr(&why));
		return OUTCOME_UNUSABLE;
	}
	printf("made %s; copy it to every node of this installation, and "
	       "keep it secret\n",
	    settings->keys_file);
	return OUTCOME_DONE;
}

/* Reads the key file; complains. */
static bool
keys_load(struct keys_flow *k)
{
	CLEANUP(buf_clear) struct buf why = BUF_INIT(SENTENCE_LONGEST);

	k->keys = file_read_keys(k->settings->keys_file, &why);
	if (k->keys == NULL)
		command_complain("%s", buf_cstr(&why));
	return k->keys != NULL;
}

/* The number that was given, if the file has it; complains. */
static bool
keys_named(struct keys_flow *k, const struct options *options)
{
	uint64_t number;

	if (!str_number(options_text(options, "N"), NUMBER_MOST, &number) ||
	    keys_check(k->keys, (unsigned)number) == 0) {
		command_complain("N is the number of a key in %s, as "
				 "\"portillon keys list\" shows it",
		    k->settings->keys_file);
		return false;
	}
	k->id = (unsigned)number;
	return true;
}

/* One above the highest, or the lowest that is free; 0: all are taken. */
static unsigned
keys_free_number(const struct keys *keys)
{
	unsigned id = keys_newest(keys) + 1;

	if (id <= NUMBER_MOST)
		return id;
	for (id = 1; id <= NUMBER_MOST; id++)
		if (keys_check(keys, id) == 0)
			return id;
	return 0;
}

/* Reads the key file, and lets nobody else change it from now on. */
static bool
keys_change_begin(struct keys_flow *k)
{
	CLEANUP(buf_clear) struct buf why = BUF_INIT(SENTENCE_LONGEST);

	k->fd = file_change_begin(k->settings->keys_file, &why);
	if (k->fd >= 0)
		return keys_load(k);
	command_complain("%s", buf_cstr(&why));
	return false;
}

typedef void keys_edit(struct buf *out, struct str text, unsigned id);

static bool
keys_edit_text(
    struct keys_flow *k, keys_edit *edit, struct buf *new, struct buf *why)
{
	CLEANUP(buf_clear) struct buf old = BUF_INIT(KEY_FILE_LARGEST);
	struct keys *keys;

	if (!file_read_secret(k->settings->keys_file, &old, why))
		return false;
	edit(new, buf_str(&old), k->id);
	if (!buf_ok(new)) {
		buf_format(why, "%s would become larger than %d bytes",
		    k->settings->keys_file, KEY_FILE_LARGEST);
		return false;
	}
	keys = keys_parse(buf_str(new), why);
	keys_free(keys);
	return keys != NULL;
}

static bool
keys_change_end(struct keys_flow *k, keys_edit *edit)
{
	CLEANUP(buf_clear) struct buf new = BUF_INIT(KEY_FILE_LARGEST);
	CLEANUP(buf_clear) struct buf why = BUF_INIT(SENTENCE_LONGEST);
	int fd = k->fd;
	bool done = keys_edit_text(k, edit, &new, &why);

	if (done) {
		k->fd = -1;
		done = file_change_end(
		    k->settings->keys_file, fd, buf_str(&new), &why);
	}
	if (!done)
		command_complain("%s", buf_cstr(&why));
	return done;
}

static int
keys_add(const struct settings *settings, const struct options *options)
{
	CLEANUP(keys_flow_clear)
	struct keys_flow k = { .settings = settings, .fd = -1 };

	(void)options;
	if (!keys_change_begin(&k))
		return OUTCOME_UNUSABLE;
	k.id = keys_free_number(k.keys);
	if (k.id == 0) {
		command_complain("all %d numbers are taken; \"portillon keys "
				 "retire N\" frees one",
		    NUMBER_MOST);
		return OUTCOME_REFUSED;
	}
	if (!keys_change_end(&k, keys_write_added))
		return OUTCOME_UNUSABLE;
	printf("added key %u to %s; now copy this file to every node, reload "
	       "or restart each, and then \"portillon keys use %u\"\n",
	    k.id, settings->keys_file, k.id);
	return OUTCOME_DONE;
}

static enum flow_next
keys_ask_use(struct flow *f)
{
	struct run *run = flow_state(f);
	struct keys_flow *k = run->state;

	keys_use(run->store, f, k->id, keys_check(k->keys, k->id), &run->origin,
	    &k->used);
	return FLOW_NEXT;
}

static const struct flow_step keys_use_steps[] = {
	FLOW_STEP(keys_ask_use),
	FLOW_STEP(run_end),
	FLOW_END,
};

static int
keys_make_active(const struct settings *settings, const struct options *options)
{
	CLEANUP(keys_flow_clear)
	struct keys_flow k = { .settings = settings, .fd = -1 };
	CLEANUP(run_clear) struct run run = { .state = &k };

	if (!keys_load(&k))
		return OUTCOME_UNUSABLE;
	if (!keys_named(&k, options))
		return OUTCOME_REFUSED;
	if (!run_or_complain(&run, settings, keys_use_steps))
		return OUTCOME_UNUSABLE;
	printf(k.used.changed
		   ? "key %u is the active one now; a node that lacks it is "
		     "not ready until it has this key file\n"
		   : "key %u is the active one already\n",
	    k.id);
	return OUTCOME_DONE;
}

static enum flow_next
keys_ask_retire(struct flow *f)
{
	struct run *run = flow_state(f);
	struct keys_flow *k = run->state;
	const struct session_limits limits = configure_session(k->settings);

	keys_retire(run->store, f, k->id, &limits, &run->origin, &k->retired);
	return FLOW_NEXT;
}

static const struct flow_step keys_retire_steps[] = {
	FLOW_STEP(keys_ask_retire),
	FLOW_STEP(run_end),
	FLOW_END,
};

/* Complains if the key must stay. */
static bool
keys_may_go(const struct keys_flow *k, struct arena *arena)
{
	const struct key_retired *r = &k->retired;

	if (str_equal(r->verdict, STR("retired")))
		return true;
	if (str_equal(r->verdict, STR("active")))
		command_complain("key %u is the active one; \"portillon keys "
				 "use\" another first",
		    k->id);
	else if (str_equal(r->verdict, STR("recent")))
		command_complain("tickets made with key %u may still be under "
				 "way; try again after %.*s",
		    k->id, STR_ARGS(plain_time(arena, r->free_at)));
	else if (str_equal(r->verdict, STR("names")))
		command_complain(
		    "applications know people by opaque names "
		    "made with key %u; \"portillon service export\" "
		    "shows them (user_key), and it can go when "
		    "\"portillon service set\" gave them another "
		    "--user-name",
		    k->id);
	else if (str_equal(r->verdict, STR("seals")))
		command_complain("%lld secrets are sealed with key %u, as "
				 "those of authenticator apps are; \"portillon "
				 "keys reseal\" seals them anew",
		    (long long)r->seals, k->id);
	else
		command_complain("%lld sessions have a cookie made with key "
				 "%u; it can go when they have ended",
		    (long long)r->sessions, k->id);
	return false;
}

static int
keys_take_out(const struct settings *settings, const struct options *options)
{
	CLEANUP(keys_flow_clear)
	struct keys_flow k = { .settings = settings, .fd = -1 };
	CLEANUP(run_clear) struct run run = { .state = &k };

	if (!keys_change_begin(&k))
		return OUTCOME_UNUSABLE;
	if (!keys_named(&k, options))
		return OUTCOME_REFUSED;
	if (!run_or_complain(&run, settings, keys_retire_steps))
		return OUTCOME_UNUSABLE;
	if (!keys_may_go(&k, &run.arena))
		return OUTCOME_REFUSED;
	if (!keys_change_end(&k, keys_write_without))
		return OUTCOME_UNUSABLE;
	printf("took key %u out of %s; do the same on every node, and reload "
	       "or restart each\n",
	    k.id, settings->keys_file);
	return OUTCOME_DONE;
}

static const struct option_rule number_options[] = {
	{ "N", OPTION_WORD, .help = "number of the key" },
	OPTION_END,
};

const struct command keys_parts[] = {
	{ .name = "generate",
	    .summary = "Make a new key file",
	    .details = "Writes the file that keys.file names, readable by its "
		       "owner only.  Never\noverwrites one: without the old "
		       "keys all sessions and tickets would end.",
	    .run = keys_generate },
	{ .name = "add",
	    .summary = "Add a key to the file of this node",
	    .details = "What is made with it is accepted by every node that "
		       "has the changed file and\nwas reloaded.  Run this on "
		       "one node only, and copy the file.",
	    .run = keys_add },
	{ .name = "use",
	    .summary = "Make new cookies and tickets with key N, on all nodes",
	    .details = "Older ones stay good.  A node whose file lacks the "
		       "key, or has another secret\nunder its number, is not "
		       "ready and grants nothing until it has the file.",
	    .options = number_options,
	    .run = keys_make_active },
	{ .name = "retire",
	    .summary = "Take key N out of the file of this node",
	    .details = "Refused while it is the active one, while tickets "
		       "made with it may be under way\n(6 minutes) and while "
		       "living sessions have a cookie made with it.",
	    .options = number_options,
	    .run = keys_take_out },
	{ .name = "reseal",
	    .summary = "Seal stored secrets anew with the active key",
	    .details = "What authenticator apps share with the server is "
		       "stored sealed with the key that\nwas active then.  "
		       "Before that key can be retired, run this on one node.",
	    .run = keys_reseal_command },
	{ .name = "list",
	    .summary = "List keys, and what hangs on each",
	    .details = "CHECK tells whether two nodes have the same secret "
		       "under a number.",
	    .options = keys_list_options,
	    .run = keys_list_command },
	{ 0 },
};
