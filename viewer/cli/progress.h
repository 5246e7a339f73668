/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "importers/importer.h"

G_BEGIN_DECLS

/* Shows a line of progress on stderr when that is a terminal, and turns Ctrl+C and SIGTERM into a
 * cancelled import. Fills `options`, whose cancellable is set already. Call once, before any thread
 * is started. */
void hv_progress_start (HvImportOptions *options, gboolean quiet);

/* Wipes the line. */
void hv_progress_end (void);

G_END_DECLS
