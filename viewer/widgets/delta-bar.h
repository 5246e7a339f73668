/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* A small bar beside a number: its length is the share of the largest change, its colour the sign.
 */
#define HV_TYPE_DELTA_BAR (hv_delta_bar_get_type ())
G_DECLARE_FINAL_TYPE (HvDeltaBar, hv_delta_bar, HV, DELTA_BAR, GtkWidget)

GtkWidget *hv_delta_bar_new (void);

/* −1 … 1 */
void hv_delta_bar_set_share (HvDeltaBar *self, double share);

G_END_DECLS
