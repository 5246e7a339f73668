/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "viewer/widgets/site-table.h"
#include "viewer/widgets/timeline-head.h"
#include "viewer/widgets/timeline.h"
#include "window-tests.h"

#include <glib/gstdio.h>

/* The timeline of a recording: what each gesture and key of it does, and what all views show then.
 *
 * Twenty moments, 100 ms apart: cache() keeps 64 KiB at each until the fifteenth and gives one back
 * at each after it; session() takes 32 KiB from the fifth to the tenth and gives them back from the
 * eleventh to the sixteenth; work() allocates for an instant. */

#define MOMENTS 20
#define CACHE 0x10000
#define SESSION 0x8000

static char *
make_recording (void)
{
  g_autoptr (GString) text = g_string_new ("v 10400 3\nX prog\nI 1000 100000\n"
                                           "s d /usr/bin/prog\ns 4 main\ns 5 cache\n"
                                           "s 7 session\ns 4 work\n"
                                           "i 1000 1 2\ni 2000 1 3\ni 3000 1 4\ni 4000 1 5\n"
                                           "t 1 0\nt 2 1\nt 3 1\nt 4 1\n"
                                           "a 10000 2\na 8000 3\na 40 4\n");
  char *path = NULL;
  g_autoptr (GError) error = NULL;
  int file = g_file_open_tmp ("heapview-timeline-XXXXXX", &path, &error);

  g_assert_no_error (error);
  g_close (file, NULL);
  for (guint k = 1; k <= MOMENTS; k++)
    {
      g_string_append (text, k <= 15 ? "+ 0\n" : "- 0\n");
      if (k >= 5 && k <= 16)
        g_string_append (text, k <= 10 ? "+ 1\n" : "- 1\n");
      for (guint i = 0; i < k; i++)
        g_string_append (text, "+ 2\n- 2\n");
      g_string_append_printf (text, "c %x\nR %x\n", k * 100, 600 + k);
    }
  g_string_append (text, "# strings: 5\n# ips: 4\n");
  g_file_set_contents (path, text->str, -1, &error);
  g_assert_no_error (error);
  return path;
}

typedef struct
{
  char *path;
  HvMainWindow *window;
  HvProfileView *view;
  HvTimeline *timeline;
  HvFlameGraph *graph;
  const HvScene *scene;
  const HvProfile *profile;
} Test;

static void
take_widgets (Test *test)
{
  test->view = hv_main_window_get_view (test->window);
  test->timeline = HV_TIMELINE (find_typed (GTK_WIDGET (test->view), HV_TYPE_TIMELINE));
  test->graph = hv_profile_view_get_flame_graph (test->view);
  test->scene = hv_profile_view_get_scene (test->view);
  test->profile = test->scene->report.profile;
}

static Test
open_recording (void)
{
  Test test = { .path = make_recording () };

  test.window = open_window ((const char *const[]){ test.path, NULL }, HV_LOAD_ONE);
  take_widgets (&test);
  g_assert_cmpuint (test.profile->n_moments, >=, MOMENTS);
  return test;
}

static void
close_recording (Test *test)
{
  gtk_window_destroy (GTK_WINDOW (test->window));
  if (test->path)
    g_unlink (test->path);
  g_free (test->path);
}

/* The moment at k × 100 ms. */
static guint
moment_of (const Test *test, guint k)
{
  for (guint i = 0; i < test->profile->n_moments; i++)
    if (test->profile->moment[i].time == k * 100)
      return i;
  g_assert_not_reached ();
}

static int64_t
live (guint k)
{
  int64_t cache = k <= 15 ? k : 30 - k;
  int64_t session = k < 5 || k > 15 ? 0 : k <= 10 ? k - 4 : 16 - k;
  return cache * CACHE + session * SESSION;
}

static void
at_moment (const Test *test, guint moment, double y, const char *what)
{
  hands (test->timeline, hv_timeline_x_of_moment (test->timeline, moment), y, what);
}

static void
drag (const Test *test, guint from, guint to, double y)
{
  double a = hv_timeline_x_of_moment (test->timeline, from);
  double b = hv_timeline_x_of_moment (test->timeline, to);

  hands (test->timeline, a, y, "mousedown 1");
  hands (test->timeline, a + (b - a) / 3, y, "sleep 0.05");
  hands (test->timeline, b, y, "sleep 0.05");
  hands (test->timeline, b, y, "mouseup 1");
}

static gboolean
has_preview (const Test *test)
{
  guint from, to;
  return hv_timeline_get_range (test->timeline, &from, &to);
}

static void
next_scene (Test *test)
{
  test->scene = wait_for_another (test->view, test->scene);
}

static int64_t
shown_bytes (const Test *test)
{
  return test->scene->report.tree->incl[HV_SIDE_CURRENT][HV_SLOT_COST][0];
}

/* The line that tells what the pointer is on. */
static const char *
pointed_text (const Test *test, const char *start)
{
  GtkWidget *label = find_widget (GTK_WIDGET (test->view), GTK_TYPE_LABEL, start);
  return label ? gtk_label_get_text (GTK_LABEL (label)) : "";
}

static gboolean
describes (const Test *test, const char *text)
{
  /* what a screen reader is told */
  char *wrong = gtk_test_accessible_check_property (GTK_ACCESSIBLE (test->timeline),
                                                    GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, text);
  gboolean equal = wrong == NULL;
  g_free (wrong);
  return equal;
}

/* A click shows that moment in every view; n and p go on from it. */
static void
test_moments (void)
{
  if (!have_hands ())
    return;
  Test test = open_recording ();

  at_moment (&test, moment_of (&test, 10), 60, "click 1");
  next_scene (&test);
  g_assert_cmpuint (test.scene->report.at, ==, moment_of (&test, 10));
  g_assert_cmpint (shown_bytes (&test), ==, live (10));
  g_assert_nonnull (find_widget (GTK_WIDGET (test.view), GTK_TYPE_BUTTON, "1.00 s"));
  GtkWidget *sites = find_typed (GTK_WIDGET (test.view), HV_TYPE_SITE_TABLE);
  keys (GTK_WINDOW (test.window), "7");
  wait_until (gtk_widget_get_mapped (sites));
  g_assert_nonnull (find_widget (sites, GTK_TYPE_LABEL, "640 KiB"));
  g_assert_nonnull (find_widget (sites, GTK_TYPE_LABEL, "192 KiB"));
  keys (GTK_WINDOW (test.window), "1 n");
  next_scene (&test);
  g_assert_cmpint (shown_bytes (&test), ==, live (11));
  keys (GTK_WINDOW (test.window), "p");
  next_scene (&test);
  g_assert_cmpint (shown_bytes (&test), ==, live (10));
  close_recording (&test);
}

/* What the pointer is on is said in the status line too. */
static void
test_readout (void)
{
  if (!have_hands ())
    return;
  Test test = open_recording ();
  g_autofree char *text = hv_timeline_describe (test.timeline, moment_of (&test, 10));

  g_assert_cmpstr (text, ==,
                   "1.00 s · 832 KiB live · 16 blocks · RSS 2.38 MiB · 120 allocations a second, "
                   "83.3 % temporary");
  at_moment (&test, moment_of (&test, 10), 30, "");
  wait_until (find_widget (GTK_WIDGET (test.view), GTK_TYPE_LABEL, text));
  /* over the memory of one it names it: at the bottom lies what holds most */
  int height = gtk_widget_get_height (GTK_WIDGET (test.timeline));
  at_moment (&test, moment_of (&test, 10), height - 62, "");
  g_autofree char *of_cache = g_strconcat (text, " · cache 640 KiB", NULL);
  wait_until (find_widget (GTK_WIDGET (test.view), GTK_TYPE_LABEL, of_cache));
  hands (test.graph, 5, 5, "");
  wait_until (!find_widget (GTK_WIDGET (test.view), GTK_TYPE_LABEL, text));
  close_recording (&test);
}

/* Two moments can be compared either way round: all that is said of them is said so. */
static void
test_backwards (void)
{
  Test test = open_recording ();

  g_signal_emit_by_name (test.timeline, "range", moment_of (&test, 9), moment_of (&test, 4));
  next_scene (&test);
  g_assert_cmpint (test.scene->diff->waterfall.base, ==, live (9));
  g_assert_true (
      describes (&test, "from 736 KiB · 900 ms to 256 KiB · 400 ms: −480 KiB in 500 ms"));
  g_assert_nonnull (chip (test.view, "900 ms – 400 ms ×"));

  gtk_widget_activate_action (GTK_WIDGET (test.window), "win.swap", NULL);
  next_scene (&test);
  g_assert_cmpint (test.scene->diff->waterfall.base, ==, live (4));
  g_assert_true (
      describes (&test, "from 256 KiB · 400 ms to 736 KiB · 900 ms: +480 KiB in 500 ms"));
  g_assert_nonnull (chip (test.view, "400 ms – 900 ms ×"));
  close_recording (&test);
}

/* A drag previews; Esc drops it, Enter and the button show the range, the chip leads back. */
static void
test_range (void)
{
  if (!have_hands ())
    return;
  Test test = open_recording ();
  guint from = moment_of (&test, 4), to = moment_of (&test, 9), a, b;
  const HvScene *before = test.scene;

  drag (&test, to, from, 60);
  wait_until (has_preview (&test));
  wait_until (chip (test.view, "Show Only This Range"));
  keys (GTK_WINDOW (test.window), "Escape");
  wait_until (!has_preview (&test));
  wait_until (!chip (test.view, "Show Only This Range"));
  g_assert_true (hv_profile_view_get_scene (test.view) == before);

  drag (&test, from, to, 60);
  wait_until (has_preview (&test));
  hv_timeline_get_range (test.timeline, &a, &b);
  g_assert_cmpuint (a, ==, from);
  g_assert_cmpuint (b, ==, to);
  keys (GTK_WINDOW (test.window), "Return");
  next_scene (&test);
  g_assert_nonnull (test.scene->diff);
  g_assert_cmpint (test.scene->diff->waterfall.base, ==, live (4));
  g_assert_cmpint (test.scene->diff->waterfall.current, ==, live (9));
  /* it stays in sight, for the next */
  g_assert_true (gtk_widget_get_mapped (GTK_WIDGET (test.timeline)));
  g_assert_false (has_preview (&test));
  g_assert_true (
      describes (&test, "from 256 KiB · 400 ms to 736 KiB · 900 ms: +480 KiB in 500 ms"));
  GtkWidget *taken = chip (test.view, "400 ms – 900 ms ×");
  g_assert_nonnull (taken);
  /* n moves its end */
  keys (GTK_WINDOW (test.window), "n");
  next_scene (&test);
  g_assert_cmpint (test.scene->diff->waterfall.base, ==, live (4));
  g_assert_cmpint (test.scene->diff->waterfall.current, ==, live (10));
  gtk_test_widget_wait_for_draw (GTK_WIDGET (test.view));
  click_on (taken);
  next_scene (&test);
  g_assert_null (test.scene->diff);

  drag (&test, from, to, 60);
  wait_until (chip (test.view, "Show Only This Range"));
  gtk_test_widget_wait_for_draw (GTK_WIDGET (test.view));
  hands (chip (test.view, "Show Only This Range"), 20, 8, "click 1");
  next_scene (&test);
  g_assert_cmpint (test.scene->diff->waterfall.current, ==, live (9));
  /* a moment ends it */
  at_moment (&test, moment_of (&test, 12), 60, "click 1");
  next_scene (&test);
  g_assert_null (test.scene->diff);
  g_assert_cmpint (shown_bytes (&test), ==, live (12));
  close_recording (&test);
}

/* With the focus, keys move the moment, and with Shift a range's end. */
static void
test_keys (void)
{
  if (!have_hands ())
    return;
  Test test = open_recording ();
  GtkWindow *window = GTK_WINDOW (test.window);
  guint a, b;

  keys (window, "4");
  wait_until (gtk_window_get_focus (window) == GTK_WIDGET (test.timeline));
  keys (window, "Home");
  next_scene (&test);
  g_assert_cmpuint (test.scene->report.at, ==, 0);
  keys (window, "Right");
  next_scene (&test);
  g_assert_cmpuint (test.scene->report.at, ==, 1);
  g_autofree char *second = hv_timeline_describe (test.timeline, 1);
  g_assert_true (describes (&test, second));
  keys (window, "Left");
  next_scene (&test);
  g_assert_cmpuint (test.scene->report.at, ==, 0);
  keys (window, "shift+Right shift+Right shift+Left shift+Right");
  wait_until (hv_timeline_get_range (test.timeline, &a, &b) && b == 2);
  g_assert_cmpuint (a, ==, 0);
  keys (window, "shift+End");
  wait_until (hv_timeline_get_range (test.timeline, &a, &b) && b == test.profile->n_moments - 1);
  keys (window, "Return");
  next_scene (&test);
  g_assert_nonnull (test.scene->diff);
  g_assert_cmpuint (test.scene->report.base_at, ==, 0);
  g_assert_cmpuint (test.scene->report.at, ==, test.profile->n_moments - 1);
  keys (window, "shift+p");
  next_scene (&test);
  g_assert_null (test.scene->diff);
  g_assert_cmpuint (test.scene->report.at, ==, HV_AT_PEAK);
  /* exactly: before the last of the fifteenth was given back */
  g_assert_cmpint (shown_bytes (&test), ==, live (15) + SESSION);
  close_recording (&test);
}

/* Two marks are compared; dragged, they are compared anew; the chip ends it and they stay. */
static void
test_marks (void)
{
  if (!have_hands ())
    return;
  Test test = open_recording ();
  GtkWindow *window = GTK_WINDOW (test.window);

  at_moment (&test, moment_of (&test, 5), 60, "click 1");
  next_scene (&test);
  keys (window, "bracketleft");
  at_moment (&test, moment_of (&test, 18), 60, "click 1");
  next_scene (&test);
  g_assert_null (chip (test.view, "Compare A with B"));
  keys (window, "bracketright");
  wait_until (chip (test.view, "Compare A with B"));
  keys (window, "x");
  next_scene (&test);
  g_assert_nonnull (test.scene->diff);
  g_assert_cmpint (test.scene->diff->waterfall.base, ==, live (5));
  g_assert_cmpint (test.scene->diff->waterfall.current, ==, live (18));
  GtkWidget *taken = chip (test.view, "A 500 ms – B 1.80 s ×");
  g_assert_nonnull (taken);
  g_assert_null (chip (test.view, "Compare A with B"));

  gtk_test_widget_wait_for_draw (GTK_WIDGET (test.timeline));
  drag (&test, moment_of (&test, 5), moment_of (&test, 10), 8);
  next_scene (&test);
  g_assert_cmpint (test.scene->diff->waterfall.base, ==, live (10));
  g_assert_cmpint (test.scene->diff->waterfall.current, ==, live (18));

  gtk_test_widget_wait_for_draw (GTK_WIDGET (test.view));
  click_on (taken);
  next_scene (&test);
  g_assert_null (test.scene->diff);
  gtk_test_widget_wait_for_draw (GTK_WIDGET (test.timeline));
  GtkWidget *compare = chip (test.view, "Compare A with B");
  g_assert_nonnull (compare);
  hands (compare, 20, 8, "click 1");
  next_scene (&test);
  g_assert_cmpint (test.scene->diff->waterfall.base, ==, live (10));

  /* where it is already, a mark is taken away */
  at_moment (&test, moment_of (&test, 18), 60, "click 1");
  next_scene (&test);
  wait_until (chip (test.view, "Compare A with B"));
  keys (window, "bracketright");
  wait_until (!chip (test.view, "Compare A with B"));
  close_recording (&test);
}

/* The axis is zoomed at the pointer and at the moment, and panned. */
static void
test_zoom (void)
{
  if (!have_hands ())
    return;
  Test test = open_recording ();
  GtkWindow *window = GTK_WINDOW (test.window);
  guint moment = moment_of (&test, 10);
  double x = hv_timeline_x_of_moment (test.timeline, moment), from, to, left;

  at_moment (&test, moment, 60, "keydown ctrl click 4 click 4 keyup ctrl");
  wait_until ((hv_timeline_get_visible (test.timeline, &from, &to), to - from < 0.7));
  gtk_test_widget_wait_for_draw (GTK_WIDGET (test.timeline));
  g_assert_cmpfloat_with_epsilon (hv_timeline_x_of_moment (test.timeline, moment), x, 1);
  g_assert_cmpuint (hv_timeline_moment_at (test.timeline, x), ==, moment);

  keys (window, "4 ctrl+Right");
  left = from;
  wait_until ((hv_timeline_get_visible (test.timeline, &from, &to), from > left));
  keys (window, "minus minus minus minus");
  wait_until ((hv_timeline_get_visible (test.timeline, &from, &to), to - from >= 1));
  keys (window, "plus plus");
  wait_until ((hv_timeline_get_visible (test.timeline, &from, &to), to - from < 0.7));
  /* the flame graph has keys of its own */
  g_assert_cmpuint (hv_flame_graph_get_zoom (test.graph), ==, 0);
  keys (window, "0");
  wait_until ((hv_timeline_get_visible (test.timeline, &from, &to), to - from >= 1));
  /* the key brings what it moves to into sight */
  hv_timeline_zoom (test.timeline, x, 8);
  keys (window, "Home");
  next_scene (&test);
  hv_timeline_get_visible (test.timeline, &from, &to);
  g_assert_cmpfloat (from, <=, 0.05);
  close_recording (&test);
}

/* Who holds the memory: each can be selected where it is called. */
static void
test_legend (void)
{
  if (!have_hands ())
    return;
  Test test = open_recording ();
  GtkWidget *head = find_typed (GTK_WIDGET (test.view), HV_TYPE_TIMELINE_HEAD);
  GtkWidget *name = find_widget (head, GTK_TYPE_LABEL, "session");

  g_assert_nonnull (find_widget (head, GTK_TYPE_LABEL, "cache"));
  g_assert_nonnull (name);
  at_moment (&test, moment_of (&test, 10), 60, "click 1");
  next_scene (&test);
  hands (name, 4, 4, "click 1");
  wait_until (hv_flame_graph_get_selected (test.graph));
  g_assert_cmpstr (
      hv_tree_label (test.scene->report.tree, hv_flame_graph_get_selected (test.graph)), ==,
      "session");
  /* at the end nothing of it is left */
  at_moment (&test, moment_of (&test, 20), 60, "click 1");
  next_scene (&test);
  hv_flame_graph_select (test.graph, 0);
  keys (GTK_WINDOW (test.window), "Escape");
  hands (name, 4, 4, "click 1");
  wait_until (find_widget (GTK_WIDGET (test.window), GTK_TYPE_LABEL, "It holds nothing"));
  close_recording (&test);
}

/* All memory of the process can be left out: the heap has the axis for itself then. */
static void
test_rss (void)
{
  if (!have_hands ())
    return;
  Test test = open_recording ();
  GtkWidget *head = find_typed (GTK_WIDGET (test.view), HV_TYPE_TIMELINE_HEAD);
  GtkWidget *rss = find_widget (head, GTK_TYPE_TOGGLE_BUTTON, "RSS");
  GtkWidget *picture = GTK_WIDGET (test.timeline);

  g_assert_true (gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (rss)));
  guint peak = hv_timeline_moment_of (test.timeline, HV_AT_PEAK);
  /* as high as this the heap is only then */
  double x = hv_timeline_x_of_moment (test.timeline, peak), y = 50;
  hands (picture, x, y, "");
  wait_until (find_widget (GTK_WIDGET (test.view), GTK_TYPE_LABEL, "1.50 s"));
  g_assert_null (strstr (pointed_text (&test, "1.50 s"), "cache"));
  hands (rss, 4, 4, "click 1");
  wait_until (!gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (rss)));
  hands (picture, x, y, "");
  wait_until (strstr (pointed_text (&test, "1.50 s"), "cache"));
  close_recording (&test);
}

/* Dumps of a process are points of time just so. */
static void
test_series (void)
{
  if (!have_hands ())
    return;
  g_autofree char *base = g_test_build_filename (G_TEST_DIST, "base.heap", NULL);
  g_autofree char *current = g_test_build_filename (G_TEST_DIST, "cur.heap", NULL);
  Test test = { .window = open_window ((const char *const[]){ base, current, NULL },
                                       HV_LOAD_SERIES) };
  GtkWindow *window = GTK_WINDOW (test.window);

  take_widgets (&test);
  g_assert_true (gtk_widget_get_mapped (GTK_WIDGET (test.timeline)));
  at_moment (&test, 0, 60, "click 1");
  next_scene (&test);
  g_assert_cmpint (shown_bytes (&test), ==, test.profile->moment[0].live_bytes);
  keys (window, "bracketleft n");
  next_scene (&test);
  keys (window, "bracketright x");
  next_scene (&test);
  g_assert_nonnull (test.scene->diff);
  g_assert_cmpint (test.scene->diff->waterfall.base, ==, test.profile->moment[0].live_bytes);
  g_assert_cmpint (test.scene->diff->waterfall.current, ==, test.profile->moment[1].live_bytes);
  close_recording (&test);
}

/* A single dump has none, and its keys do nothing; of a diff 5 is the table. */
static void
test_none (void)
{
  static const HvProfileViewStart start;
  g_autofree char *current = g_test_build_filename (G_TEST_DIST, "cur.heap", NULL);

  if (!have_hands ())
    return;
  HvMainWindow *window = open_window ((const char *const[]){ current, NULL }, HV_LOAD_ONE);
  HvProfileView *view = hv_main_window_get_view (window);

  g_assert_false (gtk_widget_get_mapped (find_typed (GTK_WIDGET (view), HV_TYPE_TIMELINE)));
  g_assert_false (gtk_widget_get_mapped (find_typed (GTK_WIDGET (view), HV_TYPE_TIMELINE_HEAD)));
  /* the last key shows that the ones before it have come */
  keys (GTK_WINDOW (window), "4 bracketleft shift+p 2");
  wait_until (!gtk_widget_get_mapped (GTK_WIDGET (hv_profile_view_get_flame_graph (view))));
  g_assert_false (hv_profile_view_is_busy (view));
  g_assert_cmpuint (hv_profile_view_get_scene (view)->report.at, ==, HV_AT_END);
  gtk_window_destroy (GTK_WINDOW (window));

  window = open_diff (&start);
  view = hv_main_window_get_view (window);
  g_assert_true (gtk_widget_get_mapped (GTK_WIDGET (hv_profile_view_get_flame_graph (view))));
  keys (GTK_WINDOW (window), "5");
  wait_until (!gtk_widget_get_mapped (GTK_WIDGET (hv_profile_view_get_flame_graph (view))));
  gtk_window_destroy (GTK_WINDOW (window));
}

int
main (int argc, char **argv)
{
  init_tests (&argc, &argv);

  g_test_add_func ("/timeline/moments", test_moments);
  g_test_add_func ("/timeline/readout", test_readout);
  g_test_add_func ("/timeline/range", test_range);
  g_test_add_func ("/timeline/backwards", test_backwards);
  g_test_add_func ("/timeline/keys", test_keys);
  g_test_add_func ("/timeline/marks", test_marks);
  g_test_add_func ("/timeline/zoom", test_zoom);
  g_test_add_func ("/timeline/legend", test_legend);
  g_test_add_func ("/timeline/rss", test_rss);
  g_test_add_func ("/timeline/series", test_series);
  g_test_add_func ("/timeline/none", test_none);
  return g_test_run ();
}
