/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "viewer/widgets/i18n.h"

#include <string.h>

#include "viewer/widgets/labels.h"
#include "viewer/window/preferences.h"
#include "viewer/window/profile-view-private.h"

/* What holds beyond one question: how a profile was left, views with a name, preferences. */

/* Of a name in a toast. */
#define MAX_NAME 48

/* --- preferences --- */

static void
redraw (GtkWidget *widget)
{
  gtk_widget_queue_draw (widget);
  for (GtkWidget *c = gtk_widget_get_first_child (widget); c; c = gtk_widget_get_next_sibling (c))
    redraw (c);
}

/* Other units or colours: all that is shown is shown once more. */
static void
preferences_cb (HvProfileView *self)
{
  /* a scene on its way brings them along */
  if (!self->scene)
    self->overview_shown = FALSE;
  if (!self->scene || self->pending || self->travels)
    return;
  g_autoptr (HvScene) scene = hv_scene_ref (self->scene);
  uint32_t selected = hv_flame_graph_get_selected (self->flame);

  hv_profile_view_show_scene (self, scene);
  hv_profile_view_show_selection (self, selected, NULL);
  redraw (GTK_WIDGET (self));
}

void
hv_profile_view_touch (HvProfileView *self)
{
  if (self->scene && !self->quiet && !self->pending)
    g_signal_emit_by_name (self, "touched");
}

void
hv_profile_view_init_state (HvProfileView *self)
{
  g_signal_connect_object (self->flap, "notify::reveal-flap", G_CALLBACK (hv_profile_view_touch),
                           self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->paned, "notify::position", G_CALLBACK (hv_profile_view_touch),
                           self, G_CONNECT_SWAPPED);
  g_signal_connect_object (hv_preferences_get_default (), "changed", G_CALLBACK (preferences_cb),
                           self, G_CONNECT_SWAPPED);
}

/* --- a state as text --- */

gboolean
hv_profile_view_start_is_plain (const HvProfileViewStart *start)
{
  const HvTreeOptions *o = &start->tree;

  return !start->metric && !start->at && !start->grouped && start->view == HV_FLAME_GROWTH
         && !start->root_below && !o->all_frames && !o->bottom_up && !o->focus && !o->ignore
         && !o->hide && !o->thread;
}

char *
hv_profile_view_print_state (HvProfileView *self, gboolean named)
{
  g_return_val_if_fail (HV_IS_PROFILE_VIEW (self), NULL);
  const HvScene *scene = self->scene;
  int most;

  if (!scene)
    return NULL;
  const HvProfile *base = hv_profile_view_base (self);
  const HvQuestion *q = &scene->question;
  HvViewState state = { .page = hv_profile_view_get_page (self),
                        .metric = q->metric,
                        .moments = q->moments,
                        .swapped = q->swapped,
                        .options = q->options,
                        .flame = hv_flame_graph_get_view (self->flame),
                        .status = self->status,
                        .root_below = hv_flame_graph_get_root_below (self->flame),
                        .details = TRUE };
  g_autofree char *at = state.at = hv_moment_text (self->profiles->current, q->at);
  g_autofree char *base_at = state.base_at = base ? hv_moment_text (base, q->base_at) : NULL;
  g_auto (GStrv) zoom = state.zoom = hv_scene_path (scene, hv_flame_graph_get_zoom (self->flame));
  g_auto (GStrv) selected = hv_scene_path (scene, hv_flame_graph_get_selected (self->flame));

  hv_flame_graph_get_viewport (self->flame, &state.scale, &state.left);
  if (!named)
    {
      state.selected = selected;
      state.search = self->search_text && *self->search_text ? self->search_text : NULL;
      state.match_case = self->match_case;
      state.details = adw_flap_get_folded (self->flap) || adw_flap_get_reveal_flap (self->flap);
      g_object_get (self->paned, "max-position", &most, NULL);
      state.pane = self->placed && most < 100000 ? gtk_paned_get_position (self->paned) : 0;
    }
  return hv_view_state_print (&state);
}

const char *
hv_profile_view_get_search (HvProfileView *self, gboolean *match_case)
{
  g_return_val_if_fail (HV_IS_PROFILE_VIEW (self), NULL);
  const char *text = self->pending ? self->pending->search : self->search_text;

  *match_case = self->pending ? self->pending->match_case : self->match_case;
  return text && *text ? text : NULL;
}

/* --- a state taken up again --- */

void
hv_profile_view_drop_state (HvProfileView *self)
{
  g_clear_pointer (&self->pending, hv_view_state_free);
}

/* What the state asks, as far as these profiles can answer it. */
static HvQuestion
question_of (HvProfileView *self, const HvViewState *state)
{
  const HvProfile *current = self->profiles->current, *base = self->profiles->base;
  HvQuestion q = self->usual;

  q.moments = state->moments && !base;
  base = q.moments ? current : base;
  q.at = hv_moment_find (current, state->at, q.at);
  q.base_at = base ? hv_moment_find (base, state->base_at, q.base_at) : q.base_at;
  if (q.moments && q.at == q.base_at)
    q.moments = FALSE;
  q.swapped = state->swapped && base;
  if (state->metric < HV_N_METRICS && hv_metric_adds_up (state->metric))
    q.metric = state->metric;
  if (!hv_profile_has (current, q.metric, q.at)
      || (base && !hv_profile_has (base, q.metric, q.base_at)))
    q.metric = hv_profile_has (current, self->usual.metric, q.at)
                       && (!base || hv_profile_has (base, self->usual.metric, q.base_at))
                   ? self->usual.metric
                   : HV_METRIC_LIVE_BYTES;
  q.options = state->options;
  if (q.options.group >= HV_N_GROUPS
      || (q.options.group == HV_GROUP_THREAD && current->n_threads == 0))
    q.options.group = base ? HV_GROUP_STACK : HV_GROUP_FUNCTION;
  return q;
}

gboolean
hv_profile_view_apply_state (HvProfileView *self, const char *text)
{
  g_return_val_if_fail (HV_IS_PROFILE_VIEW (self), FALSE);
  g_autoptr (HvViewState) state = self->profiles ? hv_view_state_parse (text) : NULL;

  if (!state)
    return FALSE;
  const HvQuestion question = question_of (self, state);
  hv_profile_view_drop_state (self);
  self->pending = g_steal_pointer (&state);
  self->travels = FALSE;
  hv_profile_view_ask_again (self, &question);
  return TRUE;
}

void
hv_profile_view_finish_state (HvProfileView *self)
{
  GtkToggleButton *const views[] = { self->growth_button, self->current_button, self->base_button,
                                     self->overlay_button };
  g_autoptr (HvViewState) state = g_steal_pointer (&self->pending);
  const HvScene *scene = self->scene;

  if (!state)
    return;
  if (scene->diff)
    {
      gtk_toggle_button_set_active (views[state->flame], TRUE);
      hv_profile_view_show_status (self, state->status);
    }
  hv_flame_graph_set_root_below (self->flame, state->root_below);
  hv_flame_graph_zoom_to (self->flame, hv_scene_find_path (scene, state->zoom));
  hv_flame_graph_set_viewport (self->flame, state->scale, state->left);
  uint32_t selected = hv_scene_find_path (scene, state->selected);
  if (selected)
    hv_profile_view_show_selection (self, selected, NULL);
  if (state->search)
    hv_profile_view_search (self, state->search, state->match_case);
  if (!state->details && !adw_flap_get_folded (self->flap))
    adw_flap_set_reveal_flap (self->flap, FALSE);
  if (state->pane)
    {
      self->pane = state->pane;
      self->placed = FALSE;
      g_object_notify (G_OBJECT (self->paned), "max-position");
    }
  hv_profile_view_show_page (self, state->page);
}

/* --- the zoom --- */

static char *
frame_name (const char *path_element)
{
  g_autofree char *label = g_strndup (path_element, strcspn (path_element, "\n"));

  return hv_label_cut (label, MAX_NAME);
}

void
hv_profile_view_tell_zoom (HvProfileView *self, char **before)
{
  g_auto (GStrv) now = hv_scene_path (self->scene, hv_flame_graph_get_zoom (self->flame));
  guint n_before = g_strv_length (before), n_now = g_strv_length (now);

  if (n_before == 0 || (n_now && strcmp (now[n_now - 1], before[n_before - 1]) == 0))
    return;
  g_autofree char *lost = frame_name (before[n_before - 1]);
  g_autofree char *at = n_now ? frame_name (now[n_now - 1]) : NULL;
  g_autofree char *text = at ? g_strdup_printf (_ ("%s is not there now; zoomed to %s instead"),
                                                lost, at)
                             : g_strdup_printf (_ ("%s is not there now; zoomed out"), lost);
  g_signal_emit_by_name (self, "message", text);
}
