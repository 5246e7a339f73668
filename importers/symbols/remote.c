/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "find.h"
#include "resolver.h"

/* A debug file may be large and the line slow, but nobody waits for names much longer. */
#define FILE_SECONDS 10.0
#define MAX_SECONDS 3600.0
#define ALL_FILES 3.0 /* times that */

static double
file_seconds (const HvImportOptions *options)
{
  const char *text = g_getenv ("HEAPVIEW_DEBUGINFOD_TIMEOUT");
  char *end;
  double seconds = text ? g_ascii_strtod (text, &end) : 0;

  if (text && *end == 0 && seconds > 0 && seconds <= MAX_SECONDS)
    return seconds;
  return options->debuginfod_seconds > 0 ? MIN (options->debuginfod_seconds, MAX_SECONDS)
                                         : FILE_SECONDS;
}

char *
hv_resolver_ask (HvResolver *r, const char *build_id, HvDebuginfodKind kind, GPtrArray *tried)
{
  g_autofree char *why = NULL;

  if (!r->options->debuginfod || build_id == NULL || *build_id == 0)
    return NULL;
  if (!r->debuginfod_begun)
    {
      double seconds = file_seconds (r->options);
      r->debuginfod_begun = TRUE;
      r->debuginfod = hv_debuginfod_new (seconds, ALL_FILES * seconds, r->options->cancellable,
                                         &why);
      if (r->debuginfod == NULL)
        hv_profile_warn (r->profile, "%s", why);
      g_clear_pointer (&why, g_free);
    }
  if (r->debuginfod == NULL)
    return NULL;
  char *path = hv_debuginfod_find (r->debuginfod, build_id, kind, &why);
  if (path == NULL)
    {
      g_autofree char *what = g_strdup_printf (
          "debuginfod, %s %s", kind == HV_DEBUGINFOD_EXECUTABLE ? "executable" : "debug file",
          build_id);
      hv_find_say (tried, what, why);
    }
  return path;
}
