/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/cli.h"
#include "draw/picture.h"
#include "store/units.h"
#include "window/window.h"

#include <locale.h>

/* The window's program.  The command runs it with its own arguments, which it has checked,
 * for a window or for pictures. */

static int
open_window (const HvCommand *command)
{
  HvSession session = { 0 };
  HvWindowArgs args = { .files = command->files,
                        .diff = command->diff,
                        .series = command->series,
                        .view = hv_command_view (command),
                        .root_below = hv_command_has_view (command, "root-below"),
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

/* All that was asked for, pictures among it, without a display. */
static int
draw (const HvCommand *command)
{
  /* exports are the same in every language */
  setlocale (LC_MESSAGES, "C");
  hv_picture_register ();
  return hv_command_run (command);
}

int
main (int argc, char **argv)
{
  /* not freed: a load that is cancelled by closing the window may read its paths to the end */
  static HvCommand command;
  int status;

  setlocale (LC_ALL, "");
  setlocale (LC_NUMERIC, "C");
  g_set_prgname ("heapview");
  if (hv_command_parse (&command, argc, argv, &status) && hv_command_load_rules (&command, &status))
    {
      hv_units_set_si (command.si);
      if (hv_command_is_headless (&command))
        status = draw (&command);
      else
        status = open_window (&command);
    }
  return status;
}
