/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which of two services counts, and why; for `portillon service test`.
 */
#ifndef CTL_SERVICE_RANK_H
#define CTL_SERVICE_RANK_H

#include "base/str.h"

struct registry;
struct service;

/* The registry without one service: what it finds then is the runner-up. */
struct registry *service_registry_without(
    const struct service *services, size_t count, int64_t id);

/* Why the first counts before the second where both match; both come from a
 * registry. */
const char *service_rank_words(
    const struct service *winner, const struct service *other);

#endif
