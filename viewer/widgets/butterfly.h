/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "viewer/draw/grid.h"
#include "viewer/widgets/scene.h"

G_BEGIN_DECLS

/* One function wherever it is called: who calls it above, what it calls below. */
#define HV_TYPE_BUTTERFLY (hv_butterfly_get_type ())
G_DECLARE_FINAL_TYPE (HvButterfly, hv_butterfly, HV, BUTTERFLY, GtkWidget)

/* Signal "selected" (guint node): the user opened a caller or callee; the heaviest node of it in
 * the scene that was shown. */

GtkWidget *hv_butterfly_new (void);

/* Shows the function of a node, 0: the one that holds most itself, as soon as its callers and
 * callees are worked out. */
void hv_butterfly_show (HvButterfly *self, HvScene *scene, uint32_t node);

/* Whether what is shown is not yet what was asked for. */
gboolean hv_butterfly_is_busy (HvButterfly *self);

/* Both tables as one, whose first column says which a row is of. Newly allocated. */
HvGrid *hv_butterfly_get_grid (HvButterfly *self);

G_END_DECLS
