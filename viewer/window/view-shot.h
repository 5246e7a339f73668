/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "viewer/draw/picture.h"
#include "viewer/window/seen-picture.h"
#include "viewer/window/profile-view.h"

G_BEGIN_DECLS

/* A view as it is at one moment, for files and paper: changes of the window do not change it, and
 * any one thread may write it. */
typedef struct HvViewShot HvViewShot;

/* NULL: nothing is shown yet. */
HvViewShot *hv_view_shot_new (HvProfileView *view);
void hv_view_shot_free (HvViewShot *shot);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HvViewShot, hv_view_shot_free)

/* Whether a table is shown in place of the flame graph. */
gboolean hv_view_shot_is_table (const HvViewShot *shot);

/* The picture of what is neither: the summary, the source, or the timeline while it has the keys;
 * owned by the shot. NULL: there is none. */
HvSeenPicture *hv_view_shot_get_seen (const HvViewShot *shot);

/* Appends a file of this kind ("svg", "csv", …); error: there is no such kind, it cannot be drawn,
 * or it was cancelled. */
gboolean hv_view_shot_write (HvViewShot *shot, const char *kind, GString *out,
                             GCancellable *cancellable, GError **error);

/* The picture, in light colours for paper; borrows from the shot. */
HvPicture hv_view_shot_get_picture (HvViewShot *shot, gboolean paper);

/* The largest sites, or changes, for a page below the flame graph. Newly allocated. */
HvGrid *hv_view_shot_get_top (HvViewShot *shot, guint n);

/* A name to offer for a file, without an ending. Newly allocated. */
char *hv_view_shot_get_name (const HvViewShot *shot);

/* The same of a shot that is not made yet, and whether it will be a table; NULL: nothing is shown.
 */
char *hv_view_shot_offer (HvProfileView *view, gboolean *table);

/* Whether it will have what hv_view_shot_get_seen() gives. */
gboolean hv_view_shot_will_be_seen (HvProfileView *view);

G_END_DECLS
