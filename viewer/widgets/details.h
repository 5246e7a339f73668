/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "viewer/widgets/scene.h"

G_BEGIN_DECLS

/* All that is known of one call path, in place of a tooltip that covers what one looks at. */
#define HV_TYPE_DETAILS (hv_details_get_type ())
G_DECLARE_FINAL_TYPE (HvDetails, hv_details, HV, DETAILS, GtkWidget)

/* Signal "selected" (guint node): a frame of the call path was clicked. */

GtkWidget *hv_details_new (void);

/* `zoom`: what the view is zoomed to, for the share of it; 0: everything. */
void hv_details_show (HvDetails *self, HvScene *scene, uint32_t node, uint32_t zoom);

G_END_DECLS
