/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "viewer/window/profile-view-private.h"

/* A window that is not seen paints nothing. */
#define WAIT_MS 500

static void
prepare_thread (GTask *gtask, gpointer source, gpointer data, GCancellable *cancellable)
{
  HvScene *scene = data;

  hv_profiles_prepare (scene->profiles, &scene->question);
  g_task_return_boolean (gtask, TRUE);
}

static void
prepared_cb (GObject *source, GAsyncResult *result, gpointer user)
{
  HvProfileView *self = HV_PROFILE_VIEW (source);
  const HvScene *scene = g_task_get_task_data (G_TASK (result));

  self->prepares = FALSE;
  if (self->scene != scene)
    hv_profile_view_prepare (self);
}

void
hv_profile_view_prepare (HvProfileView *self)
{
  /* one after the other: the newest question is what the next ones are like */
  if (!self->scene || self->prepares || self->overviews || self->later_clock)
    return;
  g_autoptr (GTask) gtask = g_task_new (self, NULL, prepared_cb, NULL);

  self->prepares = TRUE;
  g_task_set_task_data (gtask, hv_scene_ref (self->scene), (GDestroyNotify) hv_scene_unref);
  g_task_run_in_thread (gtask, prepare_thread);
}

static void go_on (HvProfileView *self);

void
hv_profile_view_drop_later (HvProfileView *self)
{
  /* a clock that is gone has dropped the handler by itself */
  if (self->later_clock)
    g_signal_handlers_disconnect_by_func (self->later_clock, go_on, self);
  g_clear_object (&self->later_clock);
  g_clear_handle_id (&self->later_source, g_source_remove);
}

static void
go_on (HvProfileView *self)
{
  hv_profile_view_drop_later (self);
  /* what was opened meanwhile begins with it itself */
  if (!self->scene || self->scene->profiles != self->profiles)
    return;
  hv_profile_view_start_overview (self);
  hv_profile_view_prepare (self);
}

static gboolean
waited_cb (gpointer user)
{
  HvProfileView *self = user;

  self->later_source = 0;
  go_on (self);
  return G_SOURCE_REMOVE;
}

void
hv_profile_view_go_on_later (HvProfileView *self)
{
  GdkFrameClock *clock = gtk_widget_get_mapped (GTK_WIDGET (self))
                             ? gtk_widget_get_frame_clock (GTK_WIDGET (self))
                             : NULL;

  hv_profile_view_drop_later (self);
  if (!clock)
    {
      go_on (self);
      return;
    }
  self->later_clock = g_object_ref (clock);
  g_signal_connect_swapped (clock, "after-paint", G_CALLBACK (go_on), self);
  self->later_source = g_timeout_add (WAIT_MS, waited_cb, self);
  gdk_frame_clock_request_phase (clock, GDK_FRAME_CLOCK_PHASE_PAINT);
}
