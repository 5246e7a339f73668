/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <adwaita.h>
#include <glib/gstdio.h>
#include <time.h>

#include "hv-window-resources.h"
#include "viewer/window/kept-summary.h"
#include "viewer/window/main-window.h"

/* opening FILE…: how the window stays at hand while it opens a file. For each file, opened for the
 * first time, then again from the store, then once more and cancelled on the way: how long until
 * its first picture is drawn and until nothing is missing in it, and how long the main thread was
 * away from its events, by the clock and by its own processor time (what counts on a busy machine).
 * The store is one of its own, in a folder that is removed. Run it on a display of its own
 * (tests/window/with-display), with GSK_RENDERER=cairo where there is no GPU. */

#define LATE_US 100000
#define AFTER_US 1500000 /* the drawing goes on that long after the first picture */

static struct
{
  gint64 wall, cpu; /* when the main thread last came back from poll(); 0: not measuring */
  GArray *wall_times, *cpu_times;
} loop;

static gint64
processor_time (void)
{
  struct timespec now;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &now);
  return (gint64) now.tv_sec * G_USEC_PER_SEC + now.tv_nsec / 1000;
}

/* Between two of these the main thread does not look at keys and clicks. */
static int
poll_func (GPollFD *fds, guint n, int timeout)
{
  if (loop.wall)
    {
      gint64 wall = g_get_monotonic_time () - loop.wall, cpu = processor_time () - loop.cpu;
      g_array_append_val (loop.wall_times, wall);
      g_array_append_val (loop.cpu_times, cpu);
    }
  int ready = g_poll (fds, n, timeout);
  if (loop.wall)
    {
      loop.wall = g_get_monotonic_time ();
      loop.cpu = processor_time ();
    }
  return ready;
}

static int
compare (gconstpointer a, gconstpointer b)
{
  gint64 x = *(const gint64 *) a, y = *(const gint64 *) b;
  return (x > y) - (x < y);
}

static void
start_measuring (void)
{
  g_array_set_size (loop.wall_times, 0);
  g_array_set_size (loop.cpu_times, 0);
  loop.wall = g_get_monotonic_time ();
  loop.cpu = processor_time ();
}

static void
print_times (GArray *times)
{
  guint late = 0;

  g_array_sort (times, compare);
  for (guint i = 0; i < times->len; i++)
    late += g_array_index (times, gint64, i) > LATE_US;
  static const double at[] = { 0.99, 1 };
  for (guint i = 0; i < G_N_ELEMENTS (at); i++)
    g_print (" %8.1f",
             (double) g_array_index (times, gint64, (guint) (at[i] * (times->len - 1))) / 1000);
  g_print (" %5u", late);
}

/* When a page was first drawn, and when all of it was there. */
typedef struct
{
  HvDocument *document;
  HvPage page;
  gint64 drawn, whole;
} Picture;

static void
report (const char *what, const Picture *picture)
{
  loop.wall = 0;
  g_print ("%-32s %8.0f %8.0f", what, (double) picture->drawn / 1000,
           (double) picture->whole / 1000);
  print_times (loop.wall_times);
  print_times (loop.cpu_times);
  g_print ("\n");
}

static void
settled_cb (HvMainWindow *window, Picture *picture)
{
  picture->whole = g_get_monotonic_time ();
}

static void
painted_cb (GdkFrameClock *clock, Picture *picture)
{
  if (!picture->drawn && hv_document_get_page (picture->document) == picture->page)
    picture->drawn = g_get_monotonic_time ();
}

static void
go_on (gint64 us)
{
  for (gint64 end = g_get_monotonic_time () + us; g_get_monotonic_time () < end;)
    {
      g_main_context_iteration (NULL, FALSE);
      g_usleep (500);
    }
}

/* Opens the file, and after `cancel_us` (0: not at all) cancels: then it is the page before that is
 * drawn, and it took from the cancel on. */
static Picture
open_file (HvMainWindow *window, const char *file, gint64 cancel_us)
{
  Picture picture = { .document = hv_main_window_get_document (window),
                      .page = cancel_us ? HV_PAGE_START : HV_PAGE_VIEW };
  GdkFrameClock *clock = gtk_widget_get_frame_clock (GTK_WIDGET (window));
  gulong settled = g_signal_connect (window, "settled", G_CALLBACK (settled_cb), &picture);
  gulong painted = 0;
  gint64 start = g_get_monotonic_time (), cancelled = 0;

  start_measuring ();
  hv_document_open (picture.document, (const char *const[]){ file, NULL }, HV_LOAD_ONE, NULL, NULL);
  painted = g_signal_connect (clock, "after-paint", G_CALLBACK (painted_cb), &picture);
  /* a load that is faster than the one before may be drawn, and cannot be cancelled any more */
  while (!picture.whole || (!picture.drawn && (!cancel_us || cancelled)))
    {
      g_main_context_iteration (NULL, TRUE);
      gint64 now = g_get_monotonic_time ();
      if (cancel_us && !cancelled && now - start > cancel_us
          && hv_document_get_page (picture.document) == HV_PAGE_LOADING)
        {
          cancelled = now;
          hv_document_cancel (picture.document);
        }
    }
  go_on (AFTER_US);
  g_signal_handler_disconnect (clock, painted);
  g_signal_handler_disconnect (window, settled);
  if (!picture.drawn)
    picture.drawn = picture.whole; /* never cancelled */
  picture.drawn -= cancelled ? cancelled : start;
  picture.whole -= cancelled ? cancelled : start;
  return picture;
}

static HvMainWindow *
new_window (const HvSession *session)
{
  static const HvProfileViewStart start = { .view = HV_FLAME_CURRENT };
  HvMainWindow *window = hv_main_window_new (NULL, session, &start);

  gtk_window_set_default_size (GTK_WINDOW (window), 1400, 900);
  gtk_window_present (GTK_WINDOW (window));
  go_on (500000);
  return window;
}

/* What the application does after the first picture. */
static void
keep (const HvSession *session, const char *file)
{
  HvOpened opened = { 0 };
  g_autoptr (GError) error = NULL;
  g_autoptr (HvStore) store = hv_session_store (session, &error);

  if (!store
      || !hv_session_open (session, (const char *const[]){ file, NULL }, FALSE, &opened, &error)
      || !hv_session_keep (session, &opened, &error))
    g_printerr ("%s\n", error->message);
  else
    {
      g_autoptr (HvOverview) overview = hv_overview_new (opened.profile, NULL, NULL);
      hv_kept_summary_put (store, opened.key, overview);
    }
  hv_opened_clear (&opened);
}

static void
measure (const char *file, const char *folder)
{
  g_autofree char *store = g_build_filename (folder, "store.db", NULL);
  const HvSession session = { .store_path = store }, none = { .no_store = TRUE };
  HvMainWindow *window = new_window (&session);

  g_print ("%s\n", file);
  Picture first = open_file (window, file, 0);
  report ("  opened for the first time", &first);
  gtk_window_destroy (GTK_WINDOW (window));
  keep (&session, file);

  window = new_window (&session);
  Picture again = open_file (window, file, 0);
  report ("  opened again", &again);
  gtk_window_destroy (GTK_WINDOW (window));

  window = new_window (&none);
  Picture cancelled = open_file (window, file, first.drawn / 4);
  report ("  cancelled on the way: gone after", &cancelled);
  gtk_window_destroy (GTK_WINDOW (window));
  g_unlink (store);
}

int
main (int argc, char **argv)
{
  if (argc < 2 || !gtk_init_check ())
    {
      g_printerr ("opening FILE…, on a display\n");
      return 2;
    }
  g_set_prgname ("opening");
  adw_init ();
  hv_window_register_resource ();
  loop.wall_times = g_array_new (FALSE, FALSE, sizeof (gint64));
  loop.cpu_times = g_array_new (FALSE, FALSE, sizeof (gint64));
  g_main_context_set_poll_func (NULL, poll_func);

  g_autoptr (GError) error = NULL;
  g_autofree char *folder = g_dir_make_tmp ("heapview-opening-XXXXXX", &error);
  if (!folder)
    {
      g_printerr ("%s\n", error->message);
      return 1;
    }
  g_print ("%-32s %8s %8s  %s\n%-32s %8s %8s %8s %8s %5s %8s %8s %5s\n", "ms", "", "",
           "away, by the clock      by its processor time", "", "drawn", "whole", "99 %", "most",
           ">100", "99 %", "most", ">100");
  for (int i = 1; i < argc; i++)
    measure (argv[i], folder);
  g_rmdir (folder);
  g_array_unref (loop.wall_times);
  g_array_unref (loop.cpu_times);
  return 0;
}
