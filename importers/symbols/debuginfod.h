/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Debug files and programs from the servers of $DEBUGINFOD_URLS, through libdebuginfod (of
 * elfutils), which is loaded when it is asked for the first time and keeps what it got in the
 * user's cache. Nothing else in the program goes to the network. */
typedef struct HvDebuginfod HvDebuginfod;

/* `file_seconds` is the time for one file, `all_seconds` for all together. NULL when it cannot be
 * used, and `*why` says so in a sentence (newly allocated). */
HvDebuginfod *hv_debuginfod_new (double file_seconds, double all_seconds, GCancellable *cancellable,
                                 char **why);
void hv_debuginfod_free (HvDebuginfod *debuginfod);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HvDebuginfod, hv_debuginfod_free)

typedef enum
{
  HV_DEBUGINFOD_DEBUG_FILE,
  HV_DEBUGINFOD_EXECUTABLE,
} HvDebuginfodKind;

/* The path of the file of a build id (lower-case hex), newly allocated. NULL when there is none,
 * and `*why` says why (newly allocated). */
char *hv_debuginfod_find (HvDebuginfod *debuginfod, const char *build_id, HvDebuginfodKind kind,
                          char **why);

G_END_DECLS
