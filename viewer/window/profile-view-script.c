/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "viewer/window/profile-view-private.h"

#include <string.h>

/* What is asked of a view without a hand: for pictures made by the program. */

gboolean
hv_profile_view_is_busy (HvProfileView *self)
{
  g_return_val_if_fail (HV_IS_PROFILE_VIEW (self), FALSE);
  return self->n_asked > 0 || hv_flame_graph_is_moving (self->flame)
         || hv_source_pane_is_busy (self->source) || hv_butterfly_is_busy (self->butterfly);
}

static gboolean
is_called (const HvTree *tree, uint32_t node, const char *name)
{
  const HvKey *key = tree->node_key[node] < tree->n_keys ? &tree->key[tree->node_key[node]] : NULL;

  return key && (strcmp (key->short_label, name) == 0 || strcmp (key->label, name) == 0);
}

/* The node of a function that holds most, of a diff on the side where it holds more; 0: none. */
static uint32_t
find_named (const HvScene *scene, const char *name)
{
  const HvTree *tree = scene->report.tree;

  for (uint32_t node = 1; node < tree->n_nodes; node++)
    if (is_called (tree, node, name))
      return hv_scene_heaviest (scene, hv_scene_key (scene, node));
  return 0;
}

static gboolean
select_named (HvProfileView *self, const char *name, gboolean zoom)
{
  uint32_t node = find_named (self->scene, name);

  if (!node)
    return FALSE;
  hv_profile_view_show_selection (self, node, NULL);
  if (zoom)
    hv_flame_graph_zoom_to (self->flame, node);
  return TRUE;
}

static gboolean
show_moment (HvProfileView *self, const char *text)
{
  HvQuestion question = self->question;

  if (!hv_profile_parse_moment (self->profiles->current, text, &question.at, NULL))
    return FALSE;
  if (!hv_profile_has (self->profiles->current, question.metric, question.at))
    question.metric = HV_METRIC_LIVE_BYTES;
  hv_profile_view_ask_again (self, &question);
  return TRUE;
}

/* As if it had been dragged and Enter pressed. */
static gboolean
show_range (HvProfileView *self, const char *text)
{
  const HvProfile *profile = self->profiles->current;
  g_auto (GStrv) ends = g_strsplit (text, "..", 2);
  uint32_t from, to;

  if (g_strv_length (ends) != 2 || !hv_profile_parse_moment (profile, ends[0], &from, NULL)
      || !hv_profile_parse_moment (profile, ends[1], &to, NULL))
    return FALSE;
  g_signal_emit_by_name (self->timeline, "range", from, to);
  return TRUE;
}

gboolean
hv_profile_view_do (HvProfileView *self, const char *what)
{
  g_return_val_if_fail (HV_IS_PROFILE_VIEW (self), FALSE);
  const char *colon = strchr (what, ':');

  if (!colon || !self->scene)
    return FALSE;
  g_autofree char *verb = g_strndup (what, (gsize) (colon - what));
  if (g_str_equal (verb, "select") || g_str_equal (verb, "zoom"))
    return select_named (self, colon + 1, g_str_equal (verb, "zoom"));
  if (g_str_equal (verb, "at"))
    return show_moment (self, colon + 1);
  if (g_str_equal (verb, "range"))
    return show_range (self, colon + 1);
  if (!g_str_equal (verb, "search"))
    return FALSE;
  hv_profile_view_search (self, colon + 1, FALSE);
  return TRUE;
}
