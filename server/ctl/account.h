/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The parts of `portillon account` that stand in files of their own.
 */
#ifndef CTL_ACCOUNT_H
#define CTL_ACCOUNT_H

#include "base/memory.h"
#include "base/str.h"
#include "ctl/options.h"

struct settings;

/* The login of the command line as accounts have it; complains if false. */
bool account_login(const struct options *, struct buf *out) MUST_CHECK;

/* Complains that there is no such account; gives the outcome. */
int account_missing(struct str login);

extern const struct option_rule account_add_options[];
int account_add(const struct settings *, const struct options *);

extern const struct option_rule account_password_options[];
extern const struct option_rule account_address_options[];
extern const struct option_rule account_no_address_options[];
int account_set_address(const struct settings *, const struct options *);
int account_remove_address(const struct settings *, const struct options *);
int account_set_password(const struct settings *, const struct options *);

extern const struct option_rule account_import_options[];
int account_import(const struct settings *, const struct options *);

extern const struct option_rule account_export_options[];
int account_export(const struct settings *, const struct options *);

#endif
