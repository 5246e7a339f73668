/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "store/flame-layout.h"
#include "viewer/widgets/scene.h"

G_BEGIN_DECLS

/* What the colours and widths of the flame graph mean; always on. */
#define HV_TYPE_LEGEND (hv_legend_get_type ())
G_DECLARE_FINAL_TYPE (HvLegend, hv_legend, HV, LEGEND, GtkWidget)

GtkWidget *hv_legend_new (void);

/* Explains what is laid out (NULL: nothing) of the scene, and says what was merged. */
void hv_legend_show (HvLegend *self, const HvScene *scene, const HvFlameLayout *layout);

G_END_DECLS
