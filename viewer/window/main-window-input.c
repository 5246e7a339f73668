/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "viewer/widgets/i18n.h"

#include "viewer/window/main-window-private.h"

/* --- keys without a modifier --- */

static gboolean
is_typing (HvMainWindow *self)
{
  GtkWidget *focus = gtk_window_get_focus (GTK_WINDOW (self));
  return focus
         && (GTK_IS_EDITABLE (focus)
             || (GTK_IS_TEXT_VIEW (focus) && gtk_text_view_get_editable (GTK_TEXT_VIEW (focus))));
}

static const char *
action_of (guint keyval)
{
  switch (keyval)
    {
    case GDK_KEY_v:
      return "win.cycle";
    case GDK_KEY_g:
      return "win.group";
    case GDK_KEY_i:
      return "win.invert";
    case GDK_KEY_u:
      return "win.root-below";
    case GDK_KEY_n:
      return "win.next";
    case GDK_KEY_p:
      return "win.previous";
    case GDK_KEY_o:
      return "win.summary";
    case GDK_KEY_1:
    case GDK_KEY_KP_1:
      return "win.flame";
    case GDK_KEY_2:
    case GDK_KEY_KP_2:
      return "win.table";
    case GDK_KEY_3:
    case GDK_KEY_KP_3:
    case GDK_KEY_b:
      return "win.butterfly";
    case GDK_KEY_P:
      return "win.peak";
    case GDK_KEY_bracketleft:
      return "win.mark-a";
    case GDK_KEY_bracketright:
      return "win.mark-b";
    case GDK_KEY_x:
      return "win.compare-marks";
    case GDK_KEY_4:
    case GDK_KEY_KP_4:
      return "win.timeline";
    case GDK_KEY_5:
    case GDK_KEY_KP_5:
      return "win.diff";
    case GDK_KEY_7:
    case GDK_KEY_KP_7:
      return "win.sites";
    case GDK_KEY_6:
    case GDK_KEY_KP_6:
      return "win.source";
    case GDK_KEY_plus:
    case GDK_KEY_equal:
    case GDK_KEY_KP_Add:
      return "win.zoom-in";
    case GDK_KEY_minus:
    case GDK_KEY_KP_Subtract:
      return "win.zoom-out";
    case GDK_KEY_0:
    case GDK_KEY_KP_0:
      return "win.zoom-reset";
    case GDK_KEY_asterisk:
    case GDK_KEY_KP_Multiply:
      return "win.expand";
    case GDK_KEY_slash:
      return "win.search";
    case GDK_KEY_f:
      return "win.focus";
    case GDK_KEY_F:
      return "win.focus-path";
    case GDK_KEY_S:
      return "win.focus-self";
    case GDK_KEY_m:
      return "win.hide";
    case GDK_KEY_M:
      return "win.hide-path";
    case GDK_KEY_d:
      return "win.drop";
    case GDK_KEY_c:
      return "win.collapse";
    case GDK_KEY_C:
      return "win.collapse-module";
    case GDK_KEY_r:
      return "win.collapse-recursion";
    case GDK_KEY_R:
      return "win.collapse-direct";
    default:
      return NULL;
    }
}

static gboolean
key_cb (HvMainWindow *self, guint keyval, guint keycode, GdkModifierType state)
{
  if (state & (GDK_CONTROL_MASK | GDK_ALT_MASK | GDK_SUPER_MASK))
    return FALSE;
  if (keyval == GDK_KEY_Escape)
    return self->document && hv_document_escape (self->document);
  const char *action = is_typing (self) ? NULL : action_of (keyval);
  return action && gtk_widget_activate_action (GTK_WIDGET (self), action, NULL);
}

/* --- dropped files --- */

/* Microseconds: two dumps can be of one second. */
static guint64
modified (GFile *file)
{
  g_autoptr (GFileInfo) info = g_file_query_info (
      file, G_FILE_ATTRIBUTE_TIME_MODIFIED "," G_FILE_ATTRIBUTE_TIME_MODIFIED_USEC,
      G_FILE_QUERY_INFO_NONE, NULL, NULL);
  return info ? g_file_info_get_attribute_uint64 (info, G_FILE_ATTRIBUTE_TIME_MODIFIED)
                        * G_USEC_PER_SEC
                    + g_file_info_get_attribute_uint32 (info, G_FILE_ATTRIBUTE_TIME_MODIFIED_USEC)
              : 0;
}

void
hv_main_window_compare_by_age (HvMainWindow *self, GFile *a, GFile *b)
{
  gboolean swap = modified (b) < modified (a);
  g_autofree char *base = g_file_get_path (swap ? b : a);
  g_autofree char *current = g_file_get_path (swap ? a : b);

  if (base && current)
    hv_main_window_open (self, (const char *const[]){ base, current, NULL }, HV_LOAD_DIFF, NULL,
                         NULL);
}

static gboolean
drop_cb (HvMainWindow *self, const GValue *value)
{
  GSList *files = g_value_get_boxed (value);
  guint n = g_slist_length (files);

  if (n == 1)
    {
      g_autofree char *path = g_file_get_path (files->data);
      if (path)
        hv_main_window_open (self, (const char *const[]){ path, NULL },
                             g_file_test (path, G_FILE_TEST_IS_DIR) ? HV_LOAD_SERIES : HV_LOAD_ONE,
                             NULL, NULL);
      return path != NULL;
    }
  if (n == 2)
    {
      hv_main_window_compare_by_age (self, files->data, files->next->data);
      return TRUE;
    }
  hv_main_window_toast (self,
                        _ ("Drop one file to open it, two to compare them, or a folder of dumps."));
  return FALSE;
}

void
hv_main_window_add_input (HvMainWindow *self)
{
  GtkEventController *keys = gtk_event_controller_key_new ();
  GtkDropTarget *drop = gtk_drop_target_new (GDK_TYPE_FILE_LIST, GDK_ACTION_COPY);

  g_signal_connect_object (keys, "key-pressed", G_CALLBACK (key_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (drop, "drop", G_CALLBACK (drop_cb), self, G_CONNECT_SWAPPED);
  gtk_widget_add_controller (GTK_WIDGET (self), keys);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (drop));
}
