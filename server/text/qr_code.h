/* SPDX-License-Identifier: Apache-2.0 */
/*
 * QR codes (ISO/IEC 18004) as the path of an inline SVG.
 *
 * The page draws it black on a white plate of its own, in dark mode too, or
 * cameras do not see it.  No script, no style, no request: it passes the
 * strictest content security policy.  What it shows is often secret, so the
 * page that has it is no-store and the caller's buffer is wiped.
 */
#ifndef TEXT_QR_CODE_H
#define TEXT_QR_CODE_H

#include "base/memory.h"
#include "base/str.h"

struct buf;

enum {
	QR_CODE_TEXT_LONGEST = 2331, /* bytes: what level M holds */
	QR_CODE_QUIET_ZONE = 4, /* modules on each side */
	QR_CODE_PATH_LONGEST = 256 * 1024 /* bytes; some 10,000 for a key URI */
};

/*
 * The dark modules as the data of one <path>, a unit each, from a corner of the
 * quiet zone; `side` is that of the whole, the quiet zone included.  False, and
 * nothing appended, for an empty text or one that is too long.
 */
bool qr_code_path(struct buf *, struct str text, int *side) MUST_CHECK;

#endif
