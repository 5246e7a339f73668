/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include <stdint.h>

G_BEGIN_DECLS

/* A piece of a text, not NUL terminated; length 0: unknown. */
typedef struct
{
  const char *text;
  gsize length;
} HvDhatPiece;

/* What a text of DHAT's frame table says. */
typedef struct
{
  uint64_t address; /* 0: none given */
  HvDhatPiece function, file, object;
  uint32_t line;
} HvDhatFrame;

/* Takes "0x1091F0: A (probe.c:10)" and its kin apart; the pieces point into `text`. Every text is a
 * frame: what is not understood is a name. */
void hv_dhat_parse_frame (const char *text, gsize length, HvDhatFrame *frame);

/* Whether a thread's or the program's first frames are called so: a stack that ends here is whole.
 */
gboolean hv_dhat_is_root (const HvDhatFrame *frame);

G_END_DECLS
