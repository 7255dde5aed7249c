/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of the commands export, for the table in main.c: the parts of
 * a command, or its options and function.
 */
#ifndef CTL_COMMANDS_H
#define CTL_COMMANDS_H

#include "ctl/command.h"

struct buf;

extern const struct command account_parts[];
extern const struct command decision_parts[];
extern const struct command keys_parts[];
extern const struct command logout_parts[];
extern const struct command mail_parts[];
extern const struct command policy_parts[];
extern const struct command service_parts[];
extern const struct command tenant_parts[];
extern const struct command zone_parts[];

/* The folder of the release's migrations: beside that of its templates. */
void migrate_folder(const struct settings *, struct buf *out);

extern const struct option_rule migrate_options[];
int migrate_command(const struct settings *, const struct options *);

int restored_command(const struct settings *, const struct options *);
/* 0: stopped cleanly, 1: a process had to be killed, 3: it could not start. */
extern const struct option_rule serve_options[];
int serve_command(const struct settings *, const struct options *);

int check_command(const struct settings *, const struct options *);

#endif
