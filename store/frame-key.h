/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "profile.h"

G_BEGIN_DECLS

/* Appends the function's name as it is compared: without what differs from build to build — Rust's
 * "::h<16 hex>", clone suffixes (".part.0", ".constprop.1", ".isra.2", ".cold", ".llvm.123",
 * " [clone …]"), symbol versions ("@@GLIBC_2.2.5"). */
void hv_normalise_function (GString *out, const char *function);

/* How much of the name that is: it is cut at its end only. */
gsize hv_normalised_length (const char *function);

/* Appends the text of a frame as shown: the normalised function, "[note]", or "module+0x1a2b" of an
 * unresolved one. */
void hv_frame_label (GString *out, const HvProfile *profile, const HvFrame *frame);

G_END_DECLS
