/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What the user chose once and for all, in $XDG_CONFIG_HOME/heapview/settings.ini. It is not in the
 * store: that is a cache, bounded and safe to delete, and --no-store goes without one, while no
 * importer could ever give these back. */
typedef struct
{
  char *editor;        /* command with %f and %l (hv_editor_arguments()); NULL: the desktop's */
  GPtrArray *mappings; /* HvPathMapping (source-path.h), the latest first */
} HvSettings;

/* Never fails: what is not there, or damaged, is as if nothing had been chosen. */
HvSettings *hv_settings_load (void);

/* Writes them, for the user alone. What is in the file beyond these stays. */
gboolean hv_settings_save (const HvSettings *settings, GError **error);

void hv_settings_free (HvSettings *settings);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HvSettings, hv_settings_free)

/* Remembers that files below `prefix` are below `directory`, before all that was said earlier. */
void hv_settings_add_mapping (HvSettings *settings, const char *prefix, const char *directory);

G_END_DECLS
