/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "viewer/widgets/i18n.h"

#include <string.h>

#include "viewer/widgets/drop-down.h"
#include "viewer/window/profile-view-private.h"

/* As X and the kernel number them. */
#define BUTTON_BACK 8
#define BUTTON_FORWARD 9

enum
{
  SIGNAL_CHANGED,
  SIGNAL_SETTLED,
  SIGNAL_TOUCHED,
  SIGNAL_FAILED,
  SIGNAL_MESSAGE,
  N_SIGNALS
};
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (HvProfileView, hv_profile_view, GTK_TYPE_WIDGET)

/* --- the widgets' signals --- */

static void
flame_selected_cb (HvProfileView *self, guint node)
{
  hv_profile_view_show_selection (self, node, self->flame);
}

static void
table_selected_cb (HvProfileView *self, guint node, gpointer table)
{
  hv_profile_view_show_selection (self, node, table);
}

static void
source_selected_cb (HvProfileView *self, guint node)
{
  hv_profile_view_show_selection (self, node, self->source);
}

static void
source_failed_cb (HvProfileView *self, const char *message)
{
  g_signal_emit (self, signals[SIGNAL_FAILED], 0, message);
}

static void
butterfly_selected_cb (HvProfileView *self, guint node)
{
  hv_profile_view_show_selection (self, node, NULL);
}

static void
details_selected_cb (HvProfileView *self, guint node)
{
  hv_profile_view_show_selection (self, node, NULL);
}

static void
waterfall_cb (HvProfileView *self, guint status)
{
  hv_profile_view_show_status (self, status);
}

static void
flame_menu_cb (HvProfileView *self, double x, double y)
{
  double left, top;

  gtk_widget_translate_coordinates (GTK_WIDGET (self->flame), GTK_WIDGET (self), x, y, &left, &top);
  gtk_popover_set_pointing_to (self->menu, &(GdkRectangle){ (int) left, (int) top, 1, 1 });
  gtk_popover_popup (self->menu);
}

static void
flame_laid_out_cb (HvProfileView *self)
{
  double scale, left;

  hv_flame_graph_get_viewport (self->flame, &scale, &left);
  gtk_widget_set_visible (GTK_WIDGET (self->across), scale > 1);
  hv_profile_view_update_legend (self);
  hv_profile_view_note_place (self);
  hv_profile_view_touch (self);
}

static void
flame_hovered_cb (HvProfileView *self, guint node)
{
  hv_profile_view_show_pointed (self, node);
}

/* The buttons a browser goes back and forth with; the middle one for mice without. */
static void
button_cb (HvProfileView *self, int n_press, double x, double y, GtkGestureSingle *click)
{
  guint button = gtk_gesture_single_get_current_button (click);

  if (button == BUTTON_FORWARD)
    hv_profile_view_travel (self, 1);
  else if (button == BUTTON_BACK || button == GDK_BUTTON_MIDDLE)
    hv_profile_view_travel (self, -1);
  else
    gtk_gesture_set_state (GTK_GESTURE (click), GTK_EVENT_SEQUENCE_DENIED);
}

static void
flame_zoomed_cb (HvProfileView *self, guint zoom)
{
  if (!self->scene)
    return;
  hv_details_show (self->details, self->scene, hv_flame_graph_get_selected (self->flame), zoom);
  hv_profile_view_note_place (self);
}

/* --- choices --- */

static void
metric_cb (HvProfileView *self)
{
  guint selected = gtk_drop_down_get_selected (self->metric_drop);
  if (self->quiet || selected >= self->metrics->len)
    return;

  HvQuestion *q = &self->question;
  q->metric = g_array_index (self->metrics, HvMetric, selected);
  if (!hv_profile_view_base (self) && !hv_profile_has (self->profiles->current, q->metric, q->at))
    q->at = HV_AT_END;
  hv_profile_view_ask (self);
}

static void
group_cb (HvProfileView *self)
{
  guint selected = gtk_drop_down_get_selected (self->group_drop);
  if (self->quiet || selected >= self->groups->len)
    return;
  self->question.options.group = g_array_index (self->groups, HvGroup, selected);
  hv_profile_view_ask (self);
}

static void
thread_cb (HvProfileView *self)
{
  guint selected = gtk_drop_down_get_selected (self->thread_drop);
  if (self->quiet || selected > self->profiles->current->n_threads)
    return;
  /* interned: scenes keep their question */
  g_autofree char *number = selected ? g_strdup_printf (
                                "t%" G_GUINT64_FORMAT,
                                self->profiles->current->thread_uid[selected - 1])
                                     : NULL;
  self->question.options.thread = g_intern_string (number);
  hv_profile_view_ask (self);
}

static void
moment_cb (HvProfileView *self, GtkToggleButton *button)
{
  if (self->quiet || !gtk_toggle_button_get_active (button))
    return;
  if (gtk_toggle_button_get_active (self->peak_button))
    hv_profile_view_set_moment (self, HV_AT_PEAK);
  else if (gtk_toggle_button_get_active (self->end_button))
    hv_profile_view_set_moment (self, HV_AT_END);
}

static void
fold_cb (HvProfileView *self)
{
  self->question.options.all_frames = !self->question.options.all_frames;
  hv_profile_view_ask (self);
}

static void
chip_cb (HvProfileView *self, GtkButton *button)
{
  HvTreeOptions *o = &self->question.options;

  if (button == self->chip[HV_CHIP_RANGE])
    {
      hv_profile_view_compare_moments (self, FALSE, HV_AT_END, HV_AT_END);
      return;
    }
  if (button == self->chip[HV_CHIP_STATUS])
    {
      hv_profile_view_show_status (self, HV_STATUS_SAME);
      return;
    }
  if (button == self->chip[HV_CHIP_INVERT])
    o->bottom_up = FALSE;
  else if (button == self->chip[HV_CHIP_GROUP])
    o->group = hv_profile_view_default_group (self);
  else if (button == self->chip[HV_CHIP_THREAD])
    o->thread = NULL;
  else if (button == self->chip[HV_CHIP_FOCUS])
    o->focus = NULL;
  else if (button == self->chip[HV_CHIP_IGNORE])
    o->ignore = NULL;
  else if (button == self->chip[HV_CHIP_HIDE])
    o->hide = NULL;
  hv_profile_view_ask (self);
}

static void
view_cb (HvProfileView *self, GtkToggleButton *button)
{
  if (!gtk_toggle_button_get_active (button))
    return;
  HvFlameView view = gtk_toggle_button_get_active (self->growth_button)    ? HV_FLAME_GROWTH
                     : gtk_toggle_button_get_active (self->current_button) ? HV_FLAME_CURRENT
                     : gtk_toggle_button_get_active (self->base_button)    ? HV_FLAME_BASE
                                                                           : HV_FLAME_OVERLAY;
  if (view == hv_flame_graph_get_view (self->flame))
    return;
  hv_flame_graph_set_view (self->flame, view);
}

static GtkToggleButton *
tab_of (HvProfileView *self, HvViewPage page)
{
  GtkToggleButton *const tabs[HV_N_VIEW_PAGES] = {
    [HV_VIEW_PAGE_SUMMARY] = self->summary_tab, [HV_VIEW_PAGE_FLAME] = self->flame_tab,
    [HV_VIEW_PAGE_TABLE] = self->table_tab,     [HV_VIEW_PAGE_BUTTERFLY] = self->butterfly_tab,
    [HV_VIEW_PAGE_SITES] = self->sites_tab,     [HV_VIEW_PAGE_SOURCE] = self->source_tab,
  };

  return tabs[page];
}

HvViewPage
hv_profile_view_get_page (HvProfileView *self)
{
  for (HvViewPage page = 0; page < HV_N_VIEW_PAGES; page++)
    if (gtk_toggle_button_get_active (tab_of (self, page)))
      return page;
  return HV_VIEW_PAGE_FLAME;
}

void
hv_profile_view_update_page (HvProfileView *self)
{
  GtkWidget *const widgets[HV_N_VIEW_PAGES] = {
    [HV_VIEW_PAGE_FLAME] = self->flame_page,
    [HV_VIEW_PAGE_TABLE] = GTK_WIDGET (self->call_table),
    [HV_VIEW_PAGE_BUTTERFLY] = GTK_WIDGET (self->butterfly),
    [HV_VIEW_PAGE_SITES] = GTK_WIDGET (self->site_table),
    [HV_VIEW_PAGE_SOURCE] = GTK_WIDGET (self->source),
  };
  HvViewPage page = hv_profile_view_get_page (self);
  gboolean is_diff = self->scene && self->scene->diff;

  gtk_widget_set_visible (GTK_WIDGET (self->sites_tab), !is_diff);
  gtk_widget_set_visible (GTK_WIDGET (self->summary_tab), !is_diff);
  /* a diff has neither: the tab that stands for what is shown comes back here */
  if (is_diff && (page == HV_VIEW_PAGE_SUMMARY || page == HV_VIEW_PAGE_SITES))
    {
      gtk_toggle_button_set_active (page == HV_VIEW_PAGE_SITES ? self->table_tab : self->flame_tab,
                                    TRUE);
      return;
    }
  gtk_widget_set_visible (GTK_WIDGET (self->summary_page), page == HV_VIEW_PAGE_SUMMARY);
  gtk_widget_set_visible (GTK_WIDGET (self->paned), page != HV_VIEW_PAGE_SUMMARY);
  if (page == HV_VIEW_PAGE_SUMMARY)
    return;
  gtk_widget_set_visible (GTK_WIDGET (self->flap), !(is_diff && page == HV_VIEW_PAGE_TABLE));
  gtk_stack_set_visible_child (self->pages, widgets[page]);
  if (self->scene && !is_diff)
    hv_profile_view_fill_table (self, page);
  if (self->scene && page == HV_VIEW_PAGE_BUTTERFLY)
    hv_butterfly_show (self->butterfly, self->scene, hv_flame_graph_get_selected (self->flame));
  if (self->scene && page == HV_VIEW_PAGE_SOURCE)
    hv_source_pane_show (self->source, self->scene, hv_flame_graph_get_selected (self->flame));
}

static void
tab_cb (HvProfileView *self, GtkToggleButton *tab)
{
  if (!gtk_toggle_button_get_active (tab))
    return;
  /* where it was left is not where somebody went since */
  if (self->pending && !self->scene)
    self->pending->page = hv_profile_view_get_page (self);
  hv_profile_view_update_page (self);
  hv_profile_view_touch (self);
}

/* Once a file, when the height is known: the table gets eight rows where there is room, and three
 * tenths of a high window. */
static void
paned_cb (HvProfileView *self)
{
  int most;

  g_object_get (self->paned, "max-position", &most, NULL);
  if (self->placed || !gtk_widget_get_visible (GTK_WIDGET (self->diff_table)) || most < 300
      || most > 100000)
    return;
  self->placed = TRUE;
  int table = MAX (180, most * 3 / 10);
  gtk_paned_set_position (self->paned,
                          self->pane ? MIN (self->pane, most) : MAX (280, most - table));
}

/* A folded pane would lie on the graph: it comes when it is asked for. */
static void
folded_cb (HvProfileView *self)
{
  adw_flap_set_reveal_flap (self->flap, !adw_flap_get_folded (self->flap));
}

/* Label markup has the colours of one brightness. */
static void
dark_cb (HvProfileView *self)
{
  if (self->scene && self->scene->diff)
    hv_profile_view_show_diff_head (self);
}

/* --- class --- */

static void
hv_profile_view_dispose (GObject *object)
{
  HvProfileView *self = HV_PROFILE_VIEW (object);

  g_clear_pointer (&self->transform_chips, g_ptr_array_unref);
  if (self->box)
    gtk_widget_dispose_template (GTK_WIDGET (self), HV_TYPE_PROFILE_VIEW);
  self->box = NULL;
  hv_profile_view_drop_later (self);
  hv_profile_view_drop_state (self);
  g_clear_pointer (&self->history, hv_history_free);
  g_clear_pointer (&self->overview, hv_overview_unref);
  g_clear_pointer (&self->wanted, g_strfreev);
  g_clear_pointer (&self->search, hv_search_free);
  g_clear_pointer (&self->search_text, g_free);
  g_clear_pointer (&self->metrics, g_array_unref);
  g_clear_pointer (&self->groups, g_array_unref);
  g_clear_pointer (&self->steps, g_ptr_array_unref);
  g_clear_pointer (&self->scene, hv_scene_unref);
  g_clear_pointer (&self->profiles, hv_profiles_unref);
  G_OBJECT_CLASS (hv_profile_view_parent_class)->dispose (object);
}

/* The page that is shown has the keys: what is not seen would get them and leave them lying. */
static gboolean
hv_profile_view_grab_focus (GtkWidget *widget)
{
  HvProfileView *self = HV_PROFILE_VIEW (widget);
  GtkWidget *page = gtk_widget_get_visible (GTK_WIDGET (self->flap))
                        ? gtk_stack_get_visible_child (self->pages)
                        : GTK_WIDGET (self->diff_table);

  if (hv_profile_view_get_page (self) == HV_VIEW_PAGE_SUMMARY)
    return gtk_widget_grab_focus (GTK_WIDGET (self->summary_page));
  if (page == self->flame_page)
    return gtk_widget_grab_focus (GTK_WIDGET (self->flame));
  return gtk_widget_child_focus (page, GTK_DIR_TAB_FORWARD);
}

#define BIND(name) gtk_widget_class_bind_template_child (widget_class, HvProfileView, name)

static void
hv_profile_view_class_init (HvProfileViewClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = hv_profile_view_dispose;
  widget_class->grab_focus = hv_profile_view_grab_focus;
  g_type_ensure (HV_TYPE_SUMMARY);
  g_type_ensure (HV_TYPE_SUMMARY_PAGE);
  g_type_ensure (HV_TYPE_WRAP_BOX);
  g_type_ensure (HV_TYPE_WATERFALL);
  g_type_ensure (HV_TYPE_TIMELINE);
  g_type_ensure (HV_TYPE_TIMELINE_HEAD);
  g_type_ensure (HV_TYPE_FLAME_GRAPH);
  g_type_ensure (HV_TYPE_LEGEND);
  g_type_ensure (HV_TYPE_BUTTERFLY);
  g_type_ensure (HV_TYPE_CALL_TABLE);
  g_type_ensure (HV_TYPE_SITE_TABLE);
  g_type_ensure (HV_TYPE_SOURCE_PANE);
  g_type_ensure (HV_TYPE_DETAILS);
  g_type_ensure (HV_TYPE_DIFF_TABLE);
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/heapview/ui/profile-view.ui");
  BIND (box);
  BIND (diff_head);
  BIND (view_switch);
  BIND (moment_switch);
  BIND (flame_page);
  BIND (summary);
  BIND (summary_page);
  BIND (waterfall);
  BIND (base_label);
  BIND (match_label);
  BIND (current_label);
  BIND (sentence);
  BIND (match_total);
  BIND (timeline);
  BIND (timeline_head);
  BIND (growth_button);
  BIND (current_button);
  BIND (base_button);
  BIND (overlay_button);
  BIND (peak_button);
  BIND (moment_button);
  BIND (end_button);
  BIND (summary_tab);
  BIND (flame_tab);
  BIND (table_tab);
  BIND (butterfly_tab);
  BIND (sites_tab);
  BIND (source_tab);
  BIND (metric_drop);
  BIND (group_drop);
  BIND (thread_drop);
  BIND (fold_chip);
  BIND (view_bar);
  BIND (shown_part);
  BIND (pointed);
  BIND (across);
  BIND (notes);
  BIND (menu);
  BIND (paned);
  BIND (notes_text);
  BIND (symbols_button);
  BIND (flap);
  BIND (flame);
  BIND (legend);
  BIND (butterfly);
  BIND (call_table);
  BIND (site_table);
  BIND (source);
  BIND (pages);
  BIND (details);
  BIND (diff_table);
  gtk_widget_class_bind_template_callback (widget_class, metric_cb);
  gtk_widget_class_bind_template_callback (widget_class, group_cb);
  gtk_widget_class_bind_template_callback (widget_class, thread_cb);
  gtk_widget_class_bind_template_callback (widget_class, fold_cb);
  gtk_widget_class_bind_template_callback (widget_class, tab_cb);
  gtk_widget_class_bind_template_callback (widget_class, flame_selected_cb);
  gtk_widget_class_bind_template_callback (widget_class, flame_zoomed_cb);
  gtk_widget_class_bind_template_callback (widget_class, flame_laid_out_cb);
  gtk_widget_class_bind_template_callback (widget_class, flame_hovered_cb);
  gtk_widget_class_bind_template_callback (widget_class, flame_menu_cb);
  gtk_widget_class_bind_template_callback (widget_class, table_selected_cb);
  gtk_widget_class_bind_template_callback (widget_class, butterfly_selected_cb);
  gtk_widget_class_bind_template_callback (widget_class, source_selected_cb);
  gtk_widget_class_bind_template_callback (widget_class, source_failed_cb);
  gtk_widget_class_bind_template_callback (widget_class, hv_profile_view_open_source);
  gtk_widget_class_bind_template_callback (widget_class, details_selected_cb);
  gtk_widget_class_bind_template_callback (widget_class, hv_profile_view_summary_site_cb);
  gtk_widget_class_bind_template_callback (widget_class, hv_profile_view_summary_sites_cb);
  gtk_widget_class_bind_template_callback (widget_class, hv_profile_view_summary_grown_cb);

  signals[SIGNAL_CHANGED] = g_signal_new ("changed", HV_TYPE_PROFILE_VIEW, G_SIGNAL_RUN_LAST, 0,
                                          NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[SIGNAL_SETTLED] = g_signal_new ("settled", HV_TYPE_PROFILE_VIEW, G_SIGNAL_RUN_LAST, 0,
                                          NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[SIGNAL_TOUCHED] = g_signal_new ("touched", HV_TYPE_PROFILE_VIEW, G_SIGNAL_RUN_LAST, 0,
                                          NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[SIGNAL_MESSAGE] = g_signal_new ("message", HV_TYPE_PROFILE_VIEW, G_SIGNAL_RUN_LAST, 0,
                                          NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  signals[SIGNAL_FAILED] = g_signal_new ("failed", HV_TYPE_PROFILE_VIEW, G_SIGNAL_RUN_LAST, 0, NULL,
                                         NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
hv_profile_view_init (HvProfileView *self)
{
  GtkToggleButton *views[4], *moments[2];
  GtkGesture *buttons = gtk_gesture_click_new ();

  self->metrics = g_array_new (FALSE, FALSE, sizeof (HvMetric));
  self->history = hv_history_new ();
  self->groups = g_array_new (FALSE, FALSE, sizeof (HvGroup));
  hv_profile_view_init_transforms (self);
  gtk_widget_init_template (GTK_WIDGET (self));
  hv_profile_view_init_state (self);
  gtk_scrollbar_set_adjustment (self->across, hv_flame_graph_get_across (self->flame));
  gtk_gesture_single_set_button (GTK_GESTURE_SINGLE (buttons), 0);
  g_signal_connect_object (buttons, "pressed", G_CALLBACK (button_cb), self, G_CONNECT_SWAPPED);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (buttons));
  for (guint i = 0; i < HV_N_CHIPS; i++)
    {
      GtkWidget *chip = gtk_button_new (), *label = gtk_label_new (NULL);
      gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_MIDDLE);
      gtk_label_set_max_width_chars (GTK_LABEL (label), 28);
      gtk_button_set_child (GTK_BUTTON (chip), label);
      gtk_widget_set_valign (chip, GTK_ALIGN_CENTER);
      gtk_widget_set_focus_on_click (chip, FALSE);
      gtk_widget_set_visible (chip, FALSE);
      gtk_widget_add_css_class (chip, "chip");
      g_signal_connect_object (chip, "clicked", G_CALLBACK (chip_cb), self, G_CONNECT_SWAPPED);
      gtk_widget_insert_before (chip, GTK_WIDGET (self->view_bar), GTK_WIDGET (self->shown_part));
      self->chip[i] = GTK_BUTTON (chip);
    }
  views[0] = self->growth_button;
  views[1] = self->current_button;
  views[2] = self->base_button;
  views[3] = self->overlay_button;
  for (guint i = 0; i < G_N_ELEMENTS (views); i++)
    g_signal_connect_object (views[i], "toggled", G_CALLBACK (view_cb), self, G_CONNECT_SWAPPED);
  moments[0] = self->peak_button;
  moments[1] = self->end_button;
  for (guint i = 0; i < G_N_ELEMENTS (moments); i++)
    g_signal_connect_object (moments[i], "toggled", G_CALLBACK (moment_cb), self,
                             G_CONNECT_SWAPPED);
  g_signal_connect_object (adw_style_manager_get_default (), "notify::dark", G_CALLBACK (dark_cb),
                           self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->paned, "notify::max-position", G_CALLBACK (paned_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->flap, "notify::folded", G_CALLBACK (folded_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->waterfall, "status", G_CALLBACK (waterfall_cb), self,
                           G_CONNECT_SWAPPED);
  hv_profile_view_init_timeline (self);
  hv_drop_down_set_name (self->metric_drop, _ ("Metric"));
  hv_drop_down_set_name (self->group_drop, _ ("Group by"));
  hv_drop_down_set_name (self->thread_drop, _ ("Thread"));
}

/* --- public --- */

static gboolean
parse_at (HvProfileView *self, const char *at, GError **error)
{
  HvQuestion *q = &self->question;
  const char *dots = at ? strstr (at, "..") : NULL;

  if (!at)
    return TRUE;
  if (!dots || !self->profiles->base)
    return hv_profile_parse_moment (self->profiles->current, at, &q->at, error);
  g_autofree char *first = g_strndup (at, dots - at);
  return hv_profile_parse_moment (self->profiles->base, first, &q->base_at, error)
         && hv_profile_parse_moment (self->profiles->current, dots + 2, &q->at, error);
}

void
hv_profile_view_place_peak (HvProfileView *self, HvQuestion *question)
{
  gboolean bytes = question->metric == HV_METRIC_PEAK_BYTES;

  if (self->profiles->base || !hv_profile_view_is_recording (self->profiles->current)
      || (question->at != HV_AT_END && question->at != HV_AT_PEAK)
      || (!bytes && question->metric != HV_METRIC_PEAK_BLOCKS))
    return;
  question->metric = bytes ? HV_METRIC_LIVE_BYTES : HV_METRIC_LIVE_BLOCKS;
  question->at = HV_AT_PEAK;
}

/* Who asked for a certain view of a profile gets that at once. */
static gboolean
starts_with_summary (HvProfileView *self, const HvProfileViewStart *start)
{
  const HvTreeOptions *o = &start->tree;

  return !self->profiles->base && !start->metric && !start->at && !start->grouped
         && !start->root_below && !o->bottom_up && !o->all_frames && !o->focus && !o->ignore
         && !o->hide && !o->thread;
}

gboolean
hv_profile_view_open (HvProfileView *self, HvProfiles *profiles, const HvProfileViewStart *start,
                      GError **error)
{
  g_return_val_if_fail (HV_IS_PROFILE_VIEW (self), FALSE);
  HvQuestion *q = &self->question;

  self->waits = FALSE;
  g_clear_pointer (&self->profiles, hv_profiles_unref);
  g_clear_pointer (&self->scene, hv_scene_unref);
  self->profiles = hv_profiles_ref (profiles);
  *q = (HvQuestion){ .at = HV_AT_END, .base_at = HV_AT_END, .options = start->tree };
  if (!start->grouped)
    q->options.group = hv_profile_view_default_group (self);
  self->placed = FALSE;
  self->travels = FALSE;
  hv_profile_view_forget_marks (self);
  self->pane = 0;
  hv_profile_view_drop_state (self);
  g_clear_pointer (&self->history, hv_history_free);
  self->history = hv_history_new ();
  hv_profile_view_forget_transforms (self);
  self->status = HV_STATUS_SAME;
  hv_flame_graph_set_scene (self->flame, NULL);
  hv_flame_graph_set_view (self->flame, HV_FLAME_CURRENT);
  hv_flame_graph_set_root_below (self->flame, start->root_below);
  if (profiles->base)
    {
      GtkToggleButton *const buttons[] = { self->growth_button, self->current_button,
                                           self->base_button, self->overlay_button };
      hv_flame_graph_set_view (self->flame, start->view);
      gtk_toggle_button_set_active (buttons[start->view], TRUE);
    }
  gtk_toggle_button_set_active (
      starts_with_summary (self, start) ? self->summary_tab : self->flame_tab, TRUE);

  g_clear_pointer (&self->overview, hv_overview_unref);
  g_clear_pointer (&self->wanted, g_strfreev);

  q->metric = start->metric    ? hv_metric_parse (start->metric)
              : profiles->base ? hv_diff_default_metric (profiles->base, profiles->current)
                               : profiles->current->default_metric;
  if (q->metric == HV_N_METRICS)
    {
      g_set_error (error, HV_ERROR, HV_ERROR_USAGE, _ ("there is no metric “%s”"), start->metric);
      return FALSE;
    }
  if (!parse_at (self, start->at, error))
    return FALSE;
  /* A recording's default is its peak, which no other moment has. */
  if (!start->metric
      && (!hv_profile_has (profiles->current, q->metric, q->at)
          || (profiles->base && !hv_profile_has (profiles->base, q->metric, q->base_at))))
    q->metric = HV_METRIC_LIVE_BYTES;
  hv_profile_view_place_peak (self, q);
  self->usual = *q;
  hv_profile_view_ask_overview (self);
  if (start->state && hv_profile_view_apply_state (self, start->state))
    return TRUE;
  hv_profile_view_update_metrics (self);
  hv_profile_view_ask (self);
  return TRUE;
}

/* What was asked of the files before, as far as those now can answer it: a recording that was made
 * again may be shorter. */
static void
fit_question (HvProfileView *self)
{
  const HvProfile *current = self->profiles->current, *base = hv_profile_view_base (self);
  HvQuestion *q = &self->question;

  if (q->at != HV_AT_PEAK && q->at >= current->n_moments)
    q->at = HV_AT_END;
  if (base && q->base_at != HV_AT_PEAK && q->base_at >= base->n_moments)
    q->base_at = q->moments ? 0 : HV_AT_END;
  if (q->moments && current->n_moments < 2)
    {
      hv_profile_view_show_moments (self, FALSE);
      q->moments = FALSE;
    }
  if (!hv_profile_has (current, q->metric, q->at))
    q->at = HV_AT_END;
  if (!hv_profile_has (current, q->metric, q->at))
    q->metric = current->default_metric;
  hv_profile_view_update_metrics (self);
}

void
hv_profile_view_replace (HvProfileView *self, HvProfiles *profiles)
{
  g_return_if_fail (HV_IS_PROFILE_VIEW (self));
  HvProfiles *before = self->profiles;

  self->profiles = hv_profiles_ref (profiles);
  g_clear_pointer (&before, hv_profiles_unref);
  hv_profile_view_ask_overview (self);
  fit_question (self);
  hv_profile_view_ask (self);
}

void
hv_profile_view_close (HvProfileView *self)
{
  g_return_if_fail (HV_IS_PROFILE_VIEW (self));

  self->serial++;
  self->asks = self->waits = self->overview_due = self->changed_waits = FALSE;
  hv_profile_view_drop_state (self);
  hv_flame_graph_set_scene (self->flame, NULL);
  g_clear_pointer (&self->overview, hv_overview_unref);
  g_clear_pointer (&self->scene, hv_scene_unref);
  g_clear_pointer (&self->profiles, hv_profiles_unref);
}

const HvProfile *
hv_profile_view_get_profile (HvProfileView *self)
{
  g_return_val_if_fail (HV_IS_PROFILE_VIEW (self), NULL);
  return self->profiles ? self->profiles->current : NULL;
}

const HvScene *
hv_profile_view_get_scene (HvProfileView *self)
{
  return self->scene;
}

void
hv_profile_view_follow_rules (HvProfileView *self)
{
  g_return_if_fail (HV_IS_PROFILE_VIEW (self));
  if (!self->profiles)
    return;
  hv_profiles_follow_rules (self->profiles);
  hv_profile_view_ask_overview (self);
  hv_profile_view_ask (self);
}

void
hv_profile_view_show_page (HvProfileView *self, HvViewPage page)
{
  g_return_if_fail (HV_IS_PROFILE_VIEW (self));
  if (page == HV_VIEW_PAGE_SUMMARY && self->profiles && hv_profile_view_base (self))
    return;
  gtk_toggle_button_set_active (tab_of (self, page), TRUE);
  /* the source has the keys, and would take them along */
  if (page == HV_VIEW_PAGE_FLAME)
    gtk_widget_grab_focus (GTK_WIDGET (self->flame));
  else if (page == HV_VIEW_PAGE_SUMMARY)
    gtk_widget_grab_focus (GTK_WIDGET (self->summary_page));
}

HvFlameGraph *
hv_profile_view_get_flame_graph (HvProfileView *self)
{
  return self->flame;
}
