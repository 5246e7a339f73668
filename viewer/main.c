/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/cli.h"
#include "config.h"
#include "store/units.h"

#include <errno.h>
#include <locale.h>
#include <malloc.h>
#include <unistd.h>

/* The command.  It hands over to another program where a window is wanted (window-main.c): loading
 * GTK takes several times as long as answering from the store; and where a picture is to be drawn.
 */

static gboolean
has_display (void)
{
  static const char *const names[] = { "WAYLAND_DISPLAY", "DISPLAY", "BROADWAY_DISPLAY" };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      const char *value = g_getenv (names[i]);
      if (value && *value)
        return TRUE;
    }
  return FALSE;
}

#if HV_GUI
/* Becomes the window's program: the one beside this, as in a build directory, else the installed
 * one. Returns only when there is none. */
static void
become_window (char **argv)
{
  g_autofree char *self = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree char *folder = self ? g_path_get_dirname (self) : NULL;
  g_autofree char *beside = folder ? g_build_filename (folder, "heapview-window", NULL) : NULL;

  if (beside)
    execv (beside, argv);
  execv (HV_LIBEXEC_DIR "/heapview-window", argv);
  g_printerr ("heapview: %s/heapview-window: %s\n", HV_LIBEXEC_DIR, g_strerror (errno));
}
#endif

int
main (int argc, char **argv)
{
  HvCommand command;
  int status;

  /* Large arrays have pages of their own: they grow without a copy, what is not used of them takes
   * no memory, and what is freed goes back. By itself the C library stops that at the first free.
   */
  mallopt (M_MMAP_THRESHOLD, 256 * 1024);
  setlocale (LC_ALL, "");
  /* reports and exports are the same in every language of the machine */
  setlocale (LC_NUMERIC, "C");
  if (hv_command_parse (&command, argc, argv, &status) && hv_command_load_rules (&command, &status))
    {
      gboolean headless = hv_command_is_headless (&command);
      hv_units_set_si (command.si);
#if HV_GUI
      if (headless ? hv_command_has_pictures (&command) : has_display ())
        become_window (argv);
      if (hv_command_has_pictures (&command))
        {
          hv_command_clear (&command);
          return HV_EXIT_USAGE;
        }
#endif
      if (!headless && command.files[0] == NULL)
        {
          g_printerr ("heapview: no display to open a window on, and no file given to "
                      "report on (see --help)\n");
          hv_command_clear (&command);
          return HV_EXIT_USAGE;
        }
      if (!headless && !command.quiet)
        g_printerr ("heapview: %s, so this is --print\n", !HV_GUI ? "built without the window"
                                                          : !has_display ()
                                                              ? "no display to open a window on"
                                                              : "the window's program is missing");
      command.print |= !headless;
      status = hv_command_run (&command);
    }
  hv_command_clear (&command);
  return status;
}
