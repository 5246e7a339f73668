/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "viewer/window/profile-view-private.h"

/* Back and forth through what was asked and where it was zoomed in. */

void
hv_profile_view_note_place (HvProfileView *self)
{
  if (!self->scene || self->travels || self->wanted)
    return;
  HvPlace place = { .question = self->scene->question,
                    .zoom = hv_scene_path (self->scene, hv_flame_graph_get_zoom (self->flame)) };
  hv_flame_graph_get_viewport (self->flame, &place.scale, &place.left);
  hv_history_visit (self->history, &place);
}

void
hv_profile_view_arrive (HvProfileView *self)
{
  const HvPlace *place = hv_history_go (self->history, 0);

  if (!self->travels || !place)
    return;
  hv_flame_graph_zoom_to (self->flame, hv_scene_find_path (self->scene, place->zoom));
  hv_flame_graph_set_viewport (self->flame, place->scale, place->left);
  self->travels = FALSE;
}

gboolean
hv_profile_view_travel (HvProfileView *self, int by)
{
  g_return_val_if_fail (HV_IS_PROFILE_VIEW (self), FALSE);

  if (!self->scene)
    return FALSE;
  /* Where it is panned to is noted when the loop is idle: it may not have been. */
  hv_profile_view_note_place (self);
  const HvPlace *place = hv_history_go (self->history, by);
  if (!place)
    return FALSE;
  self->travels = TRUE;
  /* what is on its way may be the same question: its scene is not there yet */
  if (!self->asks && hv_question_equal (&place->question, &self->scene->question))
    hv_profile_view_arrive (self);
  else
    hv_profile_view_ask_again (self, &place->question);
  return TRUE;
}
