/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "viewer/window/profile-view-private.h"

/* Questions are answered in threads; what is shown is the answer to the newest. */

/* Questions that are worked at at once. Of those that come meanwhile, as from a key that is held,
 * only the newest is. */
#define MAX_ASKED 2

typedef struct
{
  HvProfiles *profiles;
  HvQuestion question;
  guint serial;
  gboolean begins;      /* what is known of the overview is to come with it */
  HvOverview *overview; /* … and does */
} Task;

static void
task_free (gpointer data)
{
  Task *task = data;
  g_clear_pointer (&task->question.options.transforms, g_ptr_array_unref);
  g_clear_pointer (&task->overview, hv_overview_unref);
  hv_profiles_unref (task->profiles);
  g_free (task);
}

static void
ask_thread (GTask *gtask, gpointer source, gpointer data, GCancellable *cancellable)
{
  Task *task = data;
  GError *error = NULL;
  HvScene *scene = hv_scene_new (task->profiles, &task->question, &error);

  if (!scene)
    {
      g_task_return_error (gtask, error);
      return;
    }
  if (task->begins)
    task->overview = hv_scene_begin_overview (scene);
  g_task_return_pointer (gtask, scene, (GDestroyNotify) hv_scene_unref);
}

static void start_task (HvProfileView *self);

static void
answered_cb (GObject *source, GAsyncResult *result, gpointer user)
{
  HvProfileView *self = HV_PROFILE_VIEW (source);
  Task *task = g_task_get_task_data (G_TASK (result));
  g_autoptr (GError) error = NULL;
  g_autoptr (HvScene) scene = g_task_propagate_pointer (G_TASK (result), &error);

  self->n_asked--;
  if (self->waits && self->box)
    start_task (self);
  /* A newer question is on its way, or the window closed. */
  if (task->serial != self->serial || !self->box)
    return;
  self->asks = FALSE;
  if (scene)
    {
      hv_profile_view_take_overview (self, task->overview);
      hv_profile_view_show_scene (self, scene);
      return;
    }
  self->travels = FALSE;
  if (self->pending && !self->scene)
    {
      /* What was kept cannot be asked of it any more. */
      hv_profile_view_drop_state (self);
      hv_profile_view_ask_again (self, &self->usual);
      return;
    }
  hv_profile_view_drop_state (self);
  if (self->scene)
    {
      self->question = self->scene->question;
      hv_profile_view_take_transforms (self, self->question.options.transforms);
      hv_flame_graph_set_scene (self->flame, self->scene);
      self->quiet = TRUE;
      hv_profile_view_update_moment_switch (self);
      hv_profile_view_update_metrics (self);
      hv_profile_view_update_groups (self);
      self->quiet = FALSE;
    }
  g_signal_emit_by_name (self, "failed", error->message);
}

static void
start_task (HvProfileView *self)
{
  g_autoptr (GTask) gtask = g_task_new (self, NULL, answered_cb, NULL);
  Task *task = g_new0 (Task, 1);

  task->profiles = hv_profiles_ref (self->profiles);
  task->question = self->question;
  if (task->question.options.transforms)
    g_ptr_array_ref (task->question.options.transforms);
  task->serial = self->serial;
  task->begins = hv_profile_view_begins_overview (self);
  self->n_asked++;
  self->waits = FALSE;
  g_task_set_task_data (gtask, task, task_free);
  g_task_run_in_thread (gtask, ask_thread);
}

void
hv_profile_view_ask (HvProfileView *self)
{
  self->serial++;
  self->asks = TRUE;
  self->waits = self->n_asked >= MAX_ASKED;
  if (!self->waits)
    start_task (self);
}

void
hv_profile_view_ask_again (HvProfileView *self, const HvQuestion *question)
{
  gboolean moments = self->question.moments;

  self->question = *question;
  hv_profile_view_take_transforms (self, question->options.transforms);
  if (question->moments != moments)
    hv_profile_view_show_moments (self, question->moments);
  hv_profile_view_update_metrics (self);
  hv_profile_view_ask (self);
}
