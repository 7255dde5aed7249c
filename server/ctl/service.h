/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The parts of `portillon service` that stand in files of their own.
 */
#ifndef CTL_SERVICE_H
#define CTL_SERVICE_H

#include <jansson.h>

#include "base/memory.h"
#include "ctl/options.h"
#include "loop/flow.h"
#include "store/services.h"

struct arena;
struct run;
struct settings;

/* Steps that load all services; the state is a struct services_loaded. */
extern const struct flow_step service_load_steps[];

/* "login, mail, givenName", from the JSON list of a service. */
struct str service_released_words(struct arena *, struct str released);

/*
 * What an operator has to accept in so many words before a canonical pattern is
 * registered; NULL: nothing.
 */
const char *service_pattern_danger(
    struct str pattern, bool allow_http, bool any_host);

/* The option ID; false, and has complained, if it is no number. */
bool service_id(const struct options *, int64_t *id) MUST_CHECK;
/* An option that takes yes or no, into `answer`, which stays as it is without
 * it.  False, and has complained, if it says something else. */
bool service_read_answer(
    const struct options *, const char *name, struct str *answer) MUST_CHECK;

int service_missing(int64_t id); /* complains, and is the outcome */

extern const struct option_rule service_set_options[];
int service_set(const struct settings *, const struct options *);

extern const struct option_rule service_add_options[];
int service_add(const struct settings *, const struct options *);

extern const struct option_rule service_export_options[];
int service_export(const struct settings *, const struct options *);

extern const struct option_rule service_import_options[];
int service_import(const struct settings *, const struct options *);

extern const struct option_rule service_explain_options[];
int service_explain(const struct settings *, const struct options *);

extern const struct option_rule service_test_options[];
int service_test(const struct settings *, const struct options *);

#endif
