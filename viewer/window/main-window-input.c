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

static const struct
{
  guint keyval;
  const char *action;
} key_actions[] = {
  { GDK_KEY_v, "win.cycle" },
  { GDK_KEY_g, "win.group" },
  { GDK_KEY_i, "win.invert" },
  { GDK_KEY_u, "win.root-below" },
  { GDK_KEY_n, "win.next" },
  { GDK_KEY_p, "win.previous" },
  { GDK_KEY_o, "win.summary" },
  { GDK_KEY_1, "win.flame" },
  { GDK_KEY_KP_1, "win.flame" },
  { GDK_KEY_2, "win.table" },
  { GDK_KEY_KP_2, "win.table" },
  { GDK_KEY_3, "win.butterfly" },
  { GDK_KEY_KP_3, "win.butterfly" },
  { GDK_KEY_b, "win.butterfly" },
  { GDK_KEY_P, "win.peak" },
  { GDK_KEY_bracketleft, "win.mark-a" },
  { GDK_KEY_bracketright, "win.mark-b" },
  { GDK_KEY_x, "win.compare-marks" },
  { GDK_KEY_4, "win.timeline" },
  { GDK_KEY_KP_4, "win.timeline" },
  { GDK_KEY_5, "win.diff" },
  { GDK_KEY_KP_5, "win.diff" },
  { GDK_KEY_7, "win.sites" },
  { GDK_KEY_KP_7, "win.sites" },
  { GDK_KEY_6, "win.source" },
  { GDK_KEY_KP_6, "win.source" },
  { GDK_KEY_plus, "win.zoom-in" },
  { GDK_KEY_equal, "win.zoom-in" },
  { GDK_KEY_KP_Add, "win.zoom-in" },
  { GDK_KEY_minus, "win.zoom-out" },
  { GDK_KEY_KP_Subtract, "win.zoom-out" },
  { GDK_KEY_0, "win.zoom-reset" },
  { GDK_KEY_KP_0, "win.zoom-reset" },
  { GDK_KEY_asterisk, "win.expand" },
  { GDK_KEY_KP_Multiply, "win.expand" },
  { GDK_KEY_slash, "win.search" },
  { GDK_KEY_f, "win.focus" },
  { GDK_KEY_F, "win.focus-path" },
  { GDK_KEY_S, "win.focus-self" },
  { GDK_KEY_m, "win.hide" },
  { GDK_KEY_M, "win.hide-path" },
  { GDK_KEY_d, "win.drop" },
  { GDK_KEY_c, "win.collapse" },
  { GDK_KEY_C, "win.collapse-module" },
  { GDK_KEY_r, "win.collapse-recursion" },
  { GDK_KEY_R, "win.collapse-direct" },
};

static const char *
action_of (guint keyval)
{
  for (guint i = 0; i < G_N_ELEMENTS (key_actions); i++)
    if (key_actions[i].keyval == keyval)
      return key_actions[i].action;
  return NULL;
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
