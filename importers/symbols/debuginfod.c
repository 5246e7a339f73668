/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "debuginfod.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LIBRARY "libdebuginfod.so.1"

/* The library's functions as in debuginfod.h of elfutils (debuginfod/debuginfod.h.in): stable since
 * its version 0.179. A build id of the length 0 is one in hex; the result is a file descriptor or
 * −errno, `*path` is of malloc(); a progress function that returns other than 0 ends the search. */
typedef struct debuginfod_client Client;
typedef int (*Progress) (Client *client, long a, long b);
typedef int (*Find) (Client *client, const unsigned char *build_id, int length, char **path);

struct HvDebuginfod
{
  void *library;
  Client *client;
  void (*end) (Client *client);
  Find find[2]; /* by HvDebuginfodKind */

  GCancellable *cancellable;
  gint64 file_time, end_time; /* microseconds; a duration and a monotonic time */
  gint64 deadline;            /* of the file that is being asked for */
  gboolean late;
};

/* The library calls back with nothing but the client; each thread has its own clients. */
static _Thread_local HvDebuginfod *asking;

static int
on_progress (Client *client, long a, long b)
{
  HvDebuginfod *d = asking;

  (void) client;
  (void) a;
  (void) b;
  if (d == NULL || g_cancellable_is_cancelled (d->cancellable))
    return 1;
  d->late = g_get_monotonic_time () >= d->deadline;
  return d->late;
}

static gboolean
load_functions (HvDebuginfod *d)
{
  Client *(*begin) (void);
  void (*set_progress) (Client * client, Progress progress);
  const struct
  {
    const char *name;
    void *pointer;
  } functions[] = {
    { "debuginfod_begin", &begin },
    { "debuginfod_end", &d->end },
    { "debuginfod_set_progressfn", &set_progress },
    { "debuginfod_find_debuginfo", &d->find[HV_DEBUGINFOD_DEBUG_FILE] },
    { "debuginfod_find_executable", &d->find[HV_DEBUGINFOD_EXECUTABLE] },
  };

  d->library = dlopen (LIBRARY, RTLD_NOW | RTLD_LOCAL);
  if (d->library == NULL)
    return FALSE;
  for (gsize i = 0; i < G_N_ELEMENTS (functions); i++)
    {
      void *function = dlsym (d->library, functions[i].name);
      if (function == NULL)
        return FALSE;
      memcpy (functions[i].pointer, &function, sizeof function);
    }
  d->client = begin ();
  if (d->client)
    set_progress (d->client, on_progress);
  return d->client != NULL;
}

HvDebuginfod *
hv_debuginfod_new (double file_seconds, double all_seconds, GCancellable *cancellable, char **why)
{
  const char *urls = g_getenv ("DEBUGINFOD_URLS");
  g_autoptr (HvDebuginfod) d = g_new0 (HvDebuginfod, 1);

  *why = NULL;
  if (urls == NULL || *urls == 0)
    {
      *why = g_strdup ("debuginfod was not asked: $DEBUGINFOD_URLS names no server.");
      return NULL;
    }
  d->cancellable = cancellable ? g_object_ref (cancellable) : NULL;
  d->file_time = (gint64) (file_seconds * G_USEC_PER_SEC);
  d->end_time = g_get_monotonic_time () + (gint64) (all_seconds * G_USEC_PER_SEC);
  if (!load_functions (d))
    {
      *why = g_strdup ("debuginfod was not asked: " LIBRARY " is not installed.");
      return NULL;
    }
  return g_steal_pointer (&d);
}

void
hv_debuginfod_free (HvDebuginfod *d)
{
  if (d == NULL)
    return;
  if (d->client)
    d->end (d->client);
  /* the library stays: those that it uses do not expect to be unloaded */
  g_clear_object (&d->cancellable);
  g_free (d);
}

char *
hv_debuginfod_find (HvDebuginfod *d, const char *build_id, HvDebuginfodKind kind, char **why)
{
  gint64 now = g_get_monotonic_time ();
  char *path = NULL, *found = NULL;

  *why = NULL;
  if (now >= d->end_time)
    {
      *why = g_strdup ("not asked: the time for all files is over");
      return NULL;
    }
  d->deadline = MIN (now + d->file_time, d->end_time);
  d->late = FALSE;
  asking = d;
  int fd = d->find[kind](d->client, (const unsigned char *) build_id, 0, &path);
  asking = NULL;
  if (fd >= 0)
    {
      close (fd);
      found = g_strdup (path);
    }
  free (path);
  if (found)
    return found;
  if (g_cancellable_is_cancelled (d->cancellable))
    *why = g_strdup ("cancelled");
  else if (d->late)
    /* it takes a search that was ended for one that found nothing */
    *why = g_strdup_printf ("no answer within %.3g s; the library will not ask again for some time",
                            (double) (d->deadline - now) / G_USEC_PER_SEC);
  else if (fd == -ENOENT)
    *why = g_strdup ("no server has it");
  else
    *why = g_strdup (g_strerror (-fd));
  return NULL;
}
