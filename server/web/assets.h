/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files that pages load: style sheet and images.
 *
 * Each is served under a name with a hash of its content, so that browsers may
 * keep it for ever.
 */
#ifndef WEB_ASSETS_H
#define WEB_ASSETS_H

#include "base/memory.h"
#include "base/str.h"
#include "loop/flow.h"

struct asset_set;
struct buf;
/* The css, js, svg and png files of a folder.  NULL and a sentence in `why`. */
struct asset_set *asset_set_load(const char *folder, struct buf *why);
void asset_set_free(struct asset_set *);

/* "portillon-1a2b3c4d.css" for "portillon.css"; STR_NONE if not there. */
struct str asset_name(const struct asset_set *, struct str file);

extern const struct flow_step asset_show[];

#endif
