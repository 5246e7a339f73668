/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

/* The heap profiles this program opened before, the newest first, from the desktop's list of recent
 * files. One opens by a click; two that are ticked can be compared. Hidden while there is none. */
#define HV_TYPE_RECENT_FILES (hv_recent_files_get_type ())
G_DECLARE_FINAL_TYPE (HvRecentFiles, hv_recent_files, HV, RECENT_FILES, GtkWidget)

/* Signal "open" (GFile *). */
/* Signal "compare" (GFile *, GFile *): in no particular order. */

/* Adds a file to the list, or makes it its newest, as soon as it turned out to be a regular file.
 */
void hv_recent_files_add (const char *path);

/* The paths (char *) of files that were opened before, the latest first, whether or not they are
 * still there. */
GPtrArray *hv_recent_files_list (void);

G_END_DECLS
