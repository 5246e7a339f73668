/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "viewer/draw/cairo-canvas.h"
#include "viewer/draw/flame-paint.h"
#include "viewer/draw/picture.h"

#include "store/units.h"

#include "profiles.h"

#include <gio/gio.h>
#include <glib/gstdio.h>

/* --- a canvas that writes down what is drawn; each character is 7 px wide, a line 15 high --- */

typedef struct
{
  HvCanvas canvas;
  GString *list;
} List;

static void
add (HvCanvas *canvas, const char *what, const graphene_rect_t *rect, const GdkRGBA *color)
{
  g_string_append_printf (((List *) canvas)->list, "%s %g %g %g %g #%02x%02x%02x\n", what,
                          (double) rect->origin.x, (double) rect->origin.y,
                          (double) rect->size.width, (double) rect->size.height,
                          (guint) (color->red * 255 + 0.5f), (guint) (color->green * 255 + 0.5f),
                          (guint) (color->blue * 255 + 0.5f));
}

static void
fill (HvCanvas *canvas, const graphene_rect_t *rect, const GdkRGBA *color)
{
  add (canvas, "fill", rect, color);
}

static void
hatch (HvCanvas *canvas, const graphene_rect_t *rect, const GdkRGBA *stripe, const GdkRGBA *between)
{
  add (canvas, "hatch", rect, stripe);
}

static void
outline (HvCanvas *canvas, const graphene_rect_t *rect, const GdkRGBA *color, float thickness,
         gboolean dashed)
{
  add (canvas, dashed ? "dashes" : "frame", rect, color);
}

static float
text_width (HvCanvas *canvas, const char *text, HvFace face)
{
  return 7 * (float) g_utf8_strlen (text, -1);
}

static float
text (HvCanvas *canvas, const char *words, HvFace face, const GdkRGBA *color, float x, float y,
      float width)
{
  static const char *const names[HV_N_FACES] = { "text", "bold", "title" };
  glong fit = (glong) (width / 7), all = g_utf8_strlen (words, -1);

  if (fit < 3)
    return 0;
  g_autofree char *part = g_utf8_substring (words, 0, MIN (fit - (all > fit), all));
  g_autofree char *line = g_strdup_printf ("%s “%s%s”", names[face], part, all > fit ? "…" : "");
  float used = 7 * (float) MIN (fit, all);
  add (canvas, line, &GRAPHENE_RECT_INIT (x, y, used, 15), color);
  return used;
}

static float
line_height (HvCanvas *canvas, HvFace face)
{
  return face == HV_FACE_TITLE ? 22 : 15;
}

static List
list_new (void)
{
  static const HvCanvasClass class = { fill, hatch, outline, text, text_width, line_height };

  return (List){ { &class }, g_string_new (NULL) };
}

/* Compared with tests/data/draw/NAME.txt; HV_UPDATE_GOLDEN=1 writes that anew. */
static void
check_golden (const char *name, const char *list)
{
  g_autofree char *file = g_strconcat (name, ".txt", NULL);
  g_autofree char *path = g_build_filename (g_getenv ("HV_TEST_DATA"), "draw", file, NULL);
  g_autofree char *expected = NULL;
  g_autoptr (GError) error = NULL;

  if (g_getenv ("HV_UPDATE_GOLDEN"))
    g_file_set_contents (path, list, -1, &error);
  g_assert_no_error (error);
  g_file_get_contents (path, &expected, NULL, &error);
  g_assert_no_error (error);
  g_auto (GStrv) want = g_strsplit (expected, "\n", -1);
  g_auto (GStrv) have = g_strsplit (list, "\n", -1);
  for (guint i = 0; want[i] && have[i]; i++)
    g_assert_cmpstr (have[i], ==, want[i]);
  g_assert_cmpuint (g_strv_length (have), ==, g_strv_length (want));
}

/* --- what is drawn --- */

typedef struct
{
  HvProfile *base, *current;
  HvDiff *diff;
  HvTree *tree;
  HvReport report;
} Shown;

static const char *const lines[] = {
  "main;parse@app:parse.c:10;json::value<std::string>@app:json.c:3 600000 600",
  "main;parse@app:parse.c:10;arena_take@pool:arena.c:8 300000 3",
  "main;log@app:log.c:44 90000 90",
  "main;tiny 10 1",
  NULL,
};

static void
show_one (Shown *shown, HvTreeOptions *options)
{
  g_autoptr (GError) error = NULL;

  shown->current = test_profile (lines);
  hv_profile_seal (shown->current);
  shown->tree = hv_tree_new (shown->current, HV_METRIC_LIVE_BYTES, HV_AT_END, options, &error);
  g_assert_no_error (error);
  shown->report = (HvReport){ .profile = shown->current,
                              .at = HV_AT_END,
                              .metric = HV_METRIC_LIVE_BYTES,
                              .tree = shown->tree,
                              .rows_tree = shown->tree,
                              .top = 20 };
}

static void
show_diff (Shown *shown)
{
  HvTreeOptions options = { .group = HV_GROUP_STACK };
  g_autoptr (GError) error = NULL;

  shown->base = test_sampled_profile ("/dumps/base.heap", example_base,
                                      G_N_ELEMENTS (example_base));
  shown->current = test_sampled_profile ("/dumps/cur.heap", example_current,
                                         G_N_ELEMENTS (example_current));
  shown->diff = hv_diff_new (shown->base, HV_AT_END, shown->current, HV_AT_END,
                             HV_METRIC_LIVE_BYTES, &options, &error);
  g_assert_no_error (error);
  shown->report = (HvReport){ .profile = shown->current,
                              .base = shown->base,
                              .at = HV_AT_END,
                              .base_at = HV_AT_END,
                              .metric = HV_METRIC_LIVE_BYTES,
                              .tree = shown->diff->tree,
                              .diff = shown->diff,
                              .rows_tree = shown->diff->tree,
                              .rows_diff = shown->diff,
                              .top = 20 };
}

static void
shown_clear (Shown *shown)
{
  g_clear_pointer (&shown->diff, hv_diff_free);
  g_clear_pointer (&shown->tree, hv_tree_free);
  g_clear_pointer (&shown->base, hv_profile_free);
  g_clear_pointer (&shown->current, hv_profile_free);
}

static void
paint (const char *name, const HvPicture *picture)
{
  List list = list_new ();
  float height = hv_picture_paint (picture, &list.canvas);

  g_string_append_printf (list.list, "height %g\n", (double) height);
  check_golden (name, list.list->str);
  g_string_free (list.list, TRUE);
}

static void
test_profile_picture (void)
{
  Shown shown = { 0 };
  HvTreeOptions options = { .all_frames = TRUE };

  show_one (&shown, &options);
  paint ("profile",
         &(HvPicture){ .report = &shown.report, .palette = hv_palette_get (FALSE), .width = 600 });
  shown_clear (&shown);
}

/* Zoomed, searched, dark, and with bytes dropped. */
static void
test_state (void)
{
  Shown shown = { 0 };
  HvTreeOptions options = { .all_frames = TRUE, .ignore = "^log$" };

  show_one (&shown, &options);
  g_autofree guint8 *matches = g_new0 (guint8, shown.tree->n_keys);
  matches[shown.tree->node_key[test_find (shown.tree, "main;parse;arena_take")]] = 1;
  shown.report.zoom = test_find (shown.tree, "main;parse");
  shown.report.zoom_forests = 1u << HV_FLAME_GAIN;
  shown.report.matches = matches;
  shown.report.search = "arena";
  paint ("zoomed", &(HvPicture){ .report = &shown.report,
                                 .palette = hv_palette_get (TRUE),
                                 .found = "Search “arena”: matched 293 KiB",
                                 .width = 600 });
  shown_clear (&shown);
}

static void
test_diff (gconstpointer data)
{
  static const char *const names[] = { "growth", "current", "base", "overlay" };
  guint view = GPOINTER_TO_UINT (data);
  Shown shown = { 0 };

  show_diff (&shown);
  shown.report.view = view;
  paint (names[view], &(HvPicture){ .report = &shown.report,
                                    .palette = hv_palette_get (FALSE),
                                    .sentence = "A sentence that is so long that it takes more "
                                                "than one line of a picture as narrow as this.",
                                    .width = 700 });
  shown_clear (&shown);
}

/* Nearer, only what is in view is drawn, and no text beyond it. */
static void
test_viewport (void)
{
  Shown shown = { 0 };
  HvTreeOptions options = { .all_frames = TRUE };

  show_one (&shown, &options);
  shown.report.scale = 4;
  shown.report.left = 0.5;
  paint ("viewport",
         &(HvPicture){ .report = &shown.report, .palette = hv_palette_get (FALSE), .width = 600 });
  shown_clear (&shown);
}

/* The same boxes, the other way up: the root is the lowest row, the header stays above. */
static void
test_root_below (void)
{
  Shown shown = { 0 };
  HvTreeOptions options = { .all_frames = TRUE };

  show_one (&shown, &options);
  shown.report.root_below = TRUE;
  paint ("root-below",
         &(HvPicture){ .report = &shown.report, .palette = hv_palette_get (FALSE), .width = 600 });
  shown_clear (&shown);
}

/* Which row is at a height is what is drawn there, with the root on either side. */
static void
test_rows (void)
{
  Shown shown = { 0 };
  HvTreeOptions options = { .all_frames = TRUE };

  show_one (&shown, &options);
  const HvFlameRequest request = { .tree = shown.tree, .width = 600 };
  g_autoptr (HvFlameLayout) layout = hv_flame_layout_new (&request);
  float height = (float) layout->n_rows * 22;
  g_assert_cmpuint (layout->n_rows, ==, 4);
  for (float below = 0; below <= height; below += height)
    for (uint32_t i = 0; i < layout->n_boxes; i++)
      {
        const HvFlameBox *box = &layout->box[i];
        graphene_rect_t rect = hv_flame_box_rect (layout, box, 22, below);
        float row = below > 0 ? (float) (layout->n_rows - 1 - box->row) : (float) box->row;
        g_assert_cmpfloat (rect.origin.y, ==, row * 22);
        for (float y = 0; y < rect.size.height; y++)
          g_assert_cmpuint (hv_flame_row_at ((double) (rect.origin.y + y) + 0.5, 22, below), ==,
                            box->row);
      }
  g_assert_cmpuint (hv_flame_row_at (-1, 22, 0), ==, UINT32_MAX);
  g_assert_cmpuint (hv_flame_row_at ((double) height + 1, 22, height), ==, UINT32_MAX);
  g_assert_cmpuint (hv_flame_row_at (1e300, 22, 0), ==, UINT32_MAX);
  shown_clear (&shown);
}

/* Of too many rows the first ones are drawn, wherever they begin. */
static void
test_few_rows (void)
{
  Shown shown = { 0 };
  HvTreeOptions options = { .all_frames = TRUE };
  float heights[2][2];

  show_one (&shown, &options);
  HvPicture picture = { .report = &shown.report, .palette = hv_palette_get (FALSE), .width = 600 };
  for (guint below = 0; below < 2; below++)
    for (guint rows = 0; rows < 2; rows++)
      {
        List list = list_new ();
        shown.report.root_below = below;
        picture.max_rows = 2 * rows;
        heights[below][rows] = hv_picture_paint (&picture, &list.canvas);
        g_assert_nonnull (strstr (list.list->str, "“main”"));
        g_assert_true (!strstr (list.list->str, "“parse”") == (rows == 1));
        g_string_free (list.list, TRUE);
      }
  g_assert_cmpfloat (heights[0][0], ==, heights[1][0]);
  g_assert_cmpfloat (heights[0][1], ==, heights[1][1]);
  g_assert_cmpfloat (heights[0][0] - heights[0][1], ==, 2 * 22);
  shown_clear (&shown);
}

/* --- tables --- */

static HvGrid *
make_grid (guint n)
{
  HvGrid *grid = hv_grid_new ("Sites", 2);

  grid->column[0] = (HvGridColumn){ g_strdup ("Self"), TRUE };
  grid->column[1] = (HvGridColumn){ g_strdup ("Site"), FALSE };
  grid->wide = 1;
  for (guint i = 0; i < n; i++)
    hv_grid_add_row (grid,
                     (char *[]){ g_strdup_printf ("%u", n - i),
                                 g_strdup_printf (i ? "site_%u" : "a, \"b\" and %u", i) },
                     i % 3);
  return grid;
}

static void
test_csv (void)
{
  g_autoptr (HvGrid) grid = make_grid (2);
  g_autoptr (GString) out = g_string_new (NULL);

  g_assert_true (hv_grid_append_csv (grid, out, NULL, NULL));
  g_assert_cmpstr (out->str, ==, "Self,Site\n2,\"a, \"\"b\"\" and 0\"\n1,site_1\n");
  g_string_truncate (out, 0);
  grid->tree = 1;
  g_assert_true (hv_grid_append_csv (grid, out, NULL, NULL));
  g_assert_cmpstr (out->str, ==, "Depth,Self,Site\n0,2,\"a, \"\"b\"\" and 0\"\n1,1,site_1\n");
}

static void
test_table (void)
{
  Shown shown = { 0 };
  HvTreeOptions options = { 0 };

  show_one (&shown, &options);
  g_autoptr (HvGrid) grid = make_grid (4);
  grid->tree = 1;
  paint ("table", &(HvPicture){ .report = &shown.report,
                                .palette = hv_palette_get (FALSE),
                                .grid = grid,
                                .width = 600 });
  shown_clear (&shown);
}

/* --- files --- */

/* What pdftotext reads, its pages apart by form feeds; NULL: there is no pdftotext. */
static char *
text_of_pdf (const GString *pdf)
{
  g_autofree char *program = g_find_program_in_path ("pdftotext");
  g_autofree char *path = NULL;
  char *read = NULL;
  int fd = g_file_open_tmp ("heapview-XXXXXX.pdf", &path, NULL), status;

  g_assert_cmpint (fd, >=, 0);
  g_close (fd, NULL);
  g_assert_true (g_file_set_contents (path, pdf->str, (gssize) pdf->len, NULL));
  if (program)
    {
      g_assert_true (
          g_spawn_sync (NULL, (char *[]){ program, (char *) "-layout", path, (char *) "-", NULL },
                        NULL, G_SPAWN_DEFAULT, NULL, NULL, &read, NULL, &status, NULL));
      g_assert_cmpint (status, ==, 0);
    }
  g_unlink (path);
  return read;
}

static void
test_pdf (void)
{
  Shown shown = { 0 };
  g_autoptr (GString) out = g_string_new (NULL);
  g_autoptr (GError) error = NULL;

  show_diff (&shown);
  const HvPicture picture = { .report = &shown.report,
                              .palette = hv_palette_get (FALSE),
                              .width = 1400 };
  g_assert_true (hv_picture_write_pdf (&picture, out, &error));
  g_assert_no_error (error);
  g_assert_true (g_str_has_prefix (out->str, "%PDF-"));
  shown_clear (&shown);
  g_autofree char *words = text_of_pdf (out);
  if (!words)
    {
      g_test_skip ("there is no pdftotext");
      return;
    }
  static const char *const wanted[] = { "cur.heap compared with base.heap", "cache_insert",
                                        "share that grew", "+286 MiB", "current" };
  for (guint i = 0; i < G_N_ELEMENTS (wanted); i++)
    g_assert_nonnull (strstr (words, wanted[i]));
}

/* Every row is on some page, and each page says what its columns are. */
static void
test_pages (void)
{
  Shown shown = { 0 };
  HvTreeOptions options = { 0 };
  g_autoptr (GString) out = g_string_new (NULL);
  g_autoptr (GError) error = NULL;
  guint n_pages = 0;

  show_one (&shown, &options);
  g_autoptr (HvGrid) grid = make_grid (150);
  const HvPicture picture = {
    .report = &shown.report, .palette = hv_palette_get (FALSE), .grid = grid, .width = 1400
  };
  g_assert_true (hv_picture_write_pdf (&picture, out, &error));
  g_assert_no_error (error);
  shown_clear (&shown);
  g_autofree char *words = text_of_pdf (out);
  if (!words)
    {
      g_test_skip ("there is no pdftotext");
      return;
    }
  g_auto (GStrv) pages = g_strsplit (words, "\f", -1);
  for (; pages[n_pages] && *pages[n_pages]; n_pages++)
    g_assert_nonnull (strstr (pages[n_pages], "Self"));
  g_assert_cmpuint (n_pages, >, 2);
  for (guint i = 1; i < 150; i++)
    {
      g_autofree char *row = g_strdup_printf ("site_%u\n", i);
      g_assert_nonnull (strstr (words, row));
    }
}

static guint
big_endian (const GString *png, gsize at)
{
  const guint8 *byte = (const guint8 *) png->str + at;

  return (guint) byte[0] << 24 | (guint) byte[1] << 16 | (guint) byte[2] << 8 | byte[3];
}

/* Width and height are where PNG has them. */
static void
test_png (void)
{
  Shown shown = { 0 };
  HvTreeOptions options = { 0 };
  g_autoptr (GString) out = g_string_new (NULL);
  g_autoptr (GError) error = NULL;

  show_one (&shown, &options);
  HvPicture picture = { .report = &shown.report, .palette = hv_palette_get (FALSE), .width = 800 };
  g_assert_true (hv_picture_write_png (&picture, 2, out, &error));
  g_assert_no_error (error);
  g_assert_cmpmem (out->str, 8, "\x89PNG\r\n\x1a\n", 8);
  g_assert_cmpuint (big_endian (out, 16), ==, 1600);
  g_assert_cmpuint (big_endian (out, 20), >, 200);

  /* so many rows become a part of them */
  g_autoptr (HvGrid) grid = make_grid (100000);
  picture.grid = grid;
  g_string_truncate (out, 0);
  g_assert_true (hv_picture_write_png (&picture, 1, out, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (big_endian (out, 20), <, 32000);

  /* and what no picture holds is refused with a sentence */
  picture.grid = NULL;
  picture.width = 1e6;
  g_string_truncate (out, 0);
  g_assert_false (hv_picture_write_png (&picture, 1, out, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE);
  g_assert_cmpuint (out->len, ==, 0);
  shown_clear (&shown);
}

/* What is measured without drawing is what is drawn. */
static void
test_measure (void)
{
  Shown shown = { 0 };

  show_diff (&shown);
  const HvPicture picture = { .report = &shown.report,
                              .palette = hv_palette_get (FALSE),
                              .width = 900 };
  g_autoptr (HvCairoCanvas) dry = hv_cairo_canvas_new (NULL, NULL);
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_A8, 10, 10);
  cairo_t *cr = cairo_create (surface);
  HvCairoCanvas *wet = hv_cairo_canvas_new (cr, NULL);
  cairo_scale (cr, 3, 3);
  g_assert_cmpfloat (hv_picture_paint (&picture, hv_cairo_canvas_get (dry)), ==,
                     hv_picture_paint (&picture, hv_cairo_canvas_get (wet)));
  hv_cairo_canvas_free (wet);
  cairo_destroy (cr);
  cairo_surface_destroy (surface);
  shown_clear (&shown);
}

int
main (int argc, char **argv)
{
  static const char *const views[] = { "/draw/growth", "/draw/current", "/draw/base",
                                       "/draw/overlay" };

  g_setenv ("LC_ALL", "C", TRUE);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/draw/profile", test_profile_picture);
  g_test_add_func ("/draw/state", test_state);
  for (guint i = 0; i < G_N_ELEMENTS (views); i++)
    g_test_add_data_func (views[i], GUINT_TO_POINTER (i), test_diff);
  g_test_add_func ("/draw/viewport", test_viewport);
  g_test_add_func ("/draw/root-below", test_root_below);
  g_test_add_func ("/draw/rows", test_rows);
  g_test_add_func ("/draw/few-rows", test_few_rows);
  g_test_add_func ("/draw/table", test_table);
  g_test_add_func ("/draw/csv", test_csv);
  g_test_add_func ("/draw/pdf", test_pdf);
  g_test_add_func ("/draw/pages", test_pages);
  g_test_add_func ("/draw/png", test_png);
  g_test_add_func ("/draw/measure", test_measure);
  return g_test_run ();
}
