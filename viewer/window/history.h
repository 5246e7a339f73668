/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "viewer/widgets/scene.h"

G_BEGIN_DECLS

/* What was asked and how far was zoomed in: one step of Alt+Left and Alt+Right. */
typedef struct
{
  HvQuestion question; /* its strings are borrowed, as the view's are */
  char **zoom;         /* hv_scene_path() */
  double scale, left;  /* the viewport */
} HvPlace;

/* Where the user was, as in a browser. */
typedef struct HvHistory HvHistory;

HvHistory *hv_history_new (void);
void hv_history_free (HvHistory *history);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HvHistory, hv_history_free)

/* The user is here now; takes place->zoom. The same question and zoom as before is no step: only
 * the viewport is noted. */
void hv_history_visit (HvHistory *history, const HvPlace *place);

/* So many steps forward, or back where it is negative. Owned by the history, until the next visit;
 * NULL: there are not so many. */
const HvPlace *hv_history_go (HvHistory *history, int by);

G_END_DECLS
