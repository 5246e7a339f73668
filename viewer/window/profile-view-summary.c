/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "viewer/widgets/i18n.h"

#include "viewer/window/kept-summary.h"
#include "viewer/window/profile-view-private.h"

/* The page a single profile opens with, and the ways from it into the other views. */

/* A frame with a smaller part of what is shown is zoomed to, or it would be a line. */
#define SEEN 0.05

/* --- working it out --- */

/* It is there in a blink: its page is then shown at once as it is. */
static gboolean
is_small (HvProfileView *self)
{
  return self->profiles->current->n_nodes <= HV_SMALL_PROFILE;
}

static void
tell_settled (HvProfileView *self)
{
  if (!self->overviews && !self->overview_due && !self->asks)
    g_signal_emit_by_name (self, "settled");
}

typedef struct
{
  HvProfiles *profiles;
  HvScene *scene; /* what is shown already; NULL: nothing */
} Asked;

static void
asked_free (gpointer data)
{
  Asked *asked = data;

  g_clear_pointer (&asked->scene, hv_scene_unref);
  hv_profiles_unref (asked->profiles);
  g_free (asked);
}

static void
overview_thread (GTask *gtask, gpointer source, gpointer data, GCancellable *cancellable)
{
  Asked *asked = data;

  g_task_return_pointer (gtask, hv_profiles_get_overview (asked->profiles, asked->scene),
                         (GDestroyNotify) hv_overview_unref);
}

static void
overview_cb (GObject *source, GAsyncResult *result, gpointer user)
{
  HvProfileView *self = HV_PROFILE_VIEW (source);
  HvProfiles *profiles = ((Asked *) g_task_get_task_data (G_TASK (result)))->profiles;
  g_autoptr (HvOverview) overview = g_task_propagate_pointer (G_TASK (result), NULL);

  if (!self->box)
    return;
  self->overviews--;
  /* what is said of the files before comes too late */
  if (profiles == self->profiles)
    {
      g_autoptr (HvOverview) before = g_steal_pointer (&self->overview);
      self->overview = g_steal_pointer (&overview);
      /* in place, where the page has what was known at first */
      self->overview_shown = self->overview_shown && before
                             && hv_summary_page_complete (self->summary_page, profiles->current,
                                                          self->overview);
      if (self->scene)
        hv_profile_view_show_overview (self);
    }
  if (self->changed_waits)
    hv_profile_view_tell_changed (self);
  else if (self->scene)
    tell_settled (self);
  hv_profile_view_prepare (self);
}

void
hv_profile_view_start_overview (HvProfileView *self)
{
  if (!self->overview_due)
    return;
  g_autoptr (GTask) gtask = g_task_new (self, NULL, overview_cb, NULL);
  Asked *asked = g_new0 (Asked, 1);

  asked->profiles = hv_profiles_ref (self->profiles);
  asked->scene = self->scene ? hv_scene_ref (self->scene) : NULL;
  self->overview_due = FALSE;
  self->overviews++;
  g_task_set_task_data (gtask, asked, asked_free);
  g_task_run_in_thread (gtask, overview_thread);
}

void
hv_profile_view_ask_overview (HvProfileView *self)
{
  HvOverview *kept = self->profiles->kept;

  self->overview_due = !self->profiles->base && !kept;
  self->overview_shown = FALSE;
  if (kept)
    {
      g_clear_pointer (&self->overview, hv_overview_unref);
      self->overview = hv_overview_ref (kept);
    }
  if (is_small (self))
    hv_profile_view_start_overview (self);
}

HvOverview *
hv_profile_view_get_overview (HvProfileView *self)
{
  g_return_val_if_fail (HV_IS_PROFILE_VIEW (self), NULL);
  return !self->profiles || is_small (self) || self->overview_due || self->overviews
             ? NULL
             : self->overview;
}

gboolean
hv_profile_view_begins_overview (HvProfileView *self)
{
  return self->overview_due && !self->overview;
}

void
hv_profile_view_take_overview (HvProfileView *self, HvOverview *overview)
{
  if (!self->overview && overview)
    self->overview = hv_overview_ref (overview);
}

void
hv_profile_view_show_overview (HvProfileView *self)
{
  if (hv_profile_view_base (self) || self->overview_shown)
    return;
  self->overview_shown = TRUE;
  hv_summary_show (self->summary, self->profiles->current, self->overview);
  hv_summary_page_show (self->summary_page, self->profiles->current, self->overview);
}

void
hv_profile_view_tell_changed (HvProfileView *self)
{
  self->changed_waits = self->overviews && is_small (self);
  if (self->changed_waits)
    return;
  g_signal_emit_by_name (self, "changed");
  hv_profile_view_go_on_later (self);
  tell_settled (self);
}

/* --- leaving it --- */

/* The question a view of the whole profile by a metric asks; the peak is a moment here. */
static HvQuestion
plain_question (HvProfileView *self, HvMetric metric)
{
  HvQuestion question = { .metric = metric, .at = HV_AT_END, .base_at = HV_AT_END };

  question.options.group = HV_GROUP_FUNCTION;
  hv_profile_view_place_peak (self, &question);
  return question;
}

static void
select_wanted (HvProfileView *self)
{
  const HvTree *tree = self->scene->report.tree;
  const int64_t *cost = tree->incl[HV_SIDE_CURRENT][HV_SLOT_COST];
  uint32_t node = hv_scene_find_path (self->scene, self->wanted), zoom = 0;

  if (node && (double) cost[node] < SEEN * (double) cost[0])
    for (zoom = node; (double) cost[node] >= SEEN * (double) cost[tree->parent[zoom]];)
      zoom = tree->parent[zoom];
  hv_flame_graph_zoom_to (self->flame, zoom);
  hv_profile_view_show_selection (self, node, NULL);
  /* one place of the history: no place is noted on the way */
  g_clear_pointer (&self->wanted, g_strfreev);
  hv_profile_view_note_place (self);
}

void
hv_profile_view_show_wanted (HvProfileView *self)
{
  if (self->wanted)
    select_wanted (self);
}

static void
go_to (HvProfileView *self, HvMetric metric, HvViewPage page, char **path)
{
  HvQuestion question = plain_question (self, metric);

  g_strfreev (self->wanted);
  self->wanted = g_strdupv (path);
  hv_profile_view_show_page (self, page);
  if (!self->scene)
    hv_profile_view_drop_state (self);
  if (self->scene && hv_question_equal (&question, &self->scene->question)
      && hv_question_equal (&question, &self->question))
    hv_profile_view_show_wanted (self);
  else
    hv_profile_view_ask_again (self, &question);
}

void
hv_profile_view_summary_site_cb (HvProfileView *self, guint metric, char **path)
{
  go_to (self, (HvMetric) metric, HV_VIEW_PAGE_FLAME, path);
}

void
hv_profile_view_summary_sites_cb (HvProfileView *self, guint metric)
{
  go_to (self, (HvMetric) metric, HV_VIEW_PAGE_SITES, NULL);
  gtk_widget_grab_focus (GTK_WIDGET (self->site_table));
}

void
hv_profile_view_summary_grown_cb (HvProfileView *self)
{
  const HvProfile *profile = self->profiles->current;
  HvQuestion question = plain_question (self, HV_METRIC_LIVE_BYTES);

  if (profile->n_moments < 2)
    return;
  question.moments = TRUE;
  question.base_at = 0;
  question.at = profile->n_moments - 1;
  question.options.group = HV_GROUP_STACK;
  hv_profile_view_show_page (self, HV_VIEW_PAGE_FLAME);
  hv_profile_view_ask_again (self, &question);
}
