/* SPDX-License-Identifier: Apache-2.0 */
/*
 * QR codes (ISO/IEC 18004) as inline SVG.
 *
 * Black on a white plate of its own, in dark mode too, or cameras do not see
 * it; the plate includes the quiet zone.  No script, no style, no request: it
 * passes the strictest content security policy.  What it shows is often secret,
 * so the page that has it is no-store and the caller's buffer is wiped.
 */
#ifndef TEXT_QR_CODE_H
#define TEXT_QR_CODE_H

#include "base/memory.h"
#include "base/str.h"

struct buf;

enum {
	QR_CODE_TEXT_LONGEST = 2331, /* bytes: what level M holds */
	QR_CODE_QUIET_ZONE = 4, /* modules on each side */
	QR_CODE_PIXELS = 264, /* CSS pixels a side, unless styled otherwise */
	QR_CODE_SVG_LONGEST = 256 * 1024 /* bytes; some 10,000 for a key URI */
};

/*
 * One <svg> element of class "qr-code" with role img.  `label` is read aloud
 * in place of the picture: plain text, escaped here; it says what to do and
 * where else the same is found.  False, and nothing appended, for an empty
 * text or one that is too long.
 */
bool qr_code_svg(struct buf *, struct str text, struct str label) MUST_CHECK;

#endif
