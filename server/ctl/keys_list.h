/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `portillon keys list`: the keys of this node's file beside what the database
 * says of them.
 */
#ifndef CTL_KEYS_LIST_H
#define CTL_KEYS_LIST_H

#include "ctl/command.h"

extern const struct option_rule keys_list_options[];
int keys_list_command(const struct settings *, const struct options *);

#endif
