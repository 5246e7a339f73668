/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What of a frame a pattern or a searched word is held against. */
typedef struct
{
  gboolean function, file, module;
  gboolean origin; /* crate, namespace or module (origin.h) */
} HvScope;

/* That of "fn:" or "function:", "file:", "mod:" or "module:", "crate:" or "ns:" at the beginning of
 * `*text`, which is moved behind it; without one of them function, file and module. */
HvScope hv_scope_parse (const char **text);

G_END_DECLS
