/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/search.h"
#include "store/units.h"
#include "window-tests.h"

/* The flame graph: what each gesture and key of it does. */

static GtkWindow *
show_graph (HvScene *scene, HvFlameGraph **graph)
{
  GtkWidget *window = gtk_window_new (), *scrolled = gtk_scrolled_window_new ();

  *graph = HV_FLAME_GRAPH (hv_flame_graph_new ());
  hv_flame_graph_set_view (*graph, scene->diff ? HV_FLAME_GROWTH : HV_FLAME_CURRENT);
  hv_flame_graph_set_scene (*graph, scene);
  gtk_window_set_default_size (GTK_WINDOW (window), 916, 400);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scrolled), GTK_POLICY_NEVER,
                                  GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), GTK_WIDGET (*graph));
  gtk_window_set_child (GTK_WINDOW (window), scrolled);
  gtk_window_present (GTK_WINDOW (window));
  gtk_test_widget_wait_for_draw (GTK_WIDGET (*graph));
  return GTK_WINDOW (window);
}

/* The box of a node in a forest, which must be drawn. */
static uint32_t
box_of (HvFlameGraph *graph, const HvScene *scene, const char *label, guint forest)
{
  const HvFlameLayout *layout = hv_flame_graph_get_layout (graph);
  uint32_t node = find (scene, label);
  uint32_t box = hv_flame_layout_find (layout, scene->report.tree, node, forest);

  g_assert_cmpuint (box, !=, HV_FLAME_NO_BOX);
  g_assert_cmpuint (layout->box[box].node, ==, node);
  return box;
}

static graphene_point_t
middle (HvFlameGraph *graph, uint32_t box)
{
  graphene_rect_t rect = hv_flame_graph_box_rect (graph, box);
  graphene_point_t center;
  graphene_rect_get_center (&rect, &center);
  return center;
}

static void
test_box_under_pointer (void)
{
  g_autoptr (HvScene) scene = make_scene (FALSE);
  HvFlameGraph *graph;
  GtkWindow *window = show_graph (scene, &graph);
  static const char *const labels[] = { "main", "alpha", "beta", "gamma" };

  for (guint i = 0; i < G_N_ELEMENTS (labels); i++)
    {
      uint32_t box = box_of (graph, scene, labels[i], HV_FLAME_GAIN);
      graphene_point_t at = middle (graph, box);
      g_assert_cmpuint (hv_flame_graph_box_at (graph, at.x, at.y), ==, box);
    }
  g_assert_cmpuint (hv_flame_graph_box_at (graph, 100, 390), ==, HV_FLAME_NO_BOX);

  /* 900 px for 90 000 bytes, whole pixels, a gap of one */
  graphene_rect_t alpha = hv_flame_graph_box_rect (graph,
                                                   box_of (graph, scene, "alpha", HV_FLAME_GAIN));
  graphene_rect_t gamma = hv_flame_graph_box_rect (graph,
                                                   box_of (graph, scene, "gamma", HV_FLAME_GAIN));
  graphene_rect_t beta = hv_flame_graph_box_rect (graph,
                                                  box_of (graph, scene, "beta", HV_FLAME_GAIN));
  g_assert_cmpfloat (alpha.size.width, ==, 599);
  g_assert_cmpfloat (gamma.size.width, ==, 299);
  g_assert_cmpfloat (beta.size.width, ==, 399);
  g_assert_cmpfloat (gamma.origin.x, ==, alpha.origin.x + 600);
  g_assert_cmpfloat (beta.origin.y, >, alpha.origin.y);
  gtk_window_destroy (window);
}

static void
test_arrows (void)
{
  g_autoptr (HvScene) scene = make_scene (FALSE);
  HvFlameGraph *graph;
  GtkWindow *window = show_graph (scene, &graph);

  g_assert_cmpuint (hv_flame_graph_get_selected (graph), ==, 0);
  g_assert_true (press (graph, GDK_KEY_Down));
  for (guint i = 0; i < 3 && hv_flame_graph_get_selected (graph) != find (scene, "beta"); i++)
    press (graph, GDK_KEY_Down);
  g_assert_cmpuint (hv_flame_graph_get_selected (graph), ==, find (scene, "beta"));
  press (graph, GDK_KEY_Down); /* nothing below: stays */
  g_assert_cmpuint (hv_flame_graph_get_selected (graph), ==, find (scene, "beta"));
  press (graph, GDK_KEY_Up);
  g_assert_cmpuint (hv_flame_graph_get_selected (graph), ==, find (scene, "alpha"));
  press (graph, GDK_KEY_Right);
  g_assert_cmpuint (hv_flame_graph_get_selected (graph), ==, find (scene, "gamma"));
  press (graph, GDK_KEY_Right); /* the last one */
  g_assert_cmpuint (hv_flame_graph_get_selected (graph), ==, find (scene, "gamma"));
  press (graph, GDK_KEY_Left);
  g_assert_cmpuint (hv_flame_graph_get_selected (graph), ==, find (scene, "alpha"));
  g_assert_false (press (graph, GDK_KEY_v)); /* the window's */
  gtk_window_destroy (window);
}

/* Enter zooms to the cursor. */
static void
test_enter (void)
{
  g_autoptr (HvScene) scene = make_scene (FALSE);
  HvFlameGraph *graph;
  GtkWindow *window = show_graph (scene, &graph);
  uint32_t alpha = find (scene, "alpha");

  hv_flame_graph_select (graph, alpha);
  press (graph, GDK_KEY_Return);
  g_assert_cmpuint (hv_flame_graph_get_zoom (graph), ==, alpha);
  g_assert_cmpfloat (
      hv_flame_graph_box_rect (graph, box_of (graph, scene, "alpha", HV_FLAME_GAIN)).size.width, >=,
      899);
  gtk_window_destroy (window);
}

/* --- by hand --- */

static void
point_at (HvFlameGraph *graph, uint32_t box, const char *what)
{
  graphene_point_t at = middle (graph, box);
  hands (graph, at.x, at.y, what);
}

/* A click selects and zooms; on a dimmed ancestor it leads out to it, on nothing to all. */
static void
test_click (void)
{
  g_autoptr (HvScene) scene = make_scene (FALSE);
  HvFlameGraph *graph;
  GtkWindow *window = show_graph (scene, &graph);

  if (!have_hands ())
    return;
  point_at (graph, box_of (graph, scene, "beta", HV_FLAME_GAIN), "click 1");
  wait_until (hv_flame_graph_get_zoom (graph) == find (scene, "beta"));
  g_assert_cmpuint (hv_flame_graph_get_selected (graph), ==, find (scene, "beta"));
  uint32_t main_box = box_of (graph, scene, "main", HV_FLAME_GAIN);
  g_assert_true (hv_flame_graph_get_layout (graph)->box[main_box].ancestor);
  point_at (graph, main_box, "click 1");
  wait_until (hv_flame_graph_get_zoom (graph) == find (scene, "main"));
  hands (graph, 100, 390, "click 1");
  wait_until (hv_flame_graph_get_zoom (graph) == 0);
  gtk_window_destroy (window);
}

/* Pressed and moved by more than 4 px it is no click. */
static void
test_moved (void)
{
  g_autoptr (HvScene) scene = make_scene (FALSE);
  HvFlameGraph *graph;
  GtkWindow *window = show_graph (scene, &graph);
  uint32_t gamma = find (scene, "gamma");

  if (!have_hands ())
    return;
  point_at (graph, box_of (graph, scene, "alpha", HV_FLAME_GAIN),
            "mousedown 1 mousemove_relative 20 0 mouseup 1");
  point_at (graph, box_of (graph, scene, "gamma", HV_FLAME_GAIN),
            "mousedown 1 mousemove_relative 3 0 mouseup 1");
  wait_until (hv_flame_graph_get_selected (graph) != 0);
  g_assert_cmpuint (hv_flame_graph_get_selected (graph), ==, gamma);
  g_assert_cmpuint (hv_flame_graph_get_zoom (graph), ==, gamma);
  gtk_window_destroy (window);
}

/* Ctrl and a click add to the selection, and take away. */
static void
test_add (void)
{
  g_autoptr (HvScene) scene = make_scene (FALSE);
  HvFlameGraph *graph;
  GtkWindow *window = show_graph (scene, &graph);
  static const char *const names[] = { "alpha", "beta", "gamma" };

  if (!have_hands ())
    return;
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      point_at (graph, box_of (graph, scene, names[i], HV_FLAME_GAIN),
                "keydown ctrl click 1 keyup ctrl");
      wait_until (hv_flame_graph_get_selected (graph) == find (scene, names[i]));
    }
  g_assert_cmpuint (hv_flame_graph_get_zoom (graph), ==, 0);
  g_autoptr (GArray) all = hv_flame_graph_get_selection (graph);
  g_assert_cmpuint (all->len, ==, 3);
  hv_tree_keep_outermost (scene->report.tree, all);
  g_assert_cmpuint (all->len, ==, 2); /* beta is in alpha */
  g_assert_cmpuint (g_array_index (all, uint32_t, 0), ==, find (scene, "gamma"));
  g_assert_cmpuint (g_array_index (all, uint32_t, 1), ==, find (scene, "alpha"));

  point_at (graph, box_of (graph, scene, "gamma", HV_FLAME_GAIN),
            "keydown ctrl click 1 keyup ctrl");
  wait_until (hv_flame_graph_get_selected (graph) == find (scene, "beta"));
  g_autoptr (GArray) left = hv_flame_graph_get_selection (graph);
  g_assert_cmpuint (left->len, ==, 2);
  /* a plain choice is of one */
  hv_flame_graph_select (graph, find (scene, "gamma"));
  g_autoptr (GArray) one = hv_flame_graph_get_selection (graph);
  g_assert_cmpuint (one->len, ==, 1);
  gtk_window_destroy (window);
}

static double
left_of (HvFlameGraph *graph)
{
  double scale, left;
  hv_flame_graph_get_viewport (graph, &scale, &left);
  return left;
}

static double
scale_of (HvFlameGraph *graph)
{
  double scale, left;
  hv_flame_graph_get_viewport (graph, &scale, &left);
  return scale;
}

/* Ctrl and the wheel zoom at the pointer, Shift moves sideways, and without either it is not the
 * graph's. */
static void
test_wheel (void)
{
  g_autoptr (HvScene) scene = make_scene (FALSE);
  HvFlameGraph *graph;
  GtkWindow *window = show_graph (scene, &graph);

  if (!have_hands ())
    return;
  uint32_t gamma = box_of (graph, scene, "gamma", HV_FLAME_GAIN);
  graphene_point_t before = middle (graph, gamma);
  point_at (graph, gamma, "click 4 keydown ctrl click 4 click 4 click 4 keyup ctrl");
  wait_until (scale_of (graph) > 1.9);
  g_assert_cmpfloat_with_epsilon (scale_of (graph), 1.25 * 1.25 * 1.25, 1e-9);
  const HvFlameLayout *layout = hv_flame_graph_get_layout (graph);
  const HvFlameBox *box = &layout->box[box_of (graph, scene, "gamma", HV_FLAME_GAIN)];
  g_assert_cmpfloat_with_epsilon ((box->x0 + box->x1) / 2 + 8, before.x, 2);

  double left = left_of (graph);
  hands (graph, 200, 20, "keydown shift click 4 keyup shift");
  wait_until (left_of (graph) < left);
  left = left_of (graph);
  hands (graph, 200, 20, "keydown shift click 5 keyup shift");
  wait_until (left_of (graph) > left);
  hands (graph, 200, 20,
         "keydown ctrl click 5 click 5 click 5 click 5 click 5 click 5 click 5 keyup ctrl");
  wait_until (scale_of (graph) == 1);
  g_assert_cmpfloat (left_of (graph), ==, 0);
  gtk_window_destroy (window);
}

/* Out of what is zoomed to the wheel leads on, without a jump. */
static void
test_wheel_out (void)
{
  g_autoptr (HvScene) scene = make_scene (FALSE);
  HvFlameGraph *graph;
  GtkWindow *window = show_graph (scene, &graph);

  hv_flame_graph_zoom_to (graph, find (scene, "beta"));
  hv_flame_graph_scale (graph, 0.8);
  g_assert_cmpuint (hv_flame_graph_get_zoom (graph), ==, find (scene, "alpha"));
  const HvFlameLayout *layout = hv_flame_graph_get_layout (graph);
  const HvFlameBox *box = &layout->box[box_of (graph, scene, "beta", HV_FLAME_GAIN)];
  g_assert_cmpfloat_with_epsilon (box->x1 - box->x0, 900 * 0.8, 1e-6);
  for (guint i = 0; i < 20; i++)
    hv_flame_graph_scale (graph, 0.8);
  g_assert_cmpuint (hv_flame_graph_get_zoom (graph), ==, 0);
  g_assert_cmpfloat (scale_of (graph), ==, 1);
  gtk_window_destroy (window);
}

/* Nearer, a drag moves the picture under the pointer. */
static void
test_drag (void)
{
  g_autoptr (HvScene) scene = make_scene (FALSE);
  HvFlameGraph *graph;
  GtkWindow *window = show_graph (scene, &graph);

  if (!have_hands ())
    return;
  hv_flame_graph_set_viewport (graph, 4, 0.25);
  gtk_test_widget_wait_for_draw (GTK_WIDGET (graph));
  hands (graph, 400, 20, "mousedown 1 mousemove_relative 40 0 mousemove_relative 50 0 mouseup 1");
  wait_until (left_of (graph) < 0.25 - 89.0 / 3600);
  g_assert_cmpfloat_with_epsilon (left_of (graph), 0.25 - 90.0 / 3600, 1e-6);
  g_assert_cmpuint (hv_flame_graph_get_selected (graph), ==, 0);
  /* The scroll bar shows it, and leads back. */
  GtkAdjustment *across = hv_flame_graph_get_across (graph);
  wait_until (ABS (gtk_adjustment_get_value (across) - 810) < 1e-6);
  g_assert_cmpfloat (gtk_adjustment_get_upper (across), ==, 3600);
  gtk_adjustment_set_value (across, 1800);
  g_assert_cmpfloat_with_epsilon (left_of (graph), 0.5, 1e-6);
  gtk_window_destroy (window);
}

static void
test_pinch (void)
{
  g_autoptr (HvScene) scene = make_scene (FALSE);
  HvFlameGraph *graph;
  GtkWindow *window = show_graph (scene, &graph);
  GtkEventController *pinch = controller (graph, GTK_TYPE_GESTURE_ZOOM);

  g_signal_emit_by_name (pinch, "scale-changed", 1.5);
  g_signal_emit_by_name (pinch, "scale-changed", 3.0); /* since it began */
  g_assert_cmpfloat_with_epsilon (scale_of (graph), 3, 1e-9);
  g_signal_emit_by_name (pinch, "scale-changed", 1.5);
  g_assert_cmpfloat_with_epsilon (scale_of (graph), 1.5, 1e-9);
  gtk_window_destroy (window);
}

static void
hovered_cb (HvFlameGraph *graph, guint node, guint *hovered)
{
  *hovered = node;
}

static void
test_hover (void)
{
  g_autoptr (HvScene) scene = make_scene (FALSE);
  HvFlameGraph *graph;
  GtkWindow *window = show_graph (scene, &graph);
  guint hovered = 0;

  if (!have_hands ())
    return;
  g_signal_connect (graph, "hovered", G_CALLBACK (hovered_cb), &hovered);
  point_at (graph, box_of (graph, scene, "gamma", HV_FLAME_GAIN), "");
  wait_until (hovered == find (scene, "gamma"));
  /* what comes to lie under a pointer at rest is told as well */
  hv_flame_graph_zoom_to (graph, find (scene, "alpha"));
  wait_until (hovered == find (scene, "alpha"));
  hands (graph, 100, 390, "");
  wait_until (hovered == 0);
  gtk_window_destroy (window);
}

/* Ctrl and arrows, and w and s by where they are, move the view and not the cursor. */
static void
test_pan_keys (void)
{
  g_autoptr (HvScene) scene = make_scene (FALSE);
  HvFlameGraph *graph;
  GtkWindow *window = show_graph (scene, &graph);

  if (!have_hands ())
    return;
  gtk_window_set_default_size (window, 916, 60);
  hv_flame_graph_set_viewport (graph, 4, 0);
  GtkAdjustment *down = gtk_scrolled_window_get_vadjustment (
      GTK_SCROLLED_WINDOW (gtk_widget_get_ancestor (GTK_WIDGET (graph), GTK_TYPE_SCROLLED_WINDOW)));
  wait_until (gtk_adjustment_get_upper (down) > gtk_adjustment_get_page_size (down) + 20);
  gtk_widget_grab_focus (GTK_WIDGET (graph));
  keys (window, "ctrl+Right");
  wait_until (left_of (graph) > 0);
  keys (window, "ctrl+Left");
  wait_until (left_of (graph) == 0);
  keys (window, "s");
  wait_until (gtk_adjustment_get_value (down) > 0);
  keys (window, "w");
  wait_until (gtk_adjustment_get_value (down) == 0);
  keys (window, "ctrl+Down");
  wait_until (gtk_adjustment_get_value (down) > 0);
  keys (window, "ctrl+Up");
  wait_until (gtk_adjustment_get_value (down) == 0);
  g_assert_cmpuint (hv_flame_graph_get_selected (graph), ==, 0);
  gtk_window_destroy (window);
}

/* The view follows the cursor to what is outside of it. */
static void
test_cursor_follows (void)
{
  g_autoptr (HvScene) scene = make_scene (FALSE);
  HvFlameGraph *graph;
  GtkWindow *window = show_graph (scene, &graph);

  hv_flame_graph_select (graph, find (scene, "alpha"));
  hv_flame_graph_set_viewport (graph, 20, 0);
  g_assert_cmpuint (hv_flame_layout_find (hv_flame_graph_get_layout (graph), scene->report.tree,
                                          find (scene, "gamma"), HV_FLAME_GAIN),
                    ==, box_of (graph, scene, "main", HV_FLAME_GAIN));
  press (graph, GDK_KEY_Right);
  g_assert_cmpuint (hv_flame_graph_get_selected (graph), ==, find (scene, "gamma"));
  graphene_rect_t rect = hv_flame_graph_box_rect (graph,
                                                  box_of (graph, scene, "gamma", HV_FLAME_GAIN));
  g_assert_cmpfloat (rect.origin.x, <, 908);
  press (graph, GDK_KEY_Left);
  g_assert_cmpuint (hv_flame_graph_get_selected (graph), ==, find (scene, "alpha"));
  gtk_window_destroy (window);
}

/* Boxes move to where they are going only where that is wanted, and arrive. */
static void
test_animation (void)
{
  g_autoptr (HvScene) scene = make_scene (FALSE);
  HvFlameGraph *graph;
  GtkWindow *window = show_graph (scene, &graph);
  GtkSettings *settings = gtk_widget_get_settings (GTK_WIDGET (graph));

  hv_flame_graph_zoom_to (graph, find (scene, "beta"));
  g_assert_false (hv_flame_graph_is_moving (graph));
  g_object_set (settings, "gtk-enable-animations", TRUE, NULL);
  hv_flame_graph_zoom_to (graph, 0);
  g_assert_true (hv_flame_graph_is_moving (graph));
  wait_until (!hv_flame_graph_is_moving (graph));
  hv_flame_graph_zoom_to (graph, find (scene, "alpha"));
  g_assert_true (hv_flame_graph_is_moving (graph));
  hv_flame_graph_set_viewport (graph, 2, 0.1); /* a hand is faster */
  g_assert_false (hv_flame_graph_is_moving (graph));
  g_object_set (settings, "gtk-enable-animations", FALSE, NULL);
  gtk_window_destroy (window);
}

/* ui.md's order: name, module, file:line, inclusive and its three shares, self, blocks, average. */
static void
test_tooltip (void)
{
  g_autoptr (HvScene) one = make_scene (FALSE);
  g_autoptr (HvScene) two = make_scene (TRUE);
  HvFlameGraph *graph;
  GtkWindow *window = show_graph (one, &graph);

  hv_flame_graph_zoom_to (graph, find (one, "alpha"));
  g_autofree char *text = hv_flame_graph_describe (graph, box_of (graph, one, "beta", 0));
  g_assert_cmpstr (text, ==,
                   "beta\nexample\nwith callees\t39.1 KiB\nof all\t44.4 %\n"
                   "of what is zoomed\t66.7 %\nof parent\t66.7 %\nself\t39.1 KiB\n"
                   "blocks\t4\naverage\t9.77 KiB");
  gtk_window_destroy (window);

  window = show_graph (two, &graph);
  g_autofree char *diff = hv_flame_graph_describe (graph, box_of (graph, two, "alpha", 0));
  g_assert_cmpstr (diff, ==,
                   "alpha\nexample\n\tbase\tcurrent\tΔ\n"
                   "bytes\t9.77 KiB\t58.6 KiB\t+48.8 KiB\nblocks\t10\t14\t+4\n"
                   "average\t1000 B\t4.18 KiB\t+3.21 KiB\n"
                   "growth\t+48.8 KiB\nof all growth\t100 %\nof parent’s\t100 %");
  gtk_window_destroy (window);
}

/* Zoom and selection stay on their call path, or its nearest ancestor, in another scene. */
static void
test_keeps_path (void)
{
  g_autoptr (HvScene) one = make_scene (FALSE);
  g_autoptr (HvScene) other = make_scene (TRUE);
  HvFlameGraph *graph;
  GtkWindow *window = show_graph (other, &graph);

  hv_flame_graph_select (graph, find (other, "delta"));
  hv_flame_graph_zoom_to (graph, find (other, "alpha"));
  hv_flame_graph_set_scene (graph, one);
  g_assert_cmpuint (hv_flame_graph_get_zoom (graph), ==, find (one, "alpha"));
  g_assert_cmpuint (hv_flame_graph_get_selected (graph), ==, find (one, "main"));
  gtk_window_destroy (window);
}

static void
test_growth (void)
{
  g_autoptr (HvScene) scene = make_scene (TRUE);
  HvFlameGraph *graph;
  GtkWindow *window = show_graph (scene, &graph);
  const HvFlameLayout *layout = hv_flame_graph_get_layout (graph);

  g_assert_cmpint (layout->box[box_of (graph, scene, "alpha", HV_FLAME_GAIN)].value, ==, 50000);
  g_assert_cmpint (layout->box[box_of (graph, scene, "delta", HV_FLAME_LOSS)].value, ==, 20000);
  graphene_point_t at = middle (graph, box_of (graph, scene, "delta", HV_FLAME_LOSS));
  click (graph, at.x, at.y);
  g_assert_cmpuint (hv_flame_graph_get_selected (graph), ==, find (scene, "delta"));

  hv_flame_graph_set_view (graph, HV_FLAME_CURRENT);
  g_assert_cmpuint (hv_flame_graph_get_zoom (graph), ==, find (scene, "delta"));
  gtk_window_destroy (window);
}

static void
test_accessible (void)
{
  g_autoptr (HvScene) scene = make_scene (FALSE);
  HvFlameGraph *graph;
  GtkWindow *window = show_graph (scene, &graph);

  gtk_test_accessible_assert_role (graph, GTK_ACCESSIBLE_ROLE_IMG);
  gtk_test_accessible_assert_property (graph, GTK_ACCESSIBLE_PROPERTY_LABEL, "Flame graph");
  hv_flame_graph_select (graph, find (scene, "gamma"));
  gtk_test_accessible_assert_property (graph, GTK_ACCESSIBLE_PROPERTY_LABEL, "gamma");
  /* no literal: GTK's macro puts it into a format */
  const char *description = "29.3 KiB, 33.3 % of all, depth 2";
  gtk_test_accessible_assert_property (graph, GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, description);
  gtk_window_destroy (window);
}

/* --- in the window --- */

static void
focus_graph (HvMainWindow *window)
{
  gtk_widget_grab_focus (
      GTK_WIDGET (hv_profile_view_get_flame_graph (hv_main_window_get_view (window))));
}

/* Alt and arrows, and a mouse's buttons, lead through zooms and questions alike. */
static void
test_history (void)
{
  static const HvProfileViewStart start;
  HvMainWindow *window = open_diff (&start);
  HvProfileView *view = hv_main_window_get_view (window);
  HvFlameGraph *graph = hv_profile_view_get_flame_graph (view);
  const HvScene *scene = hv_profile_view_get_scene (view);

  if (!have_hands ())
    return;
  focus_graph (window);
  uint32_t handle = find (scene, "handle"), insert = find (scene, "cache_insert");
  hv_flame_graph_zoom_to (graph, handle);
  hv_flame_graph_set_viewport (graph, 3, 0.2);
  gtk_test_widget_wait_for_draw (GTK_WIDGET (graph));
  hv_flame_graph_zoom_to (graph, insert);
  keys (GTK_WINDOW (window), "alt+Left");
  wait_until (hv_flame_graph_get_zoom (graph) == handle);
  g_assert_cmpfloat_with_epsilon (scale_of (graph), 3, 1e-9); /* panned as it was left */
  g_assert_cmpfloat_with_epsilon (left_of (graph), 0.2, 1e-9);
  hands (graph, 100, 30, "click 8");
  wait_until (hv_flame_graph_get_zoom (graph) == 0);
  hands (graph, 100, 30, "click 9");
  wait_until (hv_flame_graph_get_zoom (graph) == handle);
  keys (GTK_WINDOW (window), "alt+Right");
  wait_until (hv_flame_graph_get_zoom (graph) == insert);
  g_assert_false (hv_profile_view_travel (view, 1));

  /* a question is a step as well */
  press (window, GDK_KEY_i);
  scene = wait_for_another (view, scene);
  g_assert_true (scene->report.tree->options.bottom_up);
  hands (graph, 100, 30, "click 2");
  scene = wait_for_another (view, scene);
  g_assert_false (scene->report.tree->options.bottom_up);
  g_assert_cmpuint (hv_flame_graph_get_zoom (graph), ==, find (scene, "cache_insert"));
  g_assert_true (hv_profile_view_travel (view, 1));
  scene = wait_for_another (view, scene);
  g_assert_true (scene->report.tree->options.bottom_up);
  gtk_window_destroy (GTK_WINDOW (window));
}

/* Alt and a click drop what goes through a frame; back leads there again. */
static void
test_drop (void)
{
  static const HvProfileViewStart start;
  HvMainWindow *window = open_diff (&start);
  HvProfileView *view = hv_main_window_get_view (window);
  HvFlameGraph *graph = hv_profile_view_get_flame_graph (view);
  const HvScene *scene = hv_profile_view_get_scene (view);

  if (!have_hands ())
    return;
  int64_t all = scene->report.tree->incl[HV_SIDE_CURRENT][HV_SLOT_COST][0];
  uint32_t handle = find (scene, "handle");
  int64_t part = scene->report.tree->incl[HV_SIDE_CURRENT][HV_SLOT_COST][handle];
  point_at (graph, box_of (graph, scene, "handle", HV_FLAME_GAIN), "keydown alt click 1 keyup alt");
  scene = wait_for_another (view, scene);
  g_assert_cmpint (scene->report.tree->incl[HV_SIDE_CURRENT][HV_SLOT_COST][0], ==, all - part);
  g_assert_cmpuint (hv_flame_graph_get_zoom (graph), ==, 0);
  g_assert_nonnull (find_widget (GTK_WIDGET (view), GTK_TYPE_LABEL, "showing "));
  focus_graph (window);
  keys (GTK_WINDOW (window), "alt+Left");
  scene = wait_for_another (view, scene);
  g_assert_cmpint (scene->report.tree->incl[HV_SIDE_CURRENT][HV_SLOT_COST][0], ==, all);
  gtk_window_destroy (GTK_WINDOW (window));
}

/* + − 0, and letters that are inert while one types. */
static void
test_zoom_keys (void)
{
  static const HvProfileViewStart start;
  HvMainWindow *window = open_diff (&start);
  HvFlameGraph *graph = hv_profile_view_get_flame_graph (hv_main_window_get_view (window));

  if (!have_hands ())
    return;
  focus_graph (window);
  keys (GTK_WINDOW (window), "plus");
  wait_until (scale_of (graph) > 1);
  GtkWidget *bar = find_typed (GTK_WIDGET (window), GTK_TYPE_SCROLLBAR);
  g_assert_nonnull (bar);
  keys (GTK_WINDOW (window), "minus");
  wait_until (scale_of (graph) == 1);
  keys (GTK_WINDOW (window), "plus");
  wait_until (scale_of (graph) > 1);
  keys (GTK_WINDOW (window), "0");
  wait_until (scale_of (graph) == 1);

  HvFlameView view = hv_flame_graph_get_view (graph);
  keys (GTK_WINDOW (window), "slash");
  GtkWidget *entry = find_typed (GTK_WIDGET (window), GTK_TYPE_SEARCH_ENTRY);
  wait_until (gtk_widget_get_mapped (entry));
  keys (GTK_WINDOW (window), "v w s plus 0 i n");
  wait_until (strlen (gtk_editable_get_text (GTK_EDITABLE (entry))) == 7);
  g_assert_cmpint (hv_flame_graph_get_view (graph), ==, view);
  g_assert_cmpfloat (scale_of (graph), ==, 1);
  gtk_window_destroy (GTK_WINDOW (window));
}

/* Typed, a search is marked and summed; Enter walks the matches, with Shift back; Esc takes one
 * layer a press: the search, the selection, the zoom. */
static void
test_search (void)
{
  static const HvProfileViewStart start;
  HvMainWindow *window = open_diff (&start);
  HvProfileView *view = hv_main_window_get_view (window);
  HvFlameGraph *graph = hv_profile_view_get_flame_graph (view);
  const HvScene *scene = hv_profile_view_get_scene (view);

  if (!have_hands ())
    return;
  g_autoptr (HvSearch) wanted = hv_search_new (scene->report.tree, scene->diff, "fn:cache", FALSE);
  g_assert_cmpuint (wanted->nodes->len, ==, 2);
  focus_graph (window);
  hv_flame_graph_zoom_to (graph, find (scene, "main"));
  keys (GTK_WINDOW (window), "ctrl+f");
  wait_until (GTK_IS_EDITABLE (gtk_window_get_focus (GTK_WINDOW (window))));
  keys (GTK_WINDOW (window), "f n colon c a c h e");
  g_autofree char *value = hv_format_delta (scene->report.profile, scene->report.metric,
                                            wanted->value);
  g_autofree char *text = g_strdup_printf ("matched %s (", value);
  GtkWidget *label = NULL;
  wait_until ((label = find_widget (GTK_WIDGET (view), GTK_TYPE_LABEL, text)) != NULL);
  g_assert_nonnull (strstr (gtk_label_get_text (GTK_LABEL (label)), " · 2 frames"));

  const uint32_t *nodes = (const uint32_t *) (const void *) wanted->nodes->data;
  keys (GTK_WINDOW (window), "Return");
  wait_until (g_str_has_suffix (gtk_label_get_text (GTK_LABEL (label)), " · 2 frames · 1/2"));
  g_assert_cmpuint (hv_flame_graph_get_selected (graph), ==, nodes[0]);
  keys (GTK_WINDOW (window), "Return");
  wait_until (hv_flame_graph_get_selected (graph) == nodes[1]);
  keys (GTK_WINDOW (window), "shift+Return");
  wait_until (hv_flame_graph_get_selected (graph) == nodes[0]);
  keys (GTK_WINDOW (window), "ctrl+i");
  GtkWidget *match_case = find_widget (GTK_WIDGET (window), GTK_TYPE_TOGGLE_BUTTON, "Aa");
  wait_until (gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (match_case)));

  keys (GTK_WINDOW (window), "Escape");
  wait_until (*gtk_label_get_text (GTK_LABEL (label)) == '\0');
  g_assert_cmpuint (hv_flame_graph_get_selected (graph), ==, nodes[0]);
  keys (GTK_WINDOW (window), "Escape");
  wait_until (hv_flame_graph_get_selected (graph) == 0);
  g_assert_cmpuint (hv_flame_graph_get_zoom (graph), ==, find (scene, "main"));
  keys (GTK_WINDOW (window), "Escape");
  wait_until (hv_flame_graph_get_zoom (graph) == 0);
  gtk_window_destroy (GTK_WINDOW (window));
}

/* The menu opens on the frame that is clicked, and each entry does something. */
static void
check_menu (GMenuModel *menu, GtkWidget *window, guint *n)
{
  for (int i = 0; i < g_menu_model_get_n_items (menu); i++)
    {
      g_autofree char *action = NULL;
      g_autoptr (GMenuModel) section = g_menu_model_get_item_link (menu, i, G_MENU_LINK_SECTION);
      if (section)
        check_menu (section, window, n);
      if (!g_menu_model_get_item_attribute (menu, i, G_MENU_ATTRIBUTE_ACTION, "s", &action))
        continue;
      gboolean known = FALSE;
      GtkWidgetClass *klass = GTK_WIDGET_GET_CLASS (window);
      const char *name, *property;
      const GVariantType *parameter;
      GType type;
      for (guint a = 0;
           gtk_widget_class_query_action (klass, a, &type, &name, &parameter, &property); a++)
        known = known || g_str_equal (name, action);
      if (!known)
        g_error ("%s does nothing", action);
      ++*n;
    }
}

static void
test_menu (void)
{
  static const HvProfileViewStart start;
  HvMainWindow *window = open_diff (&start);
  HvProfileView *view = hv_main_window_get_view (window);
  HvFlameGraph *graph = hv_profile_view_get_flame_graph (view);
  const HvScene *scene = hv_profile_view_get_scene (view);
  GtkWidget *menu = find_typed (GTK_WIDGET (view), GTK_TYPE_POPOVER_MENU);
  guint n = 0;

  check_menu (gtk_popover_menu_get_menu_model (GTK_POPOVER_MENU (menu)), GTK_WIDGET (window), &n);
  g_assert_cmpuint (n, >=, 5);
  if (!have_hands ())
    return;
  point_at (graph, box_of (graph, scene, "handle", HV_FLAME_GAIN), "click 3");
  wait_until (gtk_widget_get_mapped (menu));
  g_assert_cmpuint (hv_flame_graph_get_selected (graph), ==, find (scene, "handle"));
  /* Esc takes the menu first, and nothing else */
  keys (GTK_WINDOW (window), "Escape");
  wait_until (!gtk_widget_get_mapped (menu));
  g_assert_cmpuint (hv_flame_graph_get_selected (graph), ==, find (scene, "handle"));
  gtk_window_destroy (GTK_WINDOW (window));
}

int
main (int argc, char **argv)
{
  init_tests (&argc, &argv);

  g_test_add_func ("/flame/box-under-pointer", test_box_under_pointer);
  g_test_add_func ("/flame/keeps-path", test_keeps_path);
  g_test_add_func ("/flame/growth", test_growth);
  g_test_add_func ("/flame/accessible", test_accessible);
  g_test_add_func ("/flame/tooltip-order", test_tooltip);
  g_test_add_func ("/flame/animation-as-set", test_animation);
  g_test_add_func ("/flame/mouse/click-selects-and-zooms-ancestor-out-background-all", test_click);
  g_test_add_func ("/flame/mouse/moved-press-is-no-click", test_moved);
  g_test_add_func ("/flame/mouse/ctrl-click-adds", test_add);
  g_test_add_func ("/flame/mouse/alt-click-drops", test_drop);
  g_test_add_func ("/flame/mouse/drag-pans", test_drag);
  g_test_add_func ("/flame/mouse/wheel-ctrl-zooms-shift-sideways", test_wheel);
  g_test_add_func ("/flame/mouse/wheel-leads-out-of-zoom", test_wheel_out);
  g_test_add_func ("/flame/mouse/pinch-zooms", test_pinch);
  g_test_add_func ("/flame/mouse/hover", test_hover);
  g_test_add_func ("/flame/mouse/right-click-menu", test_menu);
  g_test_add_func ("/flame/keys/arrows", test_arrows);
  g_test_add_func ("/flame/keys/view-follows-cursor", test_cursor_follows);
  g_test_add_func ("/flame/keys/enter-zooms", test_enter);
  g_test_add_func ("/flame/keys/ctrl-arrows-w-s-pan", test_pan_keys);
  g_test_add_func ("/flame/keys/plus-minus-0-inert-while-typing", test_zoom_keys);
  g_test_add_func ("/flame/keys/alt-arrows-and-mouse-back-forward", test_history);
  g_test_add_func ("/flame/keys/search-walk-and-escape-by-layers", test_search);
  return g_test_run ();
}
