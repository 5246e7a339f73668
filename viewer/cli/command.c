/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli.h"

#include "config.h"
#include "viewer/export/export.h"

#include <string.h>

static gboolean fail (int *status, const char *format, ...) G_GNUC_PRINTF (2, 3);

static gboolean
fail (int *status, const char *format, ...)
{
  g_autofree char *message = NULL;
  va_list args;

  va_start (args, format);
  message = g_strdup_vprintf (format, args);
  va_end (args);
  g_printerr ("heapview: %s\n", message);
  *status = HV_EXIT_USAGE;
  return FALSE;
}

/* What the options ask of each other; files are counted here so that one clear line comes before
 * any file is read. */
static gboolean
check (HvCommand *c, int *status)
{
  guint n_files = g_strv_length (c->files);

  if (c->base)
    {
      char **files = g_new0 (char *, n_files + 2);
      files[0] = g_strdup (c->base);
      memcpy (files + 1, c->files, n_files * sizeof *files);
      g_free (c->files);
      c->files = files;
      n_files++;
      c->diff = TRUE;
    }
  gboolean range = c->at && strstr (c->at, "..");
  if (c->diff && c->series)
    return fail (status, "--diff and --series exclude each other (compare two dumps of a series "
                         "with --series … --at A..B)");
  if (c->diff && n_files != 2 && !(range && n_files == 1))
    return fail (status, "--diff needs two files, base first, or one with --at A..B (got %u)",
                 n_files);
  for (guint i = 0, n_pipes = 0; i < n_files; i++)
    if (strcmp (c->files[i], "-") == 0 && n_pipes++)
      return fail (status, "standard input can be read only once");
  if (hv_command_is_headless (c) && n_files == 0)
    return fail (status, "no file given (see --help)");
  if ((c->outputs || c->format) && n_files > 1 && !c->diff && !c->series)
    return fail (status, "%u files and one output: say --diff or --series, or give one file",
                 n_files);
  if (c->format && !hv_exporter_for_kind (c->format))
    return fail (status, "--format %s: not one of %s", c->format, hv_exporter_kinds ());
  for (guint i = 0; c->outputs && c->outputs[i]; i++)
    if (strcmp (c->outputs[i], "-") == 0 ? c->format == NULL
                                         : !c->format && !hv_exporter_for_path (c->outputs[i]))
      return fail (status, "-o %s: %s; kinds are %s", c->outputs[i],
                   strcmp (c->outputs[i], "-") == 0 ? "needs --format" : "unknown kind of file",
                   hv_exporter_kinds ());
  if (c->metric && hv_metric_parse (c->metric) == HV_N_METRICS)
    {
      GString *names = g_string_new (NULL);
      for (int m = 0; m < HV_N_METRICS; m++)
        g_string_append_printf (names, "%s%s", m ? ", " : "", hv_metric_name ((HvMetric) m));
      fail (status, "--metric %s: not one of %s", c->metric, names->str);
      g_string_free (names, TRUE);
      return FALSE;
    }
  if (c->top < 0)
    return fail (status, "--top %d: must not be negative", c->top);

  HvTreeOptions options;
  g_autoptr (GError) error = NULL;
  if (!hv_command_tree_options (c, c->diff, &options, &error))
    return fail (status, "%s", error->message);
  return TRUE;
}

gboolean
hv_command_parse (HvCommand *command, int argc, char **argv, int *status)
{
  HvCommand *c = command;
  gboolean version = FALSE;

  *c = (HvCommand){ .top = 20 };
  const GOptionEntry main_entries[] = {
    { "diff", 'd', 0, G_OPTION_ARG_NONE, &c->diff, "Compare two FILEs, base first", NULL },
    { "series", 's', 0, G_OPTION_ARG_NONE, &c->series,
      "A directory, or FILEs: dumps of one process over time", NULL },
    { "print", 'p', 0, G_OPTION_ARG_NONE, &c->print, "Report on standard output, no window", NULL },
    { "output", 'o', 0, G_OPTION_ARG_FILENAME_ARRAY, &c->outputs,
      "Write OUT, its kind by the extension (.svg .png .pdf .json .txt .csv .folded); repeatable",
      "OUT" },
    { "format", 0, 0, G_OPTION_ARG_STRING, &c->format,
      "Kind of the output in place of its extension", "KIND" },
    { "metric", 'm', 0, G_OPTION_ARG_STRING, &c->metric, "live-bytes, peak-bytes, total-blocks, …",
      "METRIC" },
    { "at", 0, 0, G_OPTION_ARG_STRING, &c->at,
      "end, peak, a time (12.5s) or a dump's number; A..B compares two moments", "MOMENT" },
    { "group-by", 0, 0, G_OPTION_ARG_STRING, &c->group_by,
      "function, stack, line, file, module, crate, thread or task", "KEY" },
    { "view", 0, 0, G_OPTION_ARG_STRING_ARRAY, &c->views,
      "growth, current, base, overlay; top-down, bottom-up; root-below", "VIEW" },
    { "focus", 0, 0, G_OPTION_ARG_STRING, &c->focus,
      "Keep only stacks through PATTERN (also fn:, file:, module:, crate:NAME)", "PATTERN" },
    { "ignore", 0, 0, G_OPTION_ARG_STRING, &c->ignore, "Drop stacks through PATTERN", "PATTERN" },
    { "hide", 0, 0, G_OPTION_ARG_STRING, &c->hide, "Give the cost of PATTERN to its callers",
      "PATTERN" },
    { "thread", 0, 0, G_OPTION_ARG_STRING, &c->thread, "Only what thread NAME (or number) holds",
      "NAME" },
    { "all-frames", 0, 0, G_OPTION_ARG_NONE, &c->all_frames,
      "Do not fold allocator and runtime frames", NULL },
    { "rules", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &c->rules,
      "Frame rules that come before the user's and the built-in ones; repeatable", "FILE" },
    { "top", 'n', 0, G_OPTION_ARG_INT, &c->top, "Rows (default 20; 0: all)", "N" },
    { "budget", 0, 0, G_OPTION_ARG_FILENAME, &c->budget,
      "Check the limits in FILE; status 1 when one is exceeded", "FILE" },
    { "base", 0, 0, G_OPTION_ARG_FILENAME, &c->base, "The same as --diff BASE FILE", "BASE" },
    { "si", 0, 0, G_OPTION_ARG_NONE, &c->si, "Units of 1000 (kB, MB) in place of 1024 (KiB, MiB)",
      NULL },
    { "binary", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &c->binaries,
      "Take symbols from PATH; repeatable", "PATH" },
    { "debug-dir", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &c->debug_dirs,
      "Look for debug files in DIR; repeatable", "DIR" },
    { "sysroot", 0, 0, G_OPTION_ARG_FILENAME, &c->sysroot, "Look for modules below DIR", "DIR" },
    { "debuginfod", 0, 0, G_OPTION_ARG_NONE, &c->debuginfod,
      "Ask the servers of $DEBUGINFOD_URLS for files that are not here", NULL },
    { "no-symbols", 0, 0, G_OPTION_ARG_NONE, &c->no_symbols, "Leave addresses as they are", NULL },
    { "store", 0, 0, G_OPTION_ARG_FILENAME, &c->store, "Keep profiles in FILE, not in the cache",
      "FILE" },
    { "no-store", 0, 0, G_OPTION_ARG_NONE, &c->no_store, "Keep nothing", NULL },
    { "sql", 0, 0, G_OPTION_ARG_STRING, &c->sql, "Ask the store about the FILEs; prints CSV",
      "QUERY" },
    { "quiet", 'q', 0, G_OPTION_ARG_NONE, &c->quiet, "No progress and no remarks", NULL },
    { "verbose", 'v', 0, G_OPTION_ARG_NONE, &c->verbose, "Say where symbols came from, and times",
      NULL },
    { "version", 0, 0, G_OPTION_ARG_NONE, &version, "Print the version", NULL },
    { "screenshot", 0, G_OPTION_FLAG_HIDDEN, G_OPTION_ARG_FILENAME, &c->screenshot, NULL, "FILE" },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &c->files, NULL, "[FILE…]" },
    { NULL },
  };
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_autoptr (GError) error = NULL;

  g_option_context_set_summary (
      context, "Opens heap profiles (DHAT, jemalloc, gperftools, heaptrack): where the memory is,\n"
               "and what grew. “-” is standard input; files are recognised by their content.");
  g_option_context_add_main_entries (context, main_entries, NULL);
  *status = HV_EXIT_DONE;
  /* strict: “-x” after a file is an option all the same; the array is ours to change */
  g_auto (GStrv) args = g_new0 (char *, (gsize) argc + 1);
  for (int i = 0; i < argc; i++)
    args[i] = g_strdup (argv[i]);
  g_option_context_set_help_enabled (context, TRUE);
  if (!g_option_context_parse_strv (context, &args, &error))
    return fail (status, "%s (see --help)", error->message);
  if (version)
    {
      g_print ("heapview " HV_VERSION "\n");
      return FALSE;
    }
  c->words = g_strdupv (argc ? argv + 1 : argv);
  if (c->files == NULL)
    c->files = g_new0 (char *, 1);
  if (!check (c, status))
    return FALSE;
  c->settings = hv_settings_load ();
  c->si |= c->settings->si;
  return TRUE;
}

void
hv_command_clear (HvCommand *c)
{
  g_strfreev (c->files);
  g_strfreev (c->words);
  g_strfreev (c->outputs);
  g_strfreev (c->binaries);
  g_strfreev (c->debug_dirs);
  g_strfreev (c->views);
  g_strfreev (c->rules);
  char *strings[] = { c->format, c->metric, c->at,         c->group_by, c->focus,
                      c->ignore, c->hide,   c->store,      c->sysroot,  c->sql,
                      c->base,   c->thread, c->screenshot, c->budget };
  for (gsize i = 0; i < G_N_ELEMENTS (strings); i++)
    g_free (strings[i]);
  g_clear_pointer (&c->settings, hv_settings_free);
}

gboolean
hv_command_is_headless (const HvCommand *c)
{
  return c->print || c->outputs || c->format || c->sql || c->budget;
}

static gboolean
is_picture (const HvExporter *exporter)
{
  return exporter && !exporter->write;
}

gboolean
hv_command_has_pictures (const HvCommand *c)
{
  gboolean any = c->format && is_picture (hv_exporter_for_kind (c->format));

  for (guint i = 0; !c->format && c->outputs && c->outputs[i]; i++)
    any |= is_picture (hv_exporter_for_path (c->outputs[i]));
  return any;
}

void
hv_command_session (const HvCommand *c, HvSession *session)
{
  session->import.no_symbols = c->no_symbols;
  session->import.binaries = c->binaries;
  session->import.debug_dirs = c->debug_dirs;
  session->import.sysroot = c->sysroot;
  session->import.debuginfod = c->debuginfod;
  session->import.symbol_cache = !c->no_store;
  session->store_path = c->store;
  session->no_store = c->no_store;
  /* a query may be asked of all that was opened */
  session->end_only = !c->sql
                      && (!c->at || strcmp (c->at, "end") == 0 || strcmp (c->at, "peak") == 0);
  session->rules = (const char *const *) c->rules;
}

static const char *const known_views[] = { "growth",   "current",   "base",       "overlay",
                                           "top-down", "bottom-up", "root-below", NULL };

guint
hv_command_view (const HvCommand *c)
{
  guint view = HV_VIEW_GROWTH;

  for (guint i = 0; c->views && c->views[i]; i++)
    for (guint v = HV_VIEW_GROWTH; v <= HV_VIEW_OVERLAY; v++)
      if (strcmp (c->views[i], known_views[v]) == 0)
        view = v;
  return view;
}

gboolean
hv_command_has_view (const HvCommand *c, const char *view)
{
  return c->views && g_strv_contains ((const char *const *) c->views, view);
}

gboolean
hv_command_tree_options (const HvCommand *c, gboolean diff, HvTreeOptions *options, GError **error)
{
  *options = (HvTreeOptions){ .group = diff ? HV_GROUP_STACK : HV_GROUP_FUNCTION,
                              .all_frames = c->all_frames,
                              .focus = c->focus,
                              .ignore = c->ignore,
                              .hide = c->hide,
                              .thread = c->thread };
  if (c->group_by)
    options->group = hv_group_parse (c->group_by);
  if (options->group == HV_N_GROUPS)
    {
      g_set_error (error, HV_ERROR, HV_ERROR_USAGE,
                   "--group-by %s: not one of function, stack, line, file, module, crate, thread, "
                   "task",
                   c->group_by);
      return FALSE;
    }
  options->bottom_up = hv_command_has_view (c, "bottom-up");
  for (guint i = 0; c->views && c->views[i]; i++)
    if (!g_strv_contains (known_views, c->views[i]))
      {
        g_set_error (error, HV_ERROR, HV_ERROR_USAGE,
                     "--view %s: not one of growth, current, base, overlay, top-down, bottom-up, "
                     "root-below",
                     c->views[i]);
        return FALSE;
      }
  return TRUE;
}
