/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "viewer/draw/picture.h"
#include "viewer/widgets/timeline-head.h"

G_BEGIN_DECLS

/* What a widget looked like at one moment, for files and paper. Made on the main thread; any one
 * thread may draw it. */
typedef struct HvSeenPicture HvSeenPicture;

/* Of what scrolls, all that is scrolled; of a timeline, with the names in `head`, which may be
 * NULL. NULL: it is not on the screen. */
HvSeenPicture *hv_seen_picture_new (GtkWidget *widget, HvTimelineHead *head);
void hv_seen_picture_free (HvSeenPicture *seen);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HvSeenPicture, hv_seen_picture_free)

/* Below the header of `picture`, in its colours; returns the height used, px. */
float hv_seen_picture_paint (HvSeenPicture *seen, const HvPicture *picture, cairo_t *cr,
                             float width);

/* Appends a file: "png", "pdf" or "svg". */
gboolean hv_seen_picture_write (HvSeenPicture *seen, const HvPicture *picture, const char *kind,
                                GString *out, GError **error);

G_END_DECLS
