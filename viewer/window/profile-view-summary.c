/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "viewer/widgets/i18n.h"

#include "viewer/window/profile-view-private.h"

/* The page a single profile opens with, and the ways from it into the other views. */

/* A frame with a smaller part of what is shown is zoomed to, or it would be a line. */
#define SEEN 0.05

/* --- working it out --- */

static void
overview_thread (GTask *gtask, gpointer source, gpointer data, GCancellable *cancellable)
{
  g_task_return_pointer (gtask, hv_profiles_get_overview (data),
                         (GDestroyNotify) hv_overview_unref);
}

static void
overview_cb (GObject *source, GAsyncResult *result, gpointer user)
{
  HvProfileView *self = HV_PROFILE_VIEW (source);
  HvProfiles *profiles = g_task_get_task_data (G_TASK (result));
  g_autoptr (HvOverview) overview = g_task_propagate_pointer (G_TASK (result), NULL);

  if (!self->box)
    return;
  self->overviews--;
  /* what is said of the files before comes too late */
  if (profiles == self->profiles)
    {
      g_clear_pointer (&self->overview, hv_overview_unref);
      self->overview = g_steal_pointer (&overview);
      hv_profile_view_show_overview (self);
    }
  if (self->changed_waits)
    hv_profile_view_tell_changed (self);
}

void
hv_profile_view_ask_overview (HvProfileView *self)
{
  g_autoptr (GTask) gtask = NULL;

  if (self->profiles->base)
    return;
  gtask = g_task_new (self, NULL, overview_cb, NULL);
  self->overviews++;
  g_task_set_task_data (gtask, hv_profiles_ref (self->profiles),
                        (GDestroyNotify) hv_profiles_unref);
  g_task_run_in_thread (gtask, overview_thread);
}

void
hv_profile_view_show_overview (HvProfileView *self)
{
  if (hv_profile_view_base (self) || !self->scene)
    return;
  hv_summary_show (self->summary, self->profiles->current, self->overview);
  hv_summary_page_show (self->summary_page, self->profiles->current, self->overview);
}

void
hv_profile_view_tell_changed (HvProfileView *self)
{
  self->changed_waits = self->overviews > 0;
  if (!self->changed_waits)
    g_signal_emit_by_name (self, "changed");
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
