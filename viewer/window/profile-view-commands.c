/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "viewer/window/profile-view-private.h"

/* What keys, menus and buttons do to what is shown. */

/* Of + and −. */
#define ZOOM_FACTOR 1.5

void
hv_profile_view_swap (HvProfileView *self)
{
  g_return_if_fail (HV_IS_PROFILE_VIEW (self));
  if (!self->profiles || !hv_profile_view_base (self))
    return;
  self->question.swapped = !self->question.swapped;
  hv_profile_view_ask (self);
}

void
hv_profile_view_cycle (HvProfileView *self)
{
  g_return_if_fail (HV_IS_PROFILE_VIEW (self));
  GtkToggleButton *const buttons[] = { self->growth_button, self->current_button, self->base_button,
                                       self->overlay_button };

  if (!self->scene || !self->scene->diff)
    return;
  for (guint i = 0; i < G_N_ELEMENTS (buttons); i++)
    if (gtk_toggle_button_get_active (buttons[i]))
      {
        gtk_toggle_button_set_active (buttons[(i + 1) % G_N_ELEMENTS (buttons)], TRUE);
        break;
      }
}

void
hv_profile_view_invert (HvProfileView *self)
{
  g_return_if_fail (HV_IS_PROFILE_VIEW (self));
  if (!self->scene)
    return;
  self->question.options.bottom_up = !self->question.options.bottom_up;
  hv_profile_view_ask (self);
}

void
hv_profile_view_set_root_below (HvProfileView *self, gboolean below)
{
  g_return_if_fail (HV_IS_PROFILE_VIEW (self));
  hv_flame_graph_set_root_below (self->flame, below);
  hv_profile_view_touch (self);
  if (self->scene)
    hv_profile_view_show_page (self, HV_VIEW_PAGE_FLAME);
}

void
hv_profile_view_open_source (HvProfileView *self)
{
  g_return_if_fail (HV_IS_PROFILE_VIEW (self));
  hv_profile_view_show_page (self, HV_VIEW_PAGE_SOURCE);
  hv_source_pane_focus (self->source);
}

void
hv_profile_view_choose_group (HvProfileView *self)
{
  g_return_if_fail (HV_IS_PROFILE_VIEW (self));
  gtk_widget_grab_focus (GTK_WIDGET (self->group_drop));
  gtk_widget_activate (GTK_WIDGET (self->group_drop));
}

void
hv_profile_view_expand (HvProfileView *self)
{
  g_return_if_fail (HV_IS_PROFILE_VIEW (self));
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));
  GtkWidget *focus = root ? gtk_root_get_focus (root) : NULL;
  GtkWidget *table = focus ? gtk_widget_get_ancestor (focus, HV_TYPE_CALL_TABLE) : NULL;

  if (!table && hv_profile_view_get_page (self) == HV_VIEW_PAGE_TABLE)
    table = GTK_WIDGET (self->call_table);
  if (table)
    hv_call_table_expand_below (HV_CALL_TABLE (table));
}

void
hv_profile_view_zoom (HvProfileView *self, int by)
{
  g_return_if_fail (HV_IS_PROFILE_VIEW (self));
  if (by != 0)
    hv_flame_graph_scale (self->flame, by > 0 ? ZOOM_FACTOR : 1 / ZOOM_FACTOR);
  else
    hv_flame_graph_zoom_to (self->flame, 0);
}

void
hv_profile_view_toggle_details (HvProfileView *self)
{
  g_return_if_fail (HV_IS_PROFILE_VIEW (self));
  adw_flap_set_reveal_flap (self->flap, !adw_flap_get_reveal_flap (self->flap));
}

gboolean
hv_profile_view_escape (HvProfileView *self)
{
  g_return_val_if_fail (HV_IS_PROFILE_VIEW (self), FALSE);
  if (!self->scene)
    return FALSE;
  if (hv_timeline_drop_range (self->timeline))
    return TRUE;
  double scale, left;
  hv_flame_graph_get_viewport (self->flame, &scale, &left);
  if (hv_flame_graph_get_selected (self->flame))
    hv_profile_view_show_selection (self, 0, NULL);
  else if (hv_flame_graph_get_zoom (self->flame) || scale > 1)
    hv_flame_graph_zoom_to (self->flame, 0);
  else
    return FALSE;
  return TRUE;
}
