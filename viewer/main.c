/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/cli.h"
#include "config.h"
#include "store/units.h"

#if HV_GUI
#include "window/window.h"
#endif

#include <locale.h>

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
static int
open_window (const HvCommand *command)
{
  HvSession session = { 0 };
  HvWindowArgs args = { .files = command->files,
                        .diff = command->diff,
                        .series = command->series,
                        .view = hv_command_view (command),
                        .grouped = command->group_by != NULL,
                        .metric = command->metric,
                        .at = command->at,
                        .screenshot = command->screenshot };

  hv_command_session (command, &session);
  args.import = session.import;
  args.store_path = session.store_path;
  args.no_store = session.no_store;
  args.rules = session.rules;
  /* checked when the command was parsed */
  (void) hv_command_tree_options (command, command->diff, &args.tree, NULL);
  return hv_window_main (&args);
}
#endif

int
main (int argc, char **argv)
{
  HvCommand command;
  int status;

  setlocale (LC_ALL, "");
  /* reports and exports are the same in every language of the machine */
  setlocale (LC_NUMERIC, "C");
  if (hv_command_parse (&command, argc, argv, &status) && hv_command_load_rules (&command, &status))
    {
      hv_units_set_si (command.si);
#if HV_GUI
      if (!hv_command_is_headless (&command) && has_display ())
        status = open_window (&command);
      else
#endif
        {
          if (!hv_command_is_headless (&command))
            {
              if (command.files[0] == NULL)
                {
                  g_printerr ("heapview: no display to open a window on, and no file given to "
                              "report on (see --help)\n");
                  hv_command_clear (&command);
                  return HV_EXIT_USAGE;
                }
              if (!command.quiet)
                g_printerr ("heapview: %s, so this is --print\n",
                            HV_GUI && !has_display () ? "no display to open a window on"
                                                      : "built without the window");
              command.print = TRUE;
            }
          status = hv_command_run (&command);
        }
    }
  hv_command_clear (&command);
  return status;
}
