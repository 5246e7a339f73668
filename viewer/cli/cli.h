/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "viewer/session.h"

#include "store/tree.h"

G_BEGIN_DECLS

/* The command line as cli.md describes it, parsed. */
typedef struct
{
  char **files; /* NULL-terminated, never NULL */
  char **words; /* all arguments as they were given */
  gboolean diff, series, print, quiet, verbose, all_frames, si, no_store, no_symbols, debuginfod;
  char **outputs, **binaries, **debug_dirs, **views, **rules;
  char *format, *metric, *at, *group_by, *focus, *ignore, *hide, *store, *sysroot, *sql, *base;
  char *thread, *screenshot, *budget;
  int top;
  HvSettings *settings; /* the user's; the options come before them */
} HvCommand;

enum
{
  HV_EXIT_DONE = 0,
  HV_EXIT_OVER_BUDGET = 1,
  HV_EXIT_USAGE = 2,
  HV_EXIT_UNREADABLE = 3,
  HV_EXIT_CANCELLED = 130,
};

/* Parses the arguments; prints --help and --version itself. FALSE: leave with `*status`. */
gboolean hv_command_parse (HvCommand *command, int argc, char **argv, int *status);
void hv_command_clear (HvCommand *command);

/* Whether it is to be answered without a window. */
gboolean hv_command_is_headless (const HvCommand *command);

/* Whether an output is a picture, which only the window's program draws. */
gboolean hv_command_has_pictures (const HvCommand *command);

/* Puts the frame rules in force, those of --rules and the user's; what is wrong in them goes to
 * stderr. FALSE: leave with `*status`. */
gboolean hv_command_load_rules (const HvCommand *command, int *status);

/* Fills the parts of a session and of the tree options that the command tells; strings borrowed. */
void hv_command_session (const HvCommand *command, HvSession *session);
gboolean hv_command_tree_options (const HvCommand *command, gboolean diff, HvTreeOptions *options,
                                  GError **error);

/* The view of a diff that --view asks for, the last one given: HV_VIEW_GROWTH, … */
guint hv_command_view (const HvCommand *command);

/* Whether --view asks for this among others: "bottom-up", "root-below", … */
gboolean hv_command_has_view (const HvCommand *command, const char *view);

/* Does it all on the terminal: report, outputs, SQL. Returns the exit status. */
int hv_command_run (const HvCommand *command);

G_END_DECLS
