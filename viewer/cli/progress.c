/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "progress.h"

#include "cli.h"
#include "store/units.h"

#include <signal.h>
#include <stdio.h>
#include <unistd.h>

/* After a polite stop was asked for, an export or a query that does not look up is left this long.
 * The store is safe at any instant, so leaving costs nothing but the answer. */
#define GRACE_SECONDS 2
#define REDRAW_INTERVAL (100 * G_TIME_SPAN_MILLISECOND)

static gboolean shown;
static gint64 last_drawn;

static gpointer
wait_for_signal (gpointer user)
{
  g_autoptr (GCancellable) cancellable = user;
  const struct timespec grace = { GRACE_SECONDS, 0 };
  sigset_t set;
  int number;

  sigemptyset (&set);
  sigaddset (&set, SIGINT);
  sigaddset (&set, SIGTERM);
  sigwait (&set, &number);
  g_cancellable_cancel (cancellable);
  sigtimedwait (&set, NULL, &grace);
  _exit (HV_EXIT_CANCELLED);
}

static void
draw (uint64_t done, uint64_t size, gpointer user)
{
  gint64 now = g_get_monotonic_time ();

  if (now - last_drawn < REDRAW_INTERVAL)
    return;
  /* the first moment passes without a line: small files never show one */
  if (last_drawn != 0)
    {
      g_autofree char *read = hv_format_bytes ((int64_t) done);
      shown = TRUE;
      if (size)
        fprintf (stderr, "\r\033[Kreading… %3d %%  %s",
                 (int) (100.0 * (double) done / (double) size), read);
      else
        fprintf (stderr, "\r\033[Kreading… %s", read);
    }
  last_drawn = now;
}

void
hv_progress_start (HvImportOptions *options, gboolean quiet)
{
  sigset_t set;

  sigemptyset (&set);
  sigaddset (&set, SIGINT);
  sigaddset (&set, SIGTERM);
  pthread_sigmask (SIG_BLOCK, &set, NULL);
  g_thread_unref (g_thread_new ("signals", wait_for_signal, g_object_ref (options->cancellable)));
  if (!quiet && isatty (STDERR_FILENO))
    options->progress = draw;
}

void
hv_progress_end (void)
{
  if (shown)
    fputs ("\r\033[K", stderr);
  shown = FALSE;
}
