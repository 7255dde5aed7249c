/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A new password from whoever sits at the terminal, or from standard input.
 */
#ifndef CTL_PROMPT_H
#define CTL_PROMPT_H

#include <stdbool.h>

#include "base/memory.h"

struct buf;

/*
 * Appends a password that keeps the rules for new ones.  Asks twice on the
 * terminal without showing it; or reads all of standard input, of which one
 * newline at the end does not count.  Complains on standard error if false.
 */
bool prompt_new_password(bool from_stdin, struct buf *out) MUST_CHECK;

#endif
