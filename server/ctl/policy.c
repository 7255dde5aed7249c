/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `portillon policy`: who must prove what, where and how often.
 *
 * A document is read here in the very way a gate reads it, so that what was
 * taken holds.
 */
#include <stdio.h>

#include "base/buf.h"
#include "ctl/commands.h"
#include "ctl/file.h"
#include "ctl/run.h"
#include "policy/policy.h"
#include "store/policies.h"
#include "store/store.h"

struct policy_flow {
	struct str tenant;
	struct str document;
	struct str comment;
	struct policy_added added;
	struct row_list list; /* of struct policy_version */
};

static enum flow_next
policy_insert(struct flow *f)
{
	struct run *run = flow_state(f);
	struct policy_flow *p = run->state;

	policies_add(run->store, f, p->tenant, p->document, p->comment,
	    &run->origin, &p->added);
	return FLOW_NEXT;
}

static enum flow_next
policy_fetch(struct flow *f)
{
	struct run *run = flow_state(f);
	struct policy_flow *p = run->state;

	policies_list(run->store, f, &p->list);
	return FLOW_NEXT;
}

static const struct flow_step policy_apply_steps[] = {
	FLOW_STEP(policy_insert),
	FLOW_STEP(run_end),
	FLOW_END,
};

static const struct flow_step policy_show_steps[] = {
	FLOW_STEP(policy_fetch),
	FLOW_STEP(run_end),
	FLOW_END,
};

static struct str
tenant_of(const struct options *options)
{
	return options_has(options, "tenant") ? options_text(options, "tenant")
					      : STR("main");
}

/* The document as it is taken: from a file, or one that comes along. */
static bool
document_read(const struct options *options, struct buf *out)
{
	CLEANUP(buf_clear) struct buf why = BUF_INIT(1000);
	struct str name = options_text(options, "DOCUMENT");
	struct str known = policy_template(name);
	struct policy *policy;

	if (known.len > 0) {
		buf_text(out, known);
	} else if (!file_read(name.at, out, &why)) {
		command_complain("%s", buf_cstr(&why));
		return false;
	}
	policy = policy_read(buf_str(out), &why);
	if (policy == NULL) {
		command_complain("%.*s: %s", STR_ARGS(name), buf_cstr(&why));
		return false;
	}
	policy_unref(policy);
	return true;
}

static int
policy_apply(const struct settings *settings, const struct options *options)
{
	CLEANUP(buf_clear)
	struct buf document = BUF_INIT(POLICY_DOCUMENT_LONGEST);
	struct policy_flow p = {
		.tenant = tenant_of(options),
		.comment = options_text(options, "comment"),
	};
	CLEANUP(run_clear) struct run run = { .state = &p };

	if (!document_read(options, &document))
		return OUTCOME_REFUSED;
	p.document = buf_str(&document);
	if (!run_or_complain(&run, settings, policy_apply_steps))
		return OUTCOME_UNUSABLE;
	if (p.added.number == 0) {
		command_complain("there is no tenant \"%.*s\"; \"portillon "
				 "tenant list\" shows them",
		    STR_ARGS(p.tenant));
		return OUTCOME_REFUSED;
	}
	printf("policy %lld of %.*s is in force\n", (long long)p.added.number,
	    STR_ARGS(p.tenant));
	return OUTCOME_DONE;
}

static int
policy_show(const struct settings *settings, const struct options *options)
{
	struct policy_flow p = { .tenant = tenant_of(options) };
	CLEANUP(run_clear) struct run run = { .state = &p };
	const struct policy_version *versions;

	if (!run_or_complain(&run, settings, policy_show_steps))
		return OUTCOME_UNUSABLE;
	versions = p.list.items;
	for (size_t i = 0; i < p.list.count; i++) {
		if (!str_equal(versions[i].tenant, p.tenant))
			continue;
		printf("%.*s\n", STR_ARGS(versions[i].document));
		return OUTCOME_DONE;
	}
	command_complain("%.*s has no policy: nobody is asked for a second "
			 "step; \"portillon policy apply university\" is one",
	    STR_ARGS(p.tenant));
	return OUTCOME_REFUSED;
}

static int
policy_test(const struct settings *settings, const struct options *options)
{
	CLEANUP(buf_clear)
	struct buf document = BUF_INIT(POLICY_DOCUMENT_LONGEST);

	(void)settings;
	if (!document_read(options, &document))
		return OUTCOME_REFUSED;
	printf("this policy holds\n");
	return OUTCOME_DONE;
}

static const struct option_rule apply_options[] = {
	{ "DOCUMENT", OPTION_WORD,
	    .help = "a file, or school, console, university, association, "
		    "company" },
	{ "tenant", OPTION_TEXT, .value = "SLUG",
	    .help = "organisation; else \"main\"" },
	{ "comment", OPTION_TEXT, .value = "WORDS",
	    .help = "why, for the trail" },
	OPTION_END,
};

static const struct option_rule show_options[] = {
	{ "tenant", OPTION_TEXT, .value = "SLUG",
	    .help = "organisation; else \"main\"" },
	OPTION_END,
};

static const struct option_rule test_options[] = {
	{ "DOCUMENT", OPTION_WORD, .help = "a file, or the name of one" },
	OPTION_END,
};

const struct command policy_parts[] = {
	{ .name = "apply",
	    .summary = "Put a policy in force",
	    .details = "The document is checked first; the one before stays "
		       "in the database.",
	    .options = apply_options,
	    .run = policy_apply },
	{ .name = "show",
	    .summary = "Show the policy in force",
	    .options = show_options,
	    .run = policy_show },
	{ .name = "test",
	    .summary = "Check a document, change nothing",
	    .options = test_options,
	    .run = policy_test },
	{ 0 },
};
