/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "opened-tests.h"
#include "store/search.h"
#include "store/units.h"
#include "viewer/widgets/call-table.h"
#include "viewer/widgets/details.h"
#include "viewer/widgets/palette.h"

/* What the other tests do not show of the window's mouse, keys, search, menu, numbers and
 * transforms, by real events; ROWS.md lists which test shows what. */

static gboolean
has_frame (const Test *test, const char *label)
{
  const HvTree *tree = test->scene->report.tree;

  for (uint32_t node = 1; node < tree->n_nodes; node++)
    if (g_str_equal (hv_tree_label (tree, node), label))
      return TRUE;
  return FALSE;
}

static uint32_t
select_frame (Test *test, const char *label)
{
  uint32_t node = find (test->scene, label);

  hv_flame_graph_select (test->graph, node);
  return node;
}

static graphene_point_t
middle_of (Test *test, const char *label)
{
  const HvFlameLayout *layout = hv_flame_graph_get_layout (test->graph);
  uint32_t box = hv_flame_layout_find (layout, test->scene->report.tree, find (test->scene, label),
                                       HV_FLAME_GAIN);
  graphene_point_t center;

  g_assert_cmpuint (box, !=, HV_FLAME_NO_BOX);
  graphene_rect_t rect = hv_flame_graph_box_rect (test->graph, box);
  graphene_rect_get_center (&rect, &center);
  return center;
}

static gboolean
shows (gpointer widget, const char *start)
{
  return find_widget (widget, GTK_TYPE_LABEL, start) != NULL;
}

/* --- mouse --- */

/* The details follow a click; what the pointer is on is said below the graph. */
static void
test_click_and_hover (void)
{
  if (!have_hands ())
    return;
  Test test = open_one ();
  GtkWidget *details = find_typed (GTK_WIDGET (test.view), HV_TYPE_DETAILS);
  graphene_point_t at = middle_of (&test, "handle");

  hands (test.graph, at.x, at.y, "");
  wait_until (shows (test.view, "handle · "));
  g_assert_false (shows (details, "handle"));
  hands (test.graph, at.x, at.y, "click 1");
  wait_until (shows (details, "handle"));
  wait_until (hv_flame_graph_get_zoom (test.graph) == find (test.scene, "handle"));
  close_test (&test);
}

/* Without a modifier the wheel scrolls. */
static void
test_wheel_scrolls (void)
{
  g_autoptr (HvScene) scene = make_scene (FALSE);
  GtkWidget *window = gtk_window_new (), *scrolled = gtk_scrolled_window_new ();
  GtkWidget *graph = hv_flame_graph_new ();
  GtkAdjustment *down = gtk_scrolled_window_get_vadjustment (GTK_SCROLLED_WINDOW (scrolled));
  double scale, left;

  if (!have_hands ())
    return;
  hv_flame_graph_set_scene (HV_FLAME_GRAPH (graph), scene);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), graph);
  gtk_window_set_child (GTK_WINDOW (window), scrolled);
  gtk_window_set_default_size (GTK_WINDOW (window), 916, 60);
  gtk_window_present (GTK_WINDOW (window));
  gtk_test_widget_wait_for_draw (graph);
  wait_until (gtk_adjustment_get_upper (down) > gtk_adjustment_get_page_size (down) + 20);
  hands (graph, 200, 20, "click 5");
  wait_until (gtk_adjustment_get_value (down) > 0);
  hv_flame_graph_get_viewport (HV_FLAME_GRAPH (graph), &scale, &left);
  g_assert_cmpfloat (scale, ==, 1);
  g_assert_cmpuint (hv_flame_graph_get_zoom (HV_FLAME_GRAPH (graph)), ==, 0);
  gtk_window_destroy (GTK_WINDOW (window));
}

/* --- keys --- */

/* F3 searches as Ctrl+F and / do. */
static void
test_search_key (void)
{
  if (!have_hands ())
    return;
  Test test = open_one ();

  keys (test.keyboard, "F3");
  wait_until (GTK_IS_EDITABLE (gtk_window_get_focus (test.keyboard)));
  keys (test.keyboard, "Escape");
  wait_until (gtk_window_get_focus (test.keyboard) == GTK_WIDGET (test.graph));
  close_test (&test);
}

/* Down to the widest callee, up to the caller, aside to the neighbours. */
static void
test_arrows (void)
{
  if (!have_hands ())
    return;
  Test test = open_one ();
  uint32_t handle = select_frame (&test, "handle");

  keys (test.keyboard, "Down");
  wait_until (hv_flame_graph_get_selected (test.graph) == find (test.scene, "cache_insert"));
  keys (test.keyboard, "Up");
  wait_until (hv_flame_graph_get_selected (test.graph) == handle);
  keys (test.keyboard, "Right");
  wait_until (hv_flame_graph_get_selected (test.graph) != handle);
  keys (test.keyboard, "Left");
  wait_until (hv_flame_graph_get_selected (test.graph) == handle);
  close_test (&test);
}

/* The pages by their numbers; what a format lacks does nothing. */
static void
test_page_keys (void)
{
  static const struct
  {
    const char *key, *page;
  } pages[] = { { "2", "Table" },       { "3", "Butterfly" }, { "7", "Sites" },  { "6", "Source" },
                { "1", "Flame Graph" }, { "b", "Butterfly" }, { "o", "Summary" } };

  if (!have_hands ())
    return;
  Test test = open_one ();
  select_frame (&test, "cache_insert");
  for (guint i = 0; i < G_N_ELEMENTS (pages); i++)
    {
      GtkWidget *tab = find_widget (GTK_WIDGET (test.view), GTK_TYPE_TOGGLE_BUTTON, pages[i].page);
      g_assert_nonnull (tab);
      keys (test.keyboard, pages[i].key);
      wait_until (gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (tab)));
    }
  close_test (&test);
}

/* * opens all that is below a row of the table. */
static void
test_expand (void)
{
  if (!have_hands ())
    return;
  Test test = open_one ();
  GtkWidget *table = find_typed (GTK_WIDGET (test.view), HV_TYPE_CALL_TABLE);

  keys (test.keyboard, "2");
  wait_until (gtk_widget_get_mapped (table));
  GListModel *rows = hv_cost_table_get_rows (HV_COST_TABLE (table));
  g_autoptr (GtkTreeListRow) first = g_list_model_get_item (rows, 0);
  gtk_tree_list_row_set_expanded (first, FALSE);
  g_assert_cmpuint (g_list_model_get_n_items (rows), ==, 1);
  hv_cost_table_select_row (HV_COST_TABLE (table), 0);
  keys (test.keyboard, "asterisk");
  wait_until (g_list_model_get_n_items (rows) == test.scene->report.tree->n_nodes);
  close_test (&test);
}

/* Each of them on the frame that is selected: its chip says so, Ctrl+Z takes it back. */
static void
test_transform_keys (void)
{
  static const struct
  {
    const char *key, *chip;
  } transforms[] = {
    { "f", "Focus: handle" },
    { "F", "Focus on path: handle" },
    { "S", "Focus on self: handle" },
    { "m", "Hidden: handle" },
    { "M", "Hidden here: handle" },
    { "d", "Dropped: handle" },
    { "c", "Collapsed: handle" },
    { "C", "Collapsed: frontend" },
    { "r", "Recursion collapsed: handle" },
    { "R", "Direct recursion collapsed: handle" },
  };

  if (!have_hands ())
    return;
  Test test = open_one ();
  int64_t all = shown (&test), handle = held (&test, "handle");
  for (guint i = 0; i < G_N_ELEMENTS (transforms); i++)
    {
      select_frame (&test, "handle");
      keys (test.keyboard, transforms[i].key);
      next_scene (&test);
      g_assert_nonnull (chip (test.view, transforms[i].chip));
      if (*transforms[i].key == 'd')
        g_assert_cmpint (shown (&test), ==, all - handle);
      else if (g_ascii_tolower (*transforms[i].key) == 'f')
        g_assert_cmpint (shown (&test), ==, handle);
      else if (*transforms[i].key != 'S')
        g_assert_cmpint (shown (&test), ==, all); /* no byte is lost */
      if (*transforms[i].key == 'm')
        g_assert_false (has_frame (&test, "handle"));
      keys (test.keyboard, "ctrl+z");
      next_scene (&test);
      g_assert_null (chip (test.view, transforms[i].chip));
      g_assert_cmpint (shown (&test), ==, all);
      if (i > 0)
        continue;
      keys (test.keyboard, "ctrl+shift+z");
      next_scene (&test);
      g_assert_nonnull (chip (test.view, transforms[i].chip));
      keys (test.keyboard, "ctrl+z");
      next_scene (&test);
    }
  keys (test.keyboard, "i");
  next_scene (&test);
  g_assert_true (test.scene->report.tree->options.bottom_up);
  close_test (&test);
}

static void
text_cb (GObject *clipboard, GAsyncResult *result, gpointer user)
{
  char **text = user;
  *text = gdk_clipboard_read_text_finish (GDK_CLIPBOARD (clipboard), result, NULL);
}

static char *
clipboard_of (Test *test)
{
  GdkClipboard *clipboard = gtk_widget_get_clipboard (GTK_WIDGET (test->window));
  char *text = NULL;

  gdk_clipboard_read_text_async (clipboard, NULL, text_cb, &text);
  while (!text && gdk_clipboard_is_local (clipboard))
    g_main_context_iteration (NULL, TRUE);
  return text;
}

static void
test_copy_keys (void)
{
  if (!have_hands ())
    return;
  Test test = open_one ();
  GdkClipboard *clipboard = gtk_widget_get_clipboard (GTK_WIDGET (test.window));

  gdk_clipboard_set_text (clipboard, "");
  select_frame (&test, "cache_insert");
  keys (test.keyboard, "ctrl+c");
  for (g_autofree char *text = clipboard_of (&test); g_strcmp0 (text, "cache_insert") != 0;)
    {
      g_main_context_iteration (NULL, FALSE);
      g_free (text);
      text = clipboard_of (&test);
    }
  keys (test.keyboard, "ctrl+shift+c");
  for (g_autofree char *text = clipboard_of (&test);
       !text || !g_str_has_prefix (text, "| with callees |")
       || !g_str_has_suffix (text, "| cache_insert |");)
    {
      g_main_context_iteration (NULL, FALSE);
      g_free (text);
      text = clipboard_of (&test);
    }
  close_test (&test);
}

static GtkWindow *
window_titled (const char *title)
{
  GListModel *windows = gtk_window_get_toplevels ();

  for (guint i = 0; i < g_list_model_get_n_items (windows); i++)
    {
      g_autoptr (GtkWindow) item = g_list_model_get_item (windows, i);
      if (gtk_widget_get_mapped (GTK_WIDGET (item))
          && g_strcmp0 (gtk_window_get_title (item), title) == 0)
        return item;
    }
  return NULL;
}

static GtkWindow *
window_of (GType type)
{
  GListModel *windows = gtk_window_get_toplevels ();

  for (guint i = 0; i < g_list_model_get_n_items (windows); i++)
    {
      g_autoptr (GtkWindow) item = g_list_model_get_item (windows, i);
      if (G_TYPE_CHECK_INSTANCE_TYPE (item, type) && gtk_widget_get_mapped (GTK_WIDGET (item)))
        return item;
    }
  return NULL;
}

/* The primary menu's popover, while it is open. */
static GtkWidget *
open_menu (GtkWidget *widget)
{
  GtkWidget *found = GTK_IS_POPOVER_MENU (widget) && gtk_widget_get_mapped (widget) ? widget : NULL;

  for (GtkWidget *child = gtk_widget_get_first_child (widget); child && !found;
       child = gtk_widget_get_next_sibling (child))
    found = open_menu (child);
  return found;
}

/* The keys are the window's again only when GTK has taken the focus out of it. */
static void
leave_menu (Test *test)
{
  keys (test->keyboard, "Escape");
  wait_until (!open_menu (GTK_WIDGET (test->window)) && !focus_in_popover (test->keyboard));
}

/* F9, F10, F1, Ctrl+? and Ctrl+Q. */
static void
test_gnome_keys (void)
{
  if (!have_hands ())
    return;
  Test test = open_one ();
  GtkWidget *details = find_typed (GTK_WIDGET (test.view), HV_TYPE_DETAILS);
  gboolean was = gtk_widget_get_child_visible (details);

  keys (test.keyboard, "F9");
  wait_until (gtk_widget_get_child_visible (details) != was);
  keys (test.keyboard, "F9");
  wait_until (gtk_widget_get_child_visible (details) == was);
  keys (test.keyboard, "F10");
  wait_until (open_menu (GTK_WIDGET (test.window)));
  leave_menu (&test);
  keys (test.keyboard, "F1");
  wait_until (window_titled ("Help"));
  gtk_window_destroy (window_titled ("Help"));
  keys (test.keyboard, "ctrl+question");
  wait_until (window_of (GTK_TYPE_SHORTCUTS_WINDOW));
  gtk_window_destroy (window_of (GTK_TYPE_SHORTCUTS_WINDOW));
  keys (test.keyboard, "ctrl+q");
  wait_until (!window_of (HV_TYPE_MAIN_WINDOW));
}

static void
list_actions (GMenuModel *menu, GHashTable *actions)
{
  for (int i = 0; i < g_menu_model_get_n_items (menu); i++)
    {
      char *action = NULL;
      static const char *const links[] = { G_MENU_LINK_SECTION, G_MENU_LINK_SUBMENU };
      if (g_menu_model_get_item_attribute (menu, i, G_MENU_ATTRIBUTE_ACTION, "s", &action))
        g_hash_table_add (actions, action);
      for (guint l = 0; l < G_N_ELEMENTS (links); l++)
        {
          g_autoptr (GMenuModel) link = g_menu_model_get_item_link (menu, i, links[l]);
          if (link)
            list_actions (link, actions);
        }
    }
}

static GtkMenuButton *
primary_menu (GtkWidget *widget)
{
  GtkMenuButton *found = GTK_IS_MENU_BUTTON (widget)
                                 && gtk_menu_button_get_primary (GTK_MENU_BUTTON (widget))
                             ? GTK_MENU_BUTTON (widget)
                             : NULL;

  for (GtkWidget *child = gtk_widget_get_first_child (widget); child && !found;
       child = gtk_widget_get_next_sibling (child))
    found = primary_menu (child);
  return found;
}

/* Whatever a single key does is in the main menu too. */
static void
test_menu_has_all (void)
{
  static const char *const single[] = {
    "cycle",
    "group",
    "invert",
    "root-below",
    "next",
    "previous",
    "summary",
    "flame",
    "table",
    "butterfly",
    "peak",
    "mark-a",
    "mark-b",
    "compare-marks",
    "timeline",
    "diff",
    "sites",
    "source",
    "zoom-in",
    "zoom-out",
    "zoom-reset",
    "expand",
    "search",
    "focus",
    "focus-path",
    "focus-self",
    "hide",
    "hide-path",
    "drop",
    "collapse",
    "collapse-module",
    "collapse-recursion",
    "collapse-direct",
  };
  Test test = open_one ();
  GtkMenuButton *button = primary_menu (GTK_WIDGET (test.window));
  g_autoptr (GHashTable) actions = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  list_actions (gtk_menu_button_get_menu_model (button), actions);
  for (guint i = 0; i < G_N_ELEMENTS (single); i++)
    {
      g_autofree char *name = g_strconcat ("win.", single[i], NULL);
      if (!g_hash_table_contains (actions, name))
        g_error ("%s is in no menu", name);
    }
  close_test (&test);
}

/* --- search --- */

static GtkWidget *
search_for (Test *test, const char *text)
{
  GtkWidget *entry = find_typed (GTK_WIDGET (test->window), GTK_TYPE_SEARCH_ENTRY);

  keys (test->keyboard, "ctrl+f");
  wait_until (GTK_IS_EDITABLE (gtk_window_get_focus (test->keyboard)));
  keys (test->keyboard, "ctrl+a");
  g_autofree char *line = g_strdup_printf ("type --delay 20 -- '%s'", text);
  run_xdotool (line);
  wait_until (g_str_equal (gtk_editable_get_text (GTK_EDITABLE (entry)), text));
  return entry;
}

static void
expect_matches (Test *test, const char *text, const char *const *labels)
{
  const HvTree *tree = test->scene->report.tree;
  const guint8 *matches;
  guint n = 0;

  search_for (test, text);
  /* typed slowly, it is searched when the entry says so */
  g_autoptr (HvSearch) wanted = hv_search_new (tree, NULL, text, FALSE);
  g_assert_cmpuint (wanted->nodes->len, ==, g_strv_length ((char **) labels));
  wait_until ((matches = hv_flame_graph_get_matches (test->graph)) != NULL
              && memcmp (matches, wanted->keys, tree->n_keys) == 0);
  for (uint32_t node = 1; node < tree->n_nodes; node++)
    if (matches[tree->node_key[node]])
      {
        g_assert_true (g_strv_contains (labels, hv_tree_label (tree, node)));
        n++;
      }
  g_assert_cmpuint (n, ==, g_strv_length ((char **) labels));
}

#define MATCHES(...) ((const char *const[]){ __VA_ARGS__ __VA_OPT__ (, ) NULL })

/* Regular expressions, case where there is any, prefixes, words that must all be there or not. */
static void
test_search_grammar (void)
{
  if (!have_hands ())
    return;
  Test test = open_one ();

  expect_matches (&test, "cache", MATCHES ("cache_insert"));
  expect_matches (&test, "Cache", MATCHES ());
  expect_matches (&test, "fn:^(cache|log)_", MATCHES ("cache_insert", "log_reserve", "log_flush"));
  expect_matches (&test, "index build", MATCHES ("index_build"));
  expect_matches (&test, "index,-build -name", MATCHES ("index_page"));
  expect_matches (&test, "mod:nothing", MATCHES ());
  close_test (&test);
}

/* What is found is said with its share, boxes in boxes counted once. */
static void
test_search_total (void)
{
  if (!have_hands ())
    return;
  Test test = open_one ();

  search_for (&test, "mod:frontend");
  int64_t all = held (&test, "main"); /* and what is below it */
  g_autofree char *value = hv_format_value (test.scene->report.profile, test.scene->report.metric,
                                            all);
  g_autofree char *share = hv_format_percent (all, shown (&test));
  g_autofree char *said = g_strdup_printf ("matched %s (%s of shown) · 22 frames", value, share);
  wait_until (shows (test.view, said));
  close_test (&test);
}

/* One search for all views: Enter walks the rows of a table as it walks boxes. */
static void
test_search_shared (void)
{
  if (!have_hands ())
    return;
  Test test = open_one ();
  GtkWidget *table = find_typed (GTK_WIDGET (test.view), HV_TYPE_CALL_TABLE);
  uint32_t wanted = find (test.scene, "cache_insert");

  keys (test.keyboard, "2");
  wait_until (gtk_widget_get_mapped (table));
  search_for (&test, "cache");
  wait_until (shows (test.view, "matched "));
  keys (test.keyboard, "Return");
  wait_until (hv_cost_table_get_selected (HV_COST_TABLE (table)) == wanted);
  g_assert_cmpuint (hv_flame_graph_get_selected (test.graph), ==, wanted);
  close_test (&test);
}

/* A search only marks until it is made a filter, which has a chip. */
static void
test_search_filter (void)
{
  if (!have_hands ())
    return;
  Test test = open_one ();
  int64_t all = shown (&test), cache = held (&test, "cache_insert");

  search_for (&test, "cache");
  wait_until (shows (test.view, "matched "));
  g_assert_cmpint (shown (&test), ==, all);
  keys (test.keyboard, "alt+m");
  next_scene (&test);
  g_assert_cmpint (shown (&test), ==, cache);
  g_assert_true (shows (test.view, "showing "));
  GtkWidget *only = chip (test.view, "Only: cache ×");
  hands (only, 10, 8, "click 1");
  next_scene (&test);
  g_assert_cmpint (shown (&test), ==, all);

  search_for (&test, "-cache");
  wait_until (shows (test.view, "matched ") && !shows (test.view, "matched 319"));
  keys (test.keyboard, "alt+m");
  next_scene (&test);
  g_assert_cmpint (shown (&test), ==, all - cache);
  g_assert_nonnull (chip (test.view, "Without: cache ×"));
  hands (chip (test.view, "Without: "), 10, 8, "click 1");
  next_scene (&test);
  search_for (&test, "cache insert"); /* more than a filter can say */
  g_assert_false (hv_profile_view_filter (test.view, "cache insert", FALSE));
  close_test (&test);
}

/* What is found is magenta in both brightnesses. */
static void
test_search_color (void)
{
  for (guint dark = 0; dark < 2; dark++)
    {
      const GdkRGBA *match = &hv_palette_get (dark != 0)->match;
      g_assert_cmpfloat (MIN (match->red, match->blue) - match->green, >, 0.3);
    }
}

/* --- the menu of a frame --- */

static void
list_labels (GMenuModel *menu, GPtrArray *labels)
{
  for (int i = 0; i < g_menu_model_get_n_items (menu); i++)
    {
      char *action = NULL;
      g_autoptr (GMenuModel) section = g_menu_model_get_item_link (menu, i, G_MENU_LINK_SECTION);
      if (g_menu_model_get_item_attribute (menu, i, G_MENU_ATTRIBUTE_ACTION, "s", &action))
        g_ptr_array_add (labels, action);
      if (section)
        list_labels (section, labels);
    }
}

/* Opened by Shift+F10, its entries are in the order of what is done most, and the first zooms. */
static void
test_menu (void)
{
  static const char *const order[] = {
    "zoom-here",    "butterfly",    "table",        "source",   "focus",
    "focus-path",   "hide",         "drop",         "collapse", "collapse-recursion",
    "copy-name",    "copy-path",    "copy-numbers", "copy-sql", "only-new",
    "budget-limit", "budget-ignore"
  };
  Test test = open_two ();
  GtkWidget *menu = find_typed (GTK_WIDGET (test.view), GTK_TYPE_POPOVER_MENU);
  g_autoptr (GPtrArray) labels = g_ptr_array_new_with_free_func (g_free);
  guint at = 0;

  list_labels (gtk_popover_menu_get_menu_model (GTK_POPOVER_MENU (menu)), labels);
  for (guint i = 0; i < G_N_ELEMENTS (order); i++)
    {
      while (at < labels->len
             && !g_str_equal ((const char *) labels->pdata[at] + strlen ("win."), order[i]))
        at++;
      if (at == labels->len)
        g_error ("%s is not where it should be", order[i]);
    }
  if (!have_hands ())
    return;
  uint32_t handle = select_frame (&test, "handle");
  static const char *const opening[] = { "Menu", "shift+F10" };
  for (guint i = 0; i < G_N_ELEMENTS (opening); i++)
    {
      keys (test.keyboard, opening[i]);
      wait_until (gtk_widget_get_mapped (menu));
      leave_menu (&test);
      g_assert_true (gtk_window_get_focus (test.keyboard) == GTK_WIDGET (test.graph));
    }
  keys (test.keyboard, "shift+F10");
  wait_until (gtk_widget_get_mapped (menu));
  keys (test.keyboard, "z");
  wait_until (hv_flame_graph_get_zoom (test.graph) == handle);
  wait_until (gtk_window_get_focus (test.keyboard) == GTK_WIDGET (test.graph));

  /* of a diff: only the path, and of that what is new */
  keys (test.keyboard, "shift+F10");
  wait_until (gtk_widget_get_mapped (menu));
  keys (test.keyboard, "w");
  next_scene (&test);
  g_assert_nonnull (chip (test.view, "Focus on path: handle"));
  g_assert_nonnull (chip (test.view, "Status: new"));
  close_test (&test);
}

/* --- numbers --- */

/* IEC units with three digits; to the byte in the details; signs, and words where a ratio is none.
 */
static void
test_numbers (void)
{
  if (!have_hands ())
    return;
  Test test = open_one ();
  GtkWidget *details = find_typed (GTK_WIDGET (test.view), HV_TYPE_DETAILS);
  graphene_point_t at = middle_of (&test, "cache_insert");

  hands (test.graph, at.x, at.y, "click 1");
  g_autofree char *exact = hv_format_count (held (&test, "cache_insert"));
  wait_until (shows (details, exact));
  g_assert_true (shows (details, "319 MiB"));
  close_test (&test);

  test = open_two ();
  details = find_typed (GTK_WIDGET (test.view), HV_TYPE_DETAILS);
  g_assert_true (shows (details, "+299 MiB"));
  g_assert_true (shows (test.view, "new"));
  g_assert_true (shows (test.view, "gone"));
  g_assert_false (shows (test.view, "nan"));
  g_assert_false (shows (test.view, "inf"));
  close_test (&test);
}

/* --- transforms --- */

/* Many steps are folded in the middle, and opened again. */
static void
test_many_chips (void)
{
  if (!have_hands ())
    return;
  Test test = open_one ();

  for (guint i = 0; i < 8; i++)
    {
      select_frame (&test, "handle");
      keys (test.keyboard, i % 2 ? "r" : "R");
      next_scene (&test);
    }
  GtkWidget *more = chip (test.view, "… 3 …");
  g_assert_nonnull (more);
  hands (more, 8, 8, "click 1");
  wait_until (!chip (test.view, "… 3 …"));
  close_test (&test);
}

/* Another question keeps the orientation, the zoom, the selection and the search. */
static void
test_state_kept (void)
{
  if (!have_hands ())
    return;
  Test test = open_one ();

  search_for (&test, "cache");
  wait_until (shows (test.view, "matched "));
  hv_flame_graph_zoom_to (test.graph, find (test.scene, "handle"));
  select_frame (&test, "cache_insert");
  gtk_widget_grab_focus (GTK_WIDGET (test.graph));
  select_frame (&test, "index_build");
  keys (test.keyboard, "d");
  next_scene (&test);
  g_assert_false (has_frame (&test, "index_build"));
  g_assert_cmpuint (hv_flame_graph_get_zoom (test.graph), ==, find (test.scene, "handle"));
  g_assert_true (shows (test.view, "matched "));
  g_assert_false (test.scene->report.tree->options.bottom_up);
  select_frame (&test, "cache_insert");
  keys (test.keyboard, "ctrl+z");
  next_scene (&test);
  g_assert_cmpuint (hv_flame_graph_get_selected (test.graph), ==,
                    find (test.scene, "cache_insert"));
  g_assert_cmpuint (hv_flame_graph_get_zoom (test.graph), ==, find (test.scene, "handle"));
  close_test (&test);
}

/* Where the zoomed frame is left out, its nearest caller is zoomed to, and that is said. */
static void
test_zoom_lost (void)
{
  if (!have_hands ())
    return;
  Test test = open_one ();

  hv_flame_graph_zoom_to (test.graph, select_frame (&test, "log_reserve"));
  keys (test.keyboard, "d");
  next_scene (&test);
  g_assert_cmpuint (hv_flame_graph_get_zoom (test.graph), ==, find (test.scene, "rt_poll"));
  wait_until (shows (test.window, "“log_reserve” is not shown any more: zoomed to “rt_poll”"));
  close_test (&test);
}

/* Allocator and runtime frames are folded to begin with, and a chip says so. */
static void
test_folded (void)
{
  if (!have_hands ())
    return;
  Test test = open_one ();
  GtkWidget *folded = chip (test.view, "Allocator folded ×");
  uint32_t before = test.scene->report.tree->n_nodes;
  int64_t all = shown (&test);

  g_assert_nonnull (folded);
  hands (folded, 10, 8, "click 1");
  next_scene (&test);
  g_assert_cmpuint (test.scene->report.tree->n_nodes, >, before);
  g_assert_cmpint (shown (&test), ==, all);
  g_assert_nonnull (chip (test.view, "All frames ×"));
  close_test (&test);
}

int
main (int argc, char **argv)
{
  init_tests (&argc, &argv);

  g_test_add_func ("/rows/mouse/click-details-hover-line", test_click_and_hover);
  g_test_add_func ("/rows/mouse/wheel-scrolls", test_wheel_scrolls);
  g_test_add_func ("/rows/keys/f3", test_search_key);
  g_test_add_func ("/rows/keys/arrows", test_arrows);
  g_test_add_func ("/rows/keys/pages", test_page_keys);
  g_test_add_func ("/rows/keys/expand", test_expand);
  g_test_add_func ("/rows/keys/transforms-undo-redo-invert", test_transform_keys);
  g_test_add_func ("/rows/keys/copy", test_copy_keys);
  g_test_add_func ("/rows/keys/gnome", test_gnome_keys);
  g_test_add_func ("/rows/keys/all-in-menu", test_menu_has_all);
  g_test_add_func ("/rows/search/grammar", test_search_grammar);
  g_test_add_func ("/rows/search/total-once", test_search_total);
  g_test_add_func ("/rows/search/shared", test_search_shared);
  g_test_add_func ("/rows/search/filter", test_search_filter);
  g_test_add_func ("/rows/search/color", test_search_color);
  g_test_add_func ("/rows/menu", test_menu);
  g_test_add_func ("/rows/numbers", test_numbers);
  g_test_add_func ("/rows/transforms/many", test_many_chips);
  g_test_add_func ("/rows/transforms/state-kept", test_state_kept);
  g_test_add_func ("/rows/transforms/zoom-lost", test_zoom_lost);
  g_test_add_func ("/rows/transforms/folded", test_folded);
  return g_test_run ();
}
