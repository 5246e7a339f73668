/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "viewer/widgets/i18n.h"

#include "store/units.h"
#include "viewer/window/profile-view-private.h"

/* What the timeline is asked for: a moment, a range, two marks, a consumer. */

static const HvProfile *
recording (HvProfileView *self)
{
  return self->profiles && !self->profiles->base && self->profiles->current->n_moments > 1
             ? self->profiles->current
             : NULL;
}

/* One view makes room for the other. */
void
hv_profile_view_show_moments (HvProfileView *self, gboolean moments)
{
  self->placed = FALSE;
  hv_flame_graph_set_scene (self->flame, NULL);
  gtk_toggle_button_set_active (self->growth_button, TRUE);
  hv_flame_graph_set_view (self->flame, moments ? HV_FLAME_GROWTH : HV_FLAME_CURRENT);
}

/* Between one view of the recording and what changed from one moment to another. */
void
hv_profile_view_compare_moments (HvProfileView *self, gboolean moments, uint32_t from, uint32_t to)
{
  HvQuestion *q = &self->question;
  gboolean grouped = q->options.group != hv_profile_view_default_group (self);
  gboolean changes = q->moments != moments;

  q->moments = moments;
  q->base_at = from;
  q->at = to;
  q->swapped = FALSE;
  if (!grouped)
    q->options.group = hv_profile_view_default_group (self);
  if (!hv_profile_has (self->profiles->current, q->metric, to)
      || (moments && !hv_profile_has (self->profiles->current, q->metric, from)))
    q->metric = HV_METRIC_LIVE_BYTES;
  if (changes)
    hv_profile_view_show_moments (self, moments);
  hv_profile_view_update_metrics (self);
  hv_profile_view_ask (self);
}

void
hv_profile_view_set_moment (HvProfileView *self, uint32_t at)
{
  if (self->question.moments)
    {
      hv_profile_view_compare_moments (self, FALSE, HV_AT_END, at);
      return;
    }
  if (self->question.at == at)
    return;
  self->question.at = at;
  if (!hv_profile_has (self->profiles->current, self->question.metric, at))
    {
      self->question.metric = HV_METRIC_LIVE_BYTES;
      hv_profile_view_update_metrics (self);
    }
  hv_profile_view_ask (self);
}

/* --- marks --- */

static gboolean
has_marks (HvProfileView *self)
{
  return self->mark[HV_MARK_A] != HV_NO_MARK && self->mark[HV_MARK_B] != HV_NO_MARK
         && hv_timeline_moment_of (self->timeline, self->mark[HV_MARK_A])
                != hv_timeline_moment_of (self->timeline, self->mark[HV_MARK_B]);
}

static gboolean
compares_marks (HvProfileView *self)
{
  const HvQuestion *q = &self->question;

  return q->moments && has_marks (self) && q->base_at == self->mark[HV_MARK_A]
         && q->at == self->mark[HV_MARK_B];
}

static void
update_offers (HvProfileView *self)
{
  guint from, to;
  gboolean range = hv_timeline_get_range (self->timeline, &from, &to);
  gboolean marks = recording (self) && has_marks (self) && !compares_marks (self);

  hv_timeline_head_offer (self->timeline_head, range, marks);
}

static void
show_marks (HvProfileView *self)
{
  for (guint i = 0; i < HV_N_MARKS; i++)
    hv_timeline_set_mark (self->timeline, i,
                          self->mark[i] == HV_NO_MARK
                              ? G_MAXUINT
                              : hv_timeline_moment_of (self->timeline, self->mark[i]));
  update_offers (self);
}

void
hv_profile_view_mark (HvProfileView *self, guint mark)
{
  g_return_if_fail (HV_IS_PROFILE_VIEW (self) && mark < HV_N_MARKS);
  const HvProfile *profile = recording (self);
  uint32_t at = self->question.at;

  if (!profile || !self->scene)
    return;
  if (at != HV_AT_PEAK)
    at = MIN (at, profile->n_moments - 1);
  /* where it is already it is taken away */
  self->mark[mark] = self->mark[mark] == at ? HV_NO_MARK : at;
  show_marks (self);
}

void
hv_profile_view_compare_marks (HvProfileView *self)
{
  g_return_if_fail (HV_IS_PROFILE_VIEW (self));
  if (!recording (self) || !has_marks (self) || compares_marks (self))
    return;
  hv_timeline_drop_range (self->timeline);
  hv_profile_view_compare_moments (self, TRUE, self->mark[HV_MARK_A], self->mark[HV_MARK_B]);
}

static char *
time_of (const HvProfile *profile, uint32_t at)
{
  if (at == HV_AT_PEAK)
    return g_strdup (_ ("peak"));
  const HvMoment *moment = &profile->moment[MIN (at, profile->n_moments - 1)];
  return moment->time >= 0 && profile->time_unit != HV_TIME_NONE
             ? hv_format_time (profile, moment->time)
             : g_strdup_printf ("%" G_GINT64_FORMAT, moment->number);
}

char *
hv_profile_view_range_text (HvProfileView *self)
{
  const HvQuestion *q = &self->question;

  if (!q->moments)
    return NULL;
  g_autofree char *from = time_of (self->profiles->current, q->swapped ? q->at : q->base_at);
  g_autofree char *to = time_of (self->profiles->current, q->swapped ? q->base_at : q->at);
  if (!compares_marks (self))
    return g_strdup_printf ("%s – %s", from, to);
  return g_strdup_printf (q->swapped ? "B %s – A %s" : "A %s – B %s", from, to);
}

/* --- what the widgets tell --- */

static void
moment_cb (HvProfileView *self, guint moment)
{
  hv_profile_view_set_moment (self, moment);
}

static void
range_cb (HvProfileView *self, guint from, guint to)
{
  hv_timeline_drop_range (self->timeline);
  hv_profile_view_compare_moments (self, TRUE, from, to);
}

static void
marked_cb (HvProfileView *self, guint mark, guint moment)
{
  gboolean compared = compares_marks (self);

  self->mark[mark] = moment;
  show_marks (self);
  if (compared && has_marks (self))
    hv_profile_view_compare_marks (self);
}

static void
pointed_cb (HvProfileView *self, const char *text)
{
  gtk_label_set_text (self->pointed, text);
}

/* The consumer's own frame that holds most now; 0: it is not in the tree. */
static uint32_t
node_of (HvProfileView *self, guint consumer)
{
  const HvConsumers *consumers = self->scene ? hv_profiles_get_consumers (self->scene->profiles)
                                             : NULL;

  return consumers && consumer < consumers->n
             ? hv_scene_find_frame (self->scene, consumers->consumer[consumer].frame)
             : 0;
}

static void
consumer_pointed_cb (HvProfileView *self, guint consumer)
{
  hv_timeline_highlight (self->timeline, consumer);
  hv_flame_graph_point_at (self->flame, node_of (self, consumer));
}

static void
consumer_chosen_cb (HvProfileView *self, guint consumer)
{
  uint32_t node = node_of (self, consumer);

  if (node)
    hv_profile_view_show_selection (self, node, NULL);
  else
    g_signal_emit_by_name (self, "failed", _ ("It holds nothing at this moment."));
}

/* --- for the rest of the view --- */

void
hv_profile_view_init_timeline (HvProfileView *self)
{
  hv_profile_view_forget_marks (self);
  g_signal_connect_object (self->timeline, "moment", G_CALLBACK (moment_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->timeline, "range", G_CALLBACK (range_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->timeline, "preview", G_CALLBACK (update_offers), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->timeline, "marked", G_CALLBACK (marked_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->timeline, "pointed", G_CALLBACK (pointed_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->timeline_head, "pointed", G_CALLBACK (consumer_pointed_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->timeline_head, "chosen", G_CALLBACK (consumer_chosen_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->timeline_head, "rss", G_CALLBACK (hv_timeline_show_rss),
                           self->timeline, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->timeline_head, "commit", G_CALLBACK (hv_timeline_commit_range),
                           self->timeline, G_CONNECT_SWAPPED);
}

void
hv_profile_view_forget_marks (HvProfileView *self)
{
  self->mark[HV_MARK_A] = self->mark[HV_MARK_B] = HV_NO_MARK;
}

void
hv_profile_view_show_timeline (HvProfileView *self, HvScene *scene)
{
  gboolean timed = recording (self) != NULL;

  gtk_widget_set_visible (GTK_WIDGET (self->timeline), timed);
  gtk_widget_set_visible (GTK_WIDGET (self->timeline_head), timed);
  hv_timeline_set_scene (self->timeline, timed ? scene : NULL);
  hv_timeline_head_set_scene (self->timeline_head, timed ? scene : NULL);
  if (!timed)
    return;
  hv_timeline_set_asked (self->timeline, self->question.at);
  show_marks (self);
}

gboolean
hv_profile_view_has_timeline (HvProfileView *self)
{
  g_return_val_if_fail (HV_IS_PROFILE_VIEW (self), FALSE);
  return self->scene && recording (self);
}

gboolean
hv_profile_view_focus_timeline (HvProfileView *self)
{
  g_return_val_if_fail (HV_IS_PROFILE_VIEW (self), FALSE);
  return recording (self) && gtk_widget_grab_focus (GTK_WIDGET (self->timeline));
}

void
hv_profile_view_step_moment (HvProfileView *self, int by)
{
  g_return_if_fail (HV_IS_PROFILE_VIEW (self));
  if (!recording (self) || !self->scene)
    return;
  HvQuestion *q = &self->question;
  gint64 last = (gint64) self->profiles->current->n_moments - 1;
  gint64 now = hv_timeline_moment_of (self->timeline, q->at);
  uint32_t to = (uint32_t) CLAMP (now + by, 0, last);

  /* of a range the end moves: what grew until then */
  if (q->moments)
    {
      if (to != q->at && to != hv_timeline_moment_of (self->timeline, q->base_at))
        hv_profile_view_compare_moments (self, TRUE, q->base_at, to);
    }
  else
    hv_profile_view_set_moment (self, to);
}

void
hv_profile_view_show_peak (HvProfileView *self)
{
  g_return_if_fail (HV_IS_PROFILE_VIEW (self));
  const HvProfile *profile = recording (self);

  if (!profile || !self->scene)
    return;
  gboolean exact = hv_profile_has (profile, HV_METRIC_LIVE_BYTES, HV_AT_PEAK);
  hv_profile_view_set_moment (self, exact ? HV_AT_PEAK
                                          : hv_timeline_moment_of (self->timeline, HV_AT_PEAK));
}
