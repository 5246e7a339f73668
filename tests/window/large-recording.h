/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib/gstdio.h>

#include "window-tests.h"

/* A recording whose summary is worked out after its first picture. */

#define CALL_PATHS 60000
#define FUNCTIONS 40

static inline char *
make_large_recording (void)
{
  g_autoptr (GString) text = g_string_new ("v 10400 3\nX prog\nI 1000 100000\ns d /usr/bin/prog\n");
  char *path = NULL;
  g_autoptr (GError) error = NULL;
  int file = g_file_open_tmp ("heapview-loading-XXXXXX", &path, &error);

  g_assert_no_error (error);
  g_close (file, NULL);
  for (guint i = 1; i <= FUNCTIONS; i++)
    g_string_append_printf (text, "s a function%02u\ni %x 1 %x\n", i, i * 0x1000, i + 1);
  for (guint t = 1; t <= CALL_PATHS; t++)
    g_string_append_printf (text, "t %x %x\na %x %x\n", t % FUNCTIONS + 1, t / 8, 0x10 + t % 0x1000,
                            t);
  for (guint a = 0; a < CALL_PATHS; a++)
    {
      g_string_append_printf (text, a % 5 ? "+ %x\n" : "+ %x\n- %x\n", a, a);
      if (a % 1000 == 0)
        g_string_append_printf (text, "c %x\n", a / 100 + 1);
    }
  g_file_set_contents (path, text->str, -1, &error);
  g_assert_no_error (error);
  return path;
}

/* What its summary page has, from top to bottom. */
static const char *const headings[] = {
  "Totals",
  "Top Sites at the Peak",
  "Top Sites Live at the End",
  "Top Sites by Allocated Bytes",
  "Top Sites by Temporary Allocations",
  "Recording",
};
#define N_HEADINGS G_N_ELEMENTS (headings)

static inline double
top_of (GtkWidget *widget, HvProfileView *view)
{
  double y;

  g_assert_true (gtk_widget_translate_coordinates (widget, GTK_WIDGET (view), 0, 0, NULL, &y));
  return y;
}
