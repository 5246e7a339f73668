/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "viewer/widgets/scene.h"

G_BEGIN_DECLS

/* The source file of the selected frame, with what each line costs beside it. A file that is not
 * where the profile says is looked for, and can be located by hand. */
#define HV_TYPE_SOURCE_PANE (hv_source_pane_get_type ())
G_DECLARE_FINAL_TYPE (HvSourcePane, hv_source_pane, HV, SOURCE_PANE, GtkWidget)

/* Signal "selected" (guint node): a line was chosen; the node of the scene's tree it is shown at.
 */
/* Signal "failed" (char *message): the editor could not be started, or a choice not be kept. */
/* Signal "shown": what was asked for is shown, or why it is not. */

GtkWidget *hv_source_pane_new (void);

/* Shows where the source of `node` is; 0: nothing is selected. Read away from the main thread. */
void hv_source_pane_show (HvSourcePane *self, HvScene *scene, uint32_t node);

/* The user located the file: remembers where files like it are, and shows it. */
void hv_source_pane_locate (HvSourcePane *self, const char *path);

/* Whether what was asked for is still being read. */
gboolean hv_source_pane_is_busy (HvSourcePane *self);

/* Where a key press is to go. */
void hv_source_pane_focus (HvSourcePane *self);

G_END_DECLS
