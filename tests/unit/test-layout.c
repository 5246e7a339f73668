/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/flame-layout.h"

#include "profiles.h"

/* Every promise of flame-layout.h that holds for any tree. */
static void
check_layout (const HvFlameLayout *layout, const HvFlameRequest *request)
{
  g_assert_cmpuint (layout->row_start[layout->n_rows], ==, layout->n_boxes);
  g_autofree int64_t *below = g_new0 (int64_t, layout->n_boxes + 1);
  uint64_t n_merged = 0;

  for (uint32_t i = 0; i < layout->n_boxes; i++)
    {
      const HvFlameBox *box = &layout->box[i];

      g_assert_cmpuint (i, >=, layout->row_start[box->row]);
      g_assert_cmpuint (i, <, layout->row_start[box->row + 1]);
      g_assert_cmpint (box->value, >, 0);
      g_assert_cmpfloat (box->x0, >=, -layout->viewport.offset - 1e-3);
      g_assert_cmpfloat (box->x1, <=,
                         request->width * layout->viewport.scale - layout->viewport.offset + 1e-3);
      if (request->around == 0)
        {
          g_assert_cmpfloat (box->x0, <, request->width);
          g_assert_cmpfloat (box->x1, >, 0);
        }
      g_assert_cmpfloat (box->x0, <=, box->x1);
      if (i > layout->row_start[box->row])
        g_assert_cmpfloat (box->x0, >=, box[-1].x1);
      if (box->row > 0)
        {
          const HvFlameBox *parent = &layout->box[box->parent];
          g_assert_cmpuint (parent->row + 1, ==, box->row);
          g_assert_cmpfloat (box->x0, >=, parent->x0);
          g_assert_cmpfloat (box->x1, <=, parent->x1);
          g_assert_cmpuint (box->forest, ==, parent->forest);
          g_assert_cmpuint (i, >=, parent->first_child);
          g_assert_cmpuint (i, <, parent->first_child + parent->n_children);
          below[box->parent] += box->value;
          if (!parent->ancestor)
            {
              g_assert_cmpfloat (box->x1 - box->x0, >=, layout->min_width - 1e-6);
              if (!box->ancestor)
                g_assert_cmpfloat_with_epsilon (box->x1 - box->x0,
                                                (double) box->value * layout->px_per_unit, 1e-3);
            }
        }
      n_merged += box->merged;
      if (box->x1 - box->x0 > 0.01)
        g_assert_cmpuint (hv_flame_layout_hit (layout, box->row, (box->x0 + box->x1) / 2, 0), ==,
                          i);
    }
  g_assert_cmpuint (n_merged, ==, layout->n_merged);

  for (uint32_t i = 0; i < layout->n_boxes; i++)
    {
      const HvFlameBox *box = &layout->box[i];
      const HvTree *tree = request->tree;
      int64_t self = tree->self[HV_SIDE_CURRENT][HV_SLOT_COST][box->node];

      if (box->ancestor || box->merged != 0)
        continue;
      if (request->diff != NULL)
        {
          int64_t base = tree->self[HV_SIDE_BASE][HV_SLOT_COST][box->node];

          if (layout->view == HV_FLAME_BASE)
            self = base;
          else if (layout->view == HV_FLAME_OVERLAY)
            self = MAX (self, base);
          else if (layout->view == HV_FLAME_GROWTH)
            self = box->forest == HV_FLAME_GAIN ? MAX (self - base, 0) : MAX (base - self, 0);
        }
      if (request->diff == NULL && box->hidden == 0 && box->outside == 0 && box->n_children != 0)
        {
          uint32_t n_drawn = 0;

          for (uint32_t c = box->first_child; c < box->first_child + box->n_children; c++)
            {
              n_drawn += MAX (layout->box[c].merged, 1);
              g_assert_cmpint (layout->box[c].cost[HV_SIDE_CURRENT], ==, layout->box[c].value);
            }
          g_assert_cmpuint (n_drawn, ==,
                            tree->child_start[box->node + 1] - tree->child_start[box->node]);
        }
      /* to the last byte */
      g_assert_cmpint (box->value, ==, self + below[i] + box->hidden + box->outside);
    }
}

static HvDiff *
diff_of (HvProfile *base, HvProfile *current)
{
  HvTreeOptions options = { .group = HV_GROUP_STACK };
  g_autoptr (GError) error = NULL;
  HvDiff *diff = hv_diff_new (base, HV_AT_END, current, HV_AT_END, HV_METRIC_LIVE_BYTES, &options,
                              &error);

  g_assert_no_error (error);
  return diff;
}

static uint32_t
find_box (const HvFlameLayout *layout, const HvTree *tree, const char *label, guint forest)
{
  for (uint32_t i = 0; i < layout->n_boxes; i++)
    if (layout->box[i].row > 0 && layout->box[i].merged == 0 && layout->box[i].forest == forest
        && strcmp (hv_tree_label (tree, layout->box[i].node), label) == 0)
      return i;
  return HV_FLAME_NO_BOX;
}

static void
test_growth (void)
{
  g_autoptr (HvProfile)
      base = test_sampled_profile ("b", example_base, G_N_ELEMENTS (example_base));
  g_autoptr (HvProfile)
      current = test_sampled_profile ("c", example_current, G_N_ELEMENTS (example_current));
  g_autoptr (HvDiff) diff = diff_of (base, current);
  HvFlameRequest request = { .tree = diff->tree,
                             .diff = diff,
                             .view = HV_FLAME_GROWTH,
                             .width = 1000,
                             .gap = 20,
                             .min_width = 0.5 };
  g_autoptr (HvFlameLayout) layout = hv_flame_layout_new (&request);

  check_layout (layout, &request);
  /* 540 MB grew, 40 shrank: on one scale, with the gap between. */
  g_assert_cmpint (hv_flame_layout_total (layout, HV_FLAME_GAIN), ==, 540 * MB);
  g_assert_cmpint (hv_flame_layout_total (layout, HV_FLAME_LOSS), ==, 40 * MB);
  g_assert_cmpfloat_with_epsilon (layout->box[0].x1, 980.0 * 540 / 580, 1e-6);
  g_assert_cmpfloat_with_epsilon (layout->box[1].x0, 980.0 * 540 / 580 + 20, 1e-6);
  g_assert_cmpfloat_with_epsilon (layout->box[1].x1, 1000, 1e-6);

  /* A parent's gain and loss do not cancel: handle is +450 here and −40 there. */
  const HvFlameBox *handle = &layout->box[find_box (layout, diff->tree, "handle", HV_FLAME_GAIN)];
  g_assert_cmpint (handle->value, ==, 450 * MB);
  handle = &layout->box[find_box (layout, diff->tree, "handle", HV_FLAME_LOSS)];
  g_assert_cmpint (handle->value, ==, 40 * MB);
  g_assert_cmpuint (find_box (layout, diff->tree, "index_build", HV_FLAME_GAIN), ==,
                    HV_FLAME_NO_BOX);

  /* largest growth first */
  uint32_t insert = find_box (layout, diff->tree, "cache_insert", HV_FLAME_GAIN);
  uint32_t session = find_box (layout, diff->tree, "Session::new", HV_FLAME_GAIN);
  g_assert_cmpuint (insert, <, session);
  HvFlameFill fill = hv_flame_box_fill (layout, &layout->box[insert]);
  g_assert_cmpfloat_with_epsilon (fill.gain, 300.0 / 320, 1e-9);
  g_assert_false (fill.added);
  fill = hv_flame_box_fill (layout, &layout->box[session]);
  g_assert_true (fill.added);
  g_assert_cmpfloat (fill.gain, ==, 1);
  fill = hv_flame_box_fill (
      layout, &layout->box[find_box (layout, diff->tree, "old_cache", HV_FLAME_LOSS)]);
  g_assert_true (fill.gone);

  /* Zoomed to one box of one forest: that forest alone, the box and what is above it full width. */
  request.root = layout->box[session].node;
  request.forests = 1u << HV_FLAME_GAIN;
  g_autoptr (HvFlameLayout) zoomed = hv_flame_layout_new (&request);
  check_layout (zoomed, &request);
  for (uint32_t row = 0; row < 5; row++)
    {
      g_assert_cmpuint (zoomed->row_start[row + 1], ==, row + 1);
      g_assert_cmpfloat_with_epsilon (zoomed->box[row].x1 - zoomed->box[row].x0, 1000, 1e-6);
      g_assert_cmpint (zoomed->box[row].ancestor, ==, row < 4);
    }
  g_assert_cmpuint (zoomed->box[4].node, ==, request.root);
  g_assert_cmpuint (zoomed->box[4].n_children, ==, 3);
}

static void
test_views (void)
{
  g_autoptr (HvProfile)
      base = test_sampled_profile ("b", example_base, G_N_ELEMENTS (example_base));
  g_autoptr (HvProfile)
      current = test_sampled_profile ("c", example_current, G_N_ELEMENTS (example_current));
  g_autoptr (HvDiff) diff = diff_of (base, current);
  static const int64_t total[HV_N_FLAME_VIEWS] = { 540, 800, 300, 840 };

  for (guint view = 0; view < HV_N_FLAME_VIEWS; view++)
    {
      HvFlameRequest request = {
        .tree = diff->tree, .diff = diff, .view = view, .width = 1000, .min_width = 0.5
      };
      g_autoptr (HvFlameLayout) layout = hv_flame_layout_new (&request);

      check_layout (layout, &request);
      g_assert_cmpint (hv_flame_layout_total (layout, HV_FLAME_GAIN), ==, total[view] * MB);
      if (view == HV_FLAME_GROWTH)
        continue;
      /* By name, so that nothing moves when the view changes. */
      uint32_t one = find_box (layout, diff->tree, "index_build", 0);
      uint32_t two = find_box (layout, diff->tree, "misc", 0);
      g_assert_cmpuint (one, <, two);
      uint32_t gone = find_box (layout, diff->tree, "old_cache", 0);
      g_assert_cmpint (gone == HV_FLAME_NO_BOX, ==, view == HV_FLAME_CURRENT);

      const HvFlameBox *handle = &layout->box[find_box (layout, diff->tree, "handle", 0)];
      HvFlameFill fill = hv_flame_box_fill (layout, handle);
      if (view == HV_FLAME_OVERLAY)
        {
          g_assert_cmpfloat_with_epsilon (fill.gain, 450.0 / 570, 1e-9);
          g_assert_cmpfloat_with_epsilon (fill.loss, 40.0 / 570, 1e-9);
        }
    }
}

/* Trees of many shapes; the same in every run. */
static HvProfile *
make_random (guint32 seed, guint n_sites)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
  HvProfile *profile = hv_profile_new ();

  profile->path = g_strdup ("random");
  profile->format = "dhat";
  hv_profile_column (profile, HV_METRIC_LIVE_BYTES);
  hv_profile_column (profile, HV_METRIC_LIVE_BLOCKS);
  for (guint i = 0; i < n_sites; i++)
    {
      g_autoptr (GString) stack = g_string_new ("main");
      guint depth = (guint) g_rand_int_range (rand, 0, 12);
      for (guint d = 0; d < depth; d++)
        g_string_append_printf (stack, ";f%d", g_rand_int_range (rand, 0, d < 3 ? 5 : 40));
      /* sizes over many orders of magnitude */
      test_add (profile, stack->str, (int64_t) 1 << g_rand_int_range (rand, 0, 30), 1);
    }
  hv_profile_seal (profile);
  return profile;
}

static void
test_random (void)
{
  for (guint32 seed = 1; seed <= 8; seed++)
    {
      g_autoptr (HvProfile) base = make_random (seed, 2000);
      g_autoptr (HvProfile) current = make_random (seed + 100, 3000);
      g_autoptr (HvDiff) diff = diff_of (base, current);
      g_autoptr (GRand) rand = g_rand_new_with_seed (seed);

      for (guint view = 0; view < HV_N_FLAME_VIEWS; view++)
        for (guint zoom = 0; zoom < 6; zoom++)
          {
            HvFlameRequest request = { .tree = diff->tree,
                                       .diff = diff,
                                       .view = view,
                                       .width = 1200,
                                       .gap = 24,
                                       .min_width = zoom % 2 ? 0.5 : 4,
                                       .order = zoom % 3,
                                       .max_rows = zoom == 5 ? 4 : 0,
                                       .root = zoom == 0
                                                   ? 0
                                                   : (uint32_t) g_rand_int_range (
                                                       rand, 0, (gint32) diff->tree->n_nodes) };
            g_autoptr (HvFlameLayout) layout = hv_flame_layout_new (&request);

            check_layout (layout, &request);
            if (zoom == 5)
              {
                g_autoptr (GArray) path = hv_tree_path (diff->tree, request.root);
                g_assert_cmpuint (layout->n_rows, <=, MAX (4, path->len + 1));
              }
            for (uint32_t i = 0; i < layout->n_boxes; i++)
              if (layout->box[i].merged == 0)
                g_assert_cmpuint (hv_flame_layout_find (layout, diff->tree, layout->box[i].node,
                                                        layout->box[i].forest),
                                  ==, i);
          }
    }
}

static void
test_limit (void)
{
  g_autoptr (HvProfile) profile = make_random (7, 20000);
  HvTreeOptions options = { 0 };
  g_autoptr (HvTree) tree = hv_tree_new (profile, HV_METRIC_LIVE_BYTES, HV_AT_END, &options, NULL);
  HvFlameRequest request = { .tree = tree, .width = 1600 };
  g_autoptr (HvFlameLayout) all = hv_flame_layout_new (&request);

  check_layout (all, &request);
  g_assert_cmpuint (all->n_boxes, ==, tree->n_nodes);
  g_assert_cmpuint (all->n_merged, ==, 0);
  request.max_boxes = 500;
  g_autoptr (HvFlameLayout) few = hv_flame_layout_new (&request);
  check_layout (few, &request);
  g_assert_cmpuint (few->n_boxes, <=, 500);
  g_assert_cmpuint (few->n_boxes, >, 250);
  g_assert_cmpfloat (few->min_width, >, 0);
  g_assert_cmpuint (few->n_merged, >, 0);
  g_assert_cmpint (few->box[0].value, ==, all->box[0].value);
}

/* The merged box: what is in it, and that a part too small even together is only counted. */
static void
test_merged (void)
{
  static const Stack stacks[] = { { "main;big", 990, 1 },
                                  { "main;a", 4, 1 },
                                  { "main;b", 3, 1 },
                                  { "main;c", 3, 1 },
                                  { "tiny;x", 1, 1 } };
  g_autoptr (HvProfile) profile = test_sampled_profile ("p", stacks, G_N_ELEMENTS (stacks));
  HvTreeOptions options = { 0 };
  g_autoptr (HvTree) tree = hv_tree_new (profile, HV_METRIC_LIVE_BYTES, HV_AT_END, &options, NULL);
  HvFlameRequest request = { .tree = tree, .width = 1001, .min_width = 5 };
  g_autoptr (HvFlameLayout) layout = hv_flame_layout_new (&request);

  check_layout (layout, &request);
  g_assert_cmpuint (layout->n_rows, ==, 3);
  g_assert_cmpuint (layout->n_boxes, ==, 4);
  const HvFlameBox *merged = &layout->box[3];
  g_assert_cmpuint (merged->merged, ==, 3);
  g_assert_cmpint (merged->value, ==, 10);
  g_assert_cmpint (merged->cost[HV_SIDE_CURRENT], ==, 10);
  g_assert_cmpuint (merged->node, ==, layout->box[1].node);
  g_assert_cmpint (layout->box[0].hidden, ==, 1);
  g_assert_cmpint (layout->merged_value, ==, 10);

  /* right of all boxes; beside one narrower than the slack */
  g_assert_cmpuint (hv_flame_layout_hit (layout, 1, 1000.9, 0), ==, HV_FLAME_NO_BOX);
  g_assert_cmpuint (hv_flame_layout_hit (layout, 2, 1000.9, 12), ==, 3);
  g_assert_cmpuint (hv_flame_layout_hit (layout, 9, 1, 12), ==, HV_FLAME_NO_BOX);
  /* a merged node: its nearest drawn ancestor */
  for (uint32_t node = 0; node < tree->n_nodes; node++)
    if (strcmp (hv_tree_label (tree, node), "a") == 0)
      g_assert_cmpuint (hv_flame_layout_find (layout, tree, node, 0), ==, 1);
}

/* What the viewport shows of a wide picture is exactly what lies there in all of it. */
static void
test_viewport (void)
{
  static const HvFlameViewport views[] = { { 1, 0 },       { 3, 0 },      { 3, 1000 },
                                           { 40, 12345 },  { 2000, 1e6 }, { 1e9, 1e12 },
                                           { 0.25, 1000 }, { 7, -50 } };
  g_autoptr (HvProfile) base = make_random (3, 2000);
  g_autoptr (HvProfile) current = make_random (103, 3000);
  g_autoptr (HvDiff) diff = diff_of (base, current);

  for (guint view = 0; view < HV_N_FLAME_VIEWS; view++)
    for (guint i = 0; i < G_N_ELEMENTS (views); i++)
      {
        HvFlameRequest request = { .tree = diff->tree,
                                   .diff = diff,
                                   .view = view,
                                   .order = HV_FLAME_ORDER_VALUE,
                                   .width = 1000,
                                   .gap = 20,
                                   .min_width = 1,
                                   .viewport = views[i] };
        g_autoptr (HvFlameLayout) part = hv_flame_layout_new (&request);
        check_layout (part, &request);
        g_assert_cmpfloat (part->viewport.scale, >=, 1);
        g_assert_cmpfloat (part->viewport.scale, <=, HV_FLAME_MAX_SCALE);
        g_assert_cmpuint (part->n_boxes, >, 0);

        /* all of it: as wide as at this scale everything is */
        HvFlameRequest wide = request;
        wide.viewport = (HvFlameViewport){ 0 };
        wide.width *= part->viewport.scale;
        wide.gap *= part->viewport.scale;
        g_autoptr (HvFlameLayout) all = hv_flame_layout_new (&wide);
        uint32_t n_inside = 0;
        for (uint32_t b = 0; b < all->n_boxes; b++)
          n_inside += all->box[b].x1 > part->viewport.offset
                      && all->box[b].x0 < part->viewport.offset + request.width;
        g_assert_cmpuint (part->n_boxes, ==, n_inside);
        for (uint32_t b = 0; b < part->n_boxes; b++)
          {
            const HvFlameBox *box = &part->box[b];
            if (box->merged)
              continue;
            const HvFlameBox *same =
                &all->box[hv_flame_layout_find (all, diff->tree, box->node, box->forest)];
            g_assert_cmpuint (same->node, ==, box->node);
            g_assert_cmpfloat_with_epsilon (same->x0 - part->viewport.offset, box->x0, 1e-2);
            g_assert_cmpfloat_with_epsilon (same->x1 - part->viewport.offset, box->x1, 1e-2);
          }
      }
}

/* Nearer and back leads to where one was; what is under the pointer stays there. */
static void
test_viewport_zoom (void)
{
  HvFlameViewport all = hv_flame_viewport_clamp ((HvFlameViewport){ 0 }, 1000);
  HvFlameViewport near = hv_flame_viewport_zoom (all, 1000, 300, 4);

  g_assert_cmpfloat (all.scale, ==, 1);
  g_assert_cmpfloat (near.scale, ==, 4);
  g_assert_cmpfloat (near.offset, ==, 900); /* 300 px at scale 1 is 1200 px at scale 4 */
  HvFlameViewport back = hv_flame_viewport_zoom (near, 1000, 300, 0.25);
  g_assert_cmpfloat (back.scale, ==, 1);
  g_assert_cmpfloat (back.offset, ==, 0);
  back = hv_flame_viewport_zoom (near, 1000, 0, 0.5);
  g_assert_cmpfloat (back.offset, ==, 450);
  /* never beside the picture */
  back = hv_flame_viewport_zoom (hv_flame_viewport_zoom (all, 1000, 1000, 4), 1000, 0, 0.5);
  g_assert_cmpfloat (back.offset, ==, 1000);

  back = hv_flame_viewport_reveal (near, 1000, 100, 900); /* is shown */
  g_assert_cmpfloat (back.offset, ==, 900);
  back = hv_flame_viewport_reveal (near, 1000, -100, 1200); /* covers it */
  g_assert_cmpfloat (back.offset, ==, 900);
  back = hv_flame_viewport_reveal (near, 1000, -100, 200);
  g_assert_cmpfloat (back.offset, ==, 800);
  back = hv_flame_viewport_reveal (near, 1000, 900, 1200);
  g_assert_cmpfloat (back.offset, ==, 1100);
  back = hv_flame_viewport_reveal (near, 1000, 900, 2200);
  g_assert_cmpfloat (back.offset, ==, 1800);
}

/* Neighbours, callers and callees are there for the keys though the viewport is elsewhere. */
static void
test_around (void)
{
  static const Stack stacks[] = {
    { "main;a;x", 100, 1 }, { "main;a;y", 90, 1 }, { "main;b", 80, 1 }, { "main;c;z", 70, 1 }
  };
  g_autoptr (HvProfile) profile = test_sampled_profile ("p", stacks, G_N_ELEMENTS (stacks));
  HvTreeOptions options = { 0 };
  g_autoptr (HvTree) tree = hv_tree_new (profile, HV_METRIC_LIVE_BYTES, HV_AT_END, &options, NULL);
  HvFlameRequest request = { .tree = tree,
                             .width = 1000,
                             .viewport = { .scale = 340, .offset = 10 } };
  g_autoptr (HvFlameLayout) part = hv_flame_layout_new (&request);

  g_assert_cmpuint (find_box (part, tree, "x", 0), !=, HV_FLAME_NO_BOX);
  g_assert_cmpuint (find_box (part, tree, "b", 0), ==, HV_FLAME_NO_BOX);
  for (uint32_t node = 0; node < tree->n_nodes; node++)
    if (strcmp (hv_tree_label (tree, node), "b") == 0)
      request.around = node;
  g_autoptr (HvFlameLayout) more = hv_flame_layout_new (&request);
  check_layout (more, &request);
  uint32_t b = find_box (more, tree, "b", 0);
  g_assert_cmpuint (b, !=, HV_FLAME_NO_BOX);
  g_assert_cmpuint (find_box (more, tree, "a", 0), ==, b - 1);
  g_assert_cmpuint (find_box (more, tree, "c", 0), ==, b + 1);
  g_assert_cmpuint (find_box (more, tree, "z", 0), ==, HV_FLAME_NO_BOX);
}

static void
test_empty (void)
{
  g_autoptr (HvProfile) profile = test_sampled_profile ("p", NULL, 0);
  HvTreeOptions options = { 0 };
  g_autoptr (HvTree) tree = hv_tree_new (profile, HV_METRIC_LIVE_BYTES, HV_AT_END, &options, NULL);
  HvFlameRequest request = { .tree = tree, .width = 1000, .root = 99 };
  g_autoptr (HvFlameLayout) layout = hv_flame_layout_new (&request);

  g_assert_cmpuint (layout->n_boxes, ==, 0);
  g_assert_cmpuint (layout->n_rows, ==, 0);
  g_assert_cmpint (hv_flame_layout_total (layout, 0), ==, 0);
  g_assert_cmpuint (hv_flame_layout_hit (layout, 0, 1, 10), ==, HV_FLAME_NO_BOX);
  g_assert_cmpuint (hv_flame_layout_find (layout, tree, 0, 0), ==, HV_FLAME_NO_BOX);
}

/* The colour of the box for a function as shown in a tree. */
static HvFlameTint
tint_of (const char *function, const char *module, const char *file, HvGroup group, int *hue)
{
  g_autoptr (HvProfile) profile = hv_profile_new ();
  HvFrame frame = { .function = hv_profile_intern (profile, function, -1),
                    .module = hv_profile_intern (profile, module, -1),
                    .file = hv_profile_intern (profile, file, -1),
                    .line = 1 };
  const HvTreeOptions options = { .group = group, .all_frames = TRUE };
  uint32_t site = hv_profile_site (
      profile, hv_profile_node (profile, 0, hv_profile_frame (profile, &frame)));

  hv_profile_column (profile, HV_METRIC_LIVE_BYTES)[site] = 1;
  g_autoptr (HvTree) tree = hv_tree_new (profile, HV_METRIC_LIVE_BYTES, HV_AT_END, &options, NULL);
  const HvKey *key = &tree->key[tree->node_key[1]];
  *hue = hv_flame_key_hue (key);
  return hv_flame_key_tint (key, key->origin);
}

static int
hue_of (const char *function, const char *module, const char *file, HvGroup group)
{
  int hue;

  tint_of (function, module, file, group, &hue);
  return hue;
}

/* One module's functions and files are told apart in one family of colours. */
static void
test_tint (void)
{
  gboolean hues[360] = { FALSE }, shades[HV_FLAME_N_SHADES] = { FALSE };
  guint n_hues = 0, n_shades = 0;
  int hue, first = hue_of ("main", "/bin/app", "", 0);

  for (guint i = 0; i < 40; i++)
    {
      g_autofree char *function = g_strdup_printf ("function_%u", i);
      g_autofree char *file = g_strdup_printf ("/build/src/file_%u.c", i);
      g_autofree char *elsewhere = g_strdup_printf ("../file_%u.c", i);
      HvFlameTint tint = tint_of (function, "/bin/app", file, 0, &hue);
      HvFlameTint again = tint_of (function, "/usr/bin/app", elsewhere, 0, &hue);
      g_assert_cmpint (tint.hue, ==, again.hue);
      g_assert_cmpuint (tint.shade, ==, again.shade);
      g_assert_cmpint (hue, ==, first);
      g_assert_cmpint (ABS (tint.hue - first), <=, 24);
      g_assert_cmpint (tint.hue, >=, 0);
      g_assert_cmpint (tint.hue, <=, 290);
      g_assert_cmpuint (tint.shade, <, HV_FLAME_N_SHADES);
      n_hues += !hues[tint.hue];
      n_shades += !shades[tint.shade];
      hues[tint.hue] = shades[tint.shade] = TRUE;
    }
  g_assert_cmpuint (n_hues, >, 3);
  g_assert_cmpuint (n_shades, ==, HV_FLAME_N_SHADES);
  /* what has no name, or no file, says nothing by it */
  HvFlameTint bare = tint_of ("", "/bin/app", "", 0, &hue);
  g_assert_cmpint (bare.hue, ==, hue);
  g_assert_cmpuint (bare.shade, ==, 0);
  HvFlameTint unknown = tint_of ("", "", "", 0, &hue);
  g_assert_cmpint (unknown.hue, ==, -1);
  /* instances of a template are one function */
  HvFlameTint one = tint_of ("Vec<int>::push(int)", "/bin/app", "", 0, &hue);
  HvFlameTint other = tint_of ("Vec<char>::push(char)", "/bin/app", "", 0, &hue);
  g_assert_cmpint (one.hue, ==, other.hue);
}

static void
test_hue (void)
{
  static const HvKey note = { .label = "", .origin = "", .flags = HV_FRAME_SYNTHETIC };
  int clang = hue_of ("clang::Parser::Parse(int)", "/usr/lib/libclang.so.14", "", 0);
  int libc = hue_of ("malloc", "/lib/libc.so.6", "", 0);
  int serde = hue_of ("serde::de::visit", "/bin/app", "", 0);

  g_assert_cmpint (clang, >=, 0);
  g_assert_cmpint (clang, ==, hue_of ("clang::Sema::Act()", "/opt/libother.so", "", 0));
  g_assert_cmpint (clang, ==, hue_of ("<clang::Vec<T> as Foo>::bar", "", "", 0));
  g_assert_cmpint (libc, ==, hue_of ("calloc", "/usr/lib/libc.so.6.1", "", 0));
  g_assert_cmpint (libc, !=, clang);
  g_assert_cmpint (hue_of ("<usize as core::iter::traits::accum::Sum>::sum", "/bin/app", "", 0), ==,
                   hue_of ("core::ptr::read", "/bin/app", "", 0));
  /* the source says it where the name does not, and a crate is one colour however it is grouped */
  g_assert_cmpint (
      serde, ==, hue_of ("visit", "/bin/app", "/h/.cargo/registry/src/x/serde-1.0.2/src/de.rs", 0));
  g_assert_cmpint (serde, ==, hue_of ("serde::de::visit", "/bin/app", "", HV_GROUP_CRATE));
  g_assert_cmpint (libc, ==, hue_of ("std::f", "/lib/libc.so.6", "", HV_GROUP_MODULE));
  g_assert_cmpint (hue_of ("main", "", "", 0), ==, -1);
  g_assert_cmpint (hv_flame_key_hue (&note), ==, -1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/layout/growth", test_growth);
  g_test_add_func ("/layout/views", test_views);
  g_test_add_func ("/layout/random", test_random);
  g_test_add_func ("/layout/limit", test_limit);
  g_test_add_func ("/layout/merged", test_merged);
  g_test_add_func ("/layout/viewport", test_viewport);
  g_test_add_func ("/layout/viewport-zoom", test_viewport_zoom);
  g_test_add_func ("/layout/around", test_around);
  g_test_add_func ("/layout/empty", test_empty);
  g_test_add_func ("/layout/hue", test_hue);
  g_test_add_func ("/layout/tint", test_tint);
  return g_test_run ();
}
