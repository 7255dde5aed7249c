/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `portillon keys reseal`: secrets at rest under the active key, so that older
 * ones can go.
 */
#ifndef CTL_KEYS_RESEAL_H
#define CTL_KEYS_RESEAL_H

#include "ctl/command.h"

int keys_reseal_command(const struct settings *, const struct options *);

#endif
