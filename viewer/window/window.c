/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "viewer/widgets/i18n.h"

#include <adwaita.h>

#include "hv-window-resources.h"
#include "viewer/window/main-window.h"
#include "viewer/window/screenshot.h"

#include "viewer/window/window.h"

typedef struct
{
  const HvWindowArgs *args;
  HvSession session;
  int status;
} Start;

static void
settled_cb (HvMainWindow *window, Start *start)
{
  if (hv_main_window_has_failed (window))
    start->status = 3;
  if (!hv_main_window_is_loading (window))
    hv_screenshot_when_drawn (window, start->args->screenshot);
}

static void
startup_cb (GtkApplication *application, Start *start)
{
  gtk_icon_theme_add_resource_path (gtk_icon_theme_get_for_display (gdk_display_get_default ()),
                                    "/org/heapview/icons");
  gtk_window_set_default_icon_name ("org.heapview.Heapview");
}

static void
activate_cb (GtkApplication *application, Start *start)
{
  const HvWindowArgs *args = start->args;
  const HvProfileViewStart shown = {
    .tree = args->tree, .grouped = args->grouped, .view = args->view, .root_below = args->root_below
  };
  HvMainWindow *window = hv_main_window_new (application, &start->session, &shown);
  guint n = args->files ? g_strv_length (args->files) : 0;

  if (args->screenshot)
    {
      hv_screenshot_prepare (GTK_WINDOW (window));
      if (n)
        g_signal_connect (window, "settled", G_CALLBACK (settled_cb), start);
      else
        hv_screenshot_when_drawn (window, args->screenshot);
    }
  if (n && (args->diff || args->series))
    hv_main_window_open (window, (const char *const *) args->files,
                         args->diff ? HV_LOAD_DIFF : HV_LOAD_SERIES, args->metric, args->at);
  else
    for (guint i = 0; i < n; i++)
      hv_main_window_open (window, (const char *const[]){ args->files[i], NULL }, HV_LOAD_ONE,
                           args->metric, args->at);
  gtk_window_present (GTK_WINDOW (window));
}

/* Where the translations are: installed, or beside a program run from its build directory. */
static char *
locale_folder (void)
{
  g_autofree char *program = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree char *viewer = program ? g_path_get_dirname (program) : NULL;
  g_autofree char *root = viewer ? g_path_get_dirname (viewer) : NULL;
  g_autofree char *built = root ? g_build_filename (root, "po", NULL) : NULL;
  g_autofree char *one = built ? g_build_filename (built, "zh_CN", "LC_MESSAGES",
                                                   HV_GETTEXT_PACKAGE ".mo", NULL)
                               : NULL;

  return one && g_file_test (one, G_FILE_TEST_IS_REGULAR) ? g_steal_pointer (&built)
                                                          : g_strdup (HV_LOCALE_DIR);
}

int
hv_window_main (const HvWindowArgs *args)
{
  Start start = { .args = args,
                  .session = { .import = args->import,
                               .store_path = args->store_path,
                               .no_store = args->no_store,
                               .rules = args->rules } };

  g_autofree char *locales = locale_folder ();
  bindtextdomain (HV_GETTEXT_PACKAGE, locales);
  bind_textdomain_codeset (HV_GETTEXT_PACKAGE, "UTF-8");
  /* main() has set the locale; GTK would undo its choice for numbers. */
  gtk_disable_setlocale ();
  hv_window_register_resource ();

  /* the base path makes it load style.css */
  g_autoptr (AdwApplication) application = g_object_new (
      ADW_TYPE_APPLICATION, "application-id", "org.heapview.Heapview", "flags",
      G_APPLICATION_NON_UNIQUE, "resource-base-path", "/org/heapview/ui", NULL);
  g_signal_connect (application, "startup", G_CALLBACK (startup_cb), &start);
  g_signal_connect (application, "activate", G_CALLBACK (activate_cb), &start);
  int status = g_application_run (G_APPLICATION (application), 0, NULL);
  return status ? status : start.status;
}
