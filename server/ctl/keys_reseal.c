/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `portillon keys reseal`.
 *
 * A batch is one transaction; a row that changed meanwhile is left for the next
 * call.  Nobody is kept waiting: a generator is good under either key.
 */
#include "ctl/keys_reseal.h"

#include "base/buf.h"
#include "base/bytes.h"
#include "crypto/keys.h"
#include "crypto/sealed.h"
#include "ctl/file.h"
#include "ctl/run.h"
#include "ctl/settings.h"
#include "store/enrolments.h"
#include "store/store.h"

enum {
	SECRET_MOST = 64, /* bytes, in the clear */
	SENTENCE_LONGEST = 2048,
	BATCH_MOST = 200,
};

struct resealing {
	struct keys *keys; /* of this node's file */
	int64_t after; /* the last number of the batch before */
	struct row_list seals; /* of struct generator_seal */
	struct generator_begun resealed[BATCH_MOST];
	size_t done;
	size_t unreadable;
	bool lacks_active; /* this node's file has not the active key */
};

static void
resealing_clear(struct resealing *r)
{
	keys_free(r->keys);
}

static enum flow_next
reseal_list(struct flow *f)
{
	struct run *run = flow_state(f);
	struct resealing *r = run->state;

	enrolments_seals(run->store, f, r->after, &r->seals);
	return FLOW_NEXT;
}

/* False if the secret cannot be opened; then it stays as it is. */
static bool
reseal_one(const struct resealing *r, const struct generator_seal *seal,
    uint8_t sealed[static SECRET_MOST + SEALED_EXTRA])
{
	const struct sealed_key *old =
	    keys_sealed(r->keys, (unsigned)seal->key_id, SEAL_TOTP_SECRET);
	const struct sealed_key *active =
	    keys_sealed(r->keys, (unsigned)seal->active_key, SEAL_TOTP_SECRET);
	const struct sealed_place place = { STR("enrolment"), STR("secret"),
		seal->id };
	uint8_t secret[SECRET_MOST];
	bool opened = old != NULL && seal->secret.len > SEALED_EXTRA &&
		      seal->secret.len <= SECRET_MOST + SEALED_EXTRA &&
		      sealed_open(old, &place, (const uint8_t *)seal->secret.at,
			  seal->secret.len, secret);

	if (opened)
		sealed_make(active, &place, secret,
		    seal->secret.len - SEALED_EXTRA, sealed);
	bytes_wipe(secret, sizeof(secret));
	return opened;
}

static enum flow_next
reseal_put(struct flow *f)
{
	struct run *run = flow_state(f);
	struct resealing *r = run->state;
	const struct generator_seal *seals = r->seals.items;
	uint8_t sealed[SECRET_MOST + SEALED_EXTRA];

	for (size_t i = 0; i < r->seals.count; i++) {
		if (keys_sealed(r->keys, (unsigned)seals[i].active_key,
			SEAL_TOTP_SECRET) == NULL) {
			r->lacks_active = true;
			return FLOW_NEXT;
		}
		if (!reseal_one(r, &seals[i], sealed)) {
			r->unreadable++;
			continue;
		}
		enrolments_reseal(run->store, f, &seals[i],
		    (struct str){ (const char *)sealed, seals[i].secret.len },
		    &r->resealed[i]);
	}
	return FLOW_NEXT;
}

static const struct flow_step reseal_steps[] = {
	FLOW_STEP(reseal_list),
	FLOW_STEP(reseal_put),
	FLOW_STEP(run_end),
	FLOW_END,
};

/* False when there was nothing left. */
static bool
reseal_count(struct resealing *r)
{
	const struct generator_seal *seals = r->seals.items;

	for (size_t i = 0; i < r->seals.count; i++) {
		r->done += r->resealed[i].begun;
		r->resealed[i].begun = false;
		r->after = seals[i].id;
	}
	return r->seals.count > 0 && !r->lacks_active;
}

static int
reseal_report(const struct settings *settings, const struct resealing *r)
{
	if (r->lacks_active) {
		command_complain("%s lacks the active key; copy the key file "
				 "of another node here first",
		    settings->keys_file);
		return OUTCOME_UNUSABLE;
	}
	printf("sealed %zu secrets anew with the active key\n", r->done);
	if (r->unreadable == 0)
		return OUTCOME_DONE;
	command_complain("%zu secrets were sealed with a key that %s has not; "
			 "run this on a node that has it",
	    r->unreadable, settings->keys_file);
	return OUTCOME_REFUSED;
}

int
keys_reseal_command(
    const struct settings *settings, const struct options *options)
{
	CLEANUP(resealing_clear) struct resealing r = { .after = 0 };
	CLEANUP(buf_clear) struct buf why = BUF_INIT(SENTENCE_LONGEST);
	bool more = true;

	(void)options;
	r.keys = file_read_keys(settings->keys_file, &why);
	if (r.keys == NULL) {
		command_complain("%s", buf_cstr(&why));
		return OUTCOME_UNUSABLE;
	}
	while (more) {
		CLEANUP(run_clear) struct run run = { .state = &r };

		r.seals = (struct row_list){ 0 };
		if (!run_or_complain(&run, settings, reseal_steps))
			return OUTCOME_UNUSABLE;
		more = reseal_count(&r);
	}
	return reseal_report(settings, &r);
}
