/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "viewer/widgets/scene.h"

G_BEGIN_DECLS

/* One bar that sums: base, what grew, what is new, what shrank, what is gone. */
#define HV_TYPE_WATERFALL (hv_waterfall_get_type ())
G_DECLARE_FINAL_TYPE (HvWaterfallBar, hv_waterfall, HV, WATERFALL, GtkWidget)

/* Signal "status" (HvStatus): the user chose a part; HV_STATUS_SAME: none any more. */

GtkWidget *hv_waterfall_new (void);
void hv_waterfall_set_scene (HvWaterfallBar *self, HvScene *scene);

/* Fades all other parts; HV_STATUS_SAME: none. Without the signal. */
void hv_waterfall_set_status (HvWaterfallBar *self, HvStatus status);

G_END_DECLS
