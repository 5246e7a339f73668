/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "window-tests.h"

/* For tests of one view that is opened: what they hold of it, and what it shows. */

typedef struct
{
  HvMainWindow *window;
  GtkWindow *keyboard; /* the same */
  HvProfileView *view;
  HvFlameGraph *graph;
  const HvScene *scene;
} Test;

/* The keys go to the flame graph. */
static inline Test
take (HvMainWindow *window)
{
  Test test = { .window = window,
                .keyboard = GTK_WINDOW (window),
                .view = hv_main_window_get_view (window) };

  test.graph = hv_profile_view_get_flame_graph (test.view);
  test.scene = hv_profile_view_get_scene (test.view);
  gtk_widget_grab_focus (GTK_WIDGET (test.graph));
  return test;
}

static inline Test
open_one (void)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "cur.heap", NULL);
  return take (open_window ((const char *const[]){ path, NULL }, HV_LOAD_ONE));
}

static inline Test
open_two (void)
{
  static const HvProfileViewStart start;
  return take (open_diff (&start));
}

static inline void
close_test (Test *test)
{
  gtk_window_destroy (test->keyboard);
}

static inline void
next_scene (Test *test)
{
  test->scene = wait_for_another (test->view, test->scene);
}

/* Bytes of all that is shown, and of a function with what it calls. */
static inline int64_t
shown (const Test *test)
{
  return test->scene->report.tree->incl[HV_SIDE_CURRENT][HV_SLOT_COST][0];
}

static inline int64_t
held (const Test *test, const char *label)
{
  return test->scene->report.tree->incl[HV_SIDE_CURRENT][HV_SLOT_COST][find (test->scene, label)];
}

/* Where the box of a function is; NULL: of all. */
static inline graphene_rect_t
rect_of (const Test *test, const char *label)
{
  const HvFlameLayout *layout = hv_flame_graph_get_layout (test->graph);
  uint32_t node = label ? find (test->scene, label) : 0;
  uint32_t box = hv_flame_layout_find (layout, test->scene->report.tree, node, HV_FLAME_GAIN);

  g_assert_cmpuint (box, !=, HV_FLAME_NO_BOX);
  return hv_flame_graph_box_rect (test->graph, box);
}

static inline const char *
selected (const Test *test)
{
  uint32_t node = hv_flame_graph_get_selected (test->graph);

  return node ? hv_tree_label (test->scene->report.tree, node) : "";
}
