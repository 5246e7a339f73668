/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "viewer/widgets/i18n.h"

#include <string.h>

#include "store/units.h"
#include "viewer/draw/legend-paint.h"
#include "viewer/draw/titles.h"
#include "viewer/widgets/labels.h"
#include "viewer/window/profile-view-private.h"
#include "viewer/window/sentence.h"

/* --- selection: one, shown by every view --- */

void
hv_profile_view_show_selection (HvProfileView *self, uint32_t node, gpointer origin)
{
  if (!self->scene)
    return;
  if (origin != self->flame)
    hv_flame_graph_select (self->flame, node);
  if (self->scene->diff && origin != self->diff_table)
    hv_diff_table_select (self->diff_table, node);
  if (self->has_calls && origin != self->call_table)
    hv_call_table_select (self->call_table, node);
  if (self->has_sites && origin != self->site_table)
    hv_site_table_select (self->site_table, node);
  if (hv_profile_view_get_page (self) == HV_VIEW_PAGE_BUTTERFLY)
    hv_butterfly_show (self->butterfly, self->scene, node);
  if (hv_profile_view_get_page (self) == HV_VIEW_PAGE_SOURCE && origin != self->source)
    hv_source_pane_show (self->source, self->scene, node);
  hv_details_show (self->details, self->scene, node, hv_flame_graph_get_zoom (self->flame));
  hv_profile_view_show_status_line (self);
  hv_profile_view_touch (self);
}

/* A table makes hundreds of widgets for its rows: not before somebody looks at it. */
void
hv_profile_view_fill_table (HvProfileView *self, HvViewPage page)
{
  uint32_t node = hv_flame_graph_get_selected (self->flame);

  if (page == HV_VIEW_PAGE_TABLE && !self->has_calls)
    {
      self->has_calls = TRUE;
      hv_call_table_set_scene (self->call_table, self->scene);
      hv_call_table_select (self->call_table, node);
    }
  else if (page == HV_VIEW_PAGE_SITES && !self->has_sites)
    {
      self->has_sites = TRUE;
      hv_site_table_set_scene (self->site_table, self->scene);
      hv_site_table_select (self->site_table, node);
    }
}

static void
empty_tables (HvProfileView *self)
{
  if (self->has_calls)
    hv_call_table_set_scene (self->call_table, NULL);
  if (self->has_sites)
    hv_site_table_set_scene (self->site_table, NULL);
  self->has_calls = self->has_sites = FALSE;
}

void
hv_profile_view_update_legend (HvProfileView *self)
{
  hv_legend_show (self->legend, self->scene,
                  self->scene ? hv_flame_graph_get_layout (self->flame) : NULL);
}

/* --- search --- */

/* The frames a search found, or those of the status that was chosen. */
static void
mark_frames (HvProfileView *self)
{
  const HvScene *scene = self->scene;
  const HvTree *tree = scene->report.tree;

  if (self->search || self->status == HV_STATUS_SAME || !scene->diff)
    {
      hv_flame_graph_set_matches (self->flame, self->search ? self->search->keys : NULL);
      return;
    }
  g_autofree guint8 *keys = g_new0 (guint8, MAX (1, tree->n_keys));
  for (guint i = 0; i < scene->rows->len; i++)
    {
      uint32_t node = hv_scene_row_node (scene, i);
      if (g_array_index (scene->rows, HvDiffRow, i).status != self->status || !node)
        continue;
      /* Bottom-up, the frame that allocates is below the root. */
      while (tree->options.bottom_up && tree->parent[node])
        node = tree->parent[node];
      keys[tree->node_key[node]] = 1;
    }
  hv_flame_graph_set_matches (self->flame, keys);
}

static void
show_matches (HvProfileView *self)
{
  mark_frames (self);
  hv_profile_view_show_status_line (self);
}

void
hv_profile_view_search (HvProfileView *self, const char *text, gboolean match_case)
{
  g_return_if_fail (HV_IS_PROFILE_VIEW (self));
  char *copy = g_strdup (text);

  g_free (self->search_text);
  self->search_text = copy;
  self->match_case = match_case;
  g_clear_pointer (&self->search, hv_search_free);
  self->match = 0;
  if (!self->scene)
    return;
  self->search = hv_search_new (self->scene->report.tree, self->scene->diff, text, match_case);
  show_matches (self);
  hv_profile_view_touch (self);
}

void
hv_profile_view_next_match (HvProfileView *self, int by)
{
  g_return_if_fail (HV_IS_PROFILE_VIEW (self));
  if (!self->search || !self->search->nodes->len)
    return;
  guint n = self->search->nodes->len;
  self->match = (self->match + (by < 0 ? n - (self->match ? 1 : 0) : 1) + n - 1) % n + 1;
  hv_profile_view_show_selection (
      self, g_array_index (self->search->nodes, uint32_t, self->match - 1), NULL);
  if (hv_profile_view_get_page (self) == HV_VIEW_PAGE_SUMMARY)
    gtk_toggle_button_set_active (self->flame_tab, TRUE);
  show_matches (self);
}

/* Takes `text`; NULL: not asked for. */
static void
show_chip (HvProfileView *self, HvChip chip, char *text, const char *tooltip)
{
  GtkWidget *button = GTK_WIDGET (self->chip[chip]);
  g_autofree char *label = text ? g_strdup_printf ("%s ×", text) : NULL;

  gtk_widget_set_visible (button, text != NULL);
  gtk_label_set_text (GTK_LABEL (gtk_button_get_child (self->chip[chip])), label ? label : "");
  gtk_widget_set_tooltip_text (button, tooltip);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  text ? text : "", -1);
  g_free (text);
}

void
hv_profile_view_show_status (HvProfileView *self, HvStatus status)
{
  self->status = status;
  if (!self->scene || !self->scene->diff)
    return;
  hv_waterfall_set_status (self->waterfall, status);
  hv_diff_table_set_status (self->diff_table, status);
  hv_diff_table_select (self->diff_table, hv_flame_graph_get_selected (self->flame));
  show_chip (self, HV_CHIP_STATUS,
             status == HV_STATUS_SAME
                 ? NULL
                 : g_strdup_printf (_ ("Status: %s"), hv_label_status (status)),
             _ ("Only rows of this status are in the table: show all again"));
  mark_frames (self);
  hv_profile_view_touch (self);
}

/* --- showing a scene --- */

void
hv_profile_view_show_diff_head (HvProfileView *self)
{
  const HvReport *r = &self->scene->report;
  const HvDiff *diff = r->rows_diff;
  gboolean poor = hv_diff_matches_badly (diff);
  g_autofree char *base = hv_format_value (r->base, r->metric, diff->waterfall.base);
  g_autofree char *current = hv_format_value (r->profile, r->metric, diff->waterfall.current);
  g_autofree char *base_text = g_strdup_printf (_ ("base %s"), base);
  g_autofree char *current_text = g_strdup_printf (_ ("current %s"), current);
  g_autofree char *base_share = hv_format_percent ((int64_t) (diff->base_matched * 1000 + 0.5),
                                                   1000);
  g_autofree char *current_share = hv_format_percent (
      (int64_t) (diff->current_matched * 1000 + 0.5), 1000);
  g_autofree char *match = g_strdup_printf (
      poor ? _ ("⚠ only %s of base and %s of current are of code that both files know: they may be "
                "of other programs or builds, or one lacks symbols")
      : r->profile->modules_known && r->base->modules_known
          ? _ ("matched by function and module: %s of base, %s of current")
          : _ ("matched by function: %s of base, %s of current"),
      base_share, current_share);
  const HvPalette *palette = hv_palette_get (
      adw_style_manager_get_dark (adw_style_manager_get_default ()));
  g_autofree char *markup = hv_sentence_markup (self->scene, palette);

  hv_waterfall_set_scene (self->waterfall, self->scene);
  gtk_label_set_text (self->base_label, base_text);
  gtk_label_set_text (self->current_label, current_text);
  gtk_label_set_text (self->match_label, match);
  gtk_widget_remove_css_class (GTK_WIDGET (self->match_label), poor ? "dim-label" : "warning");
  gtk_widget_add_css_class (GTK_WIDGET (self->match_label), poor ? "warning" : "dim-label");
  gtk_label_set_markup (self->sentence, markup);
}

gboolean
hv_profile_view_is_recording (const HvProfile *profile)
{
  return hv_profile_has (profile, HV_METRIC_LIVE_BYTES, HV_AT_PEAK)
         && hv_profile_has (profile, HV_METRIC_LIVE_BYTES, HV_AT_END);
}

void
hv_profile_view_update_moment_switch (HvProfileView *self)
{
  const HvProfile *profile = self->profiles->current;
  const HvQuestion *q = &self->question;
  gboolean between = q->moments || q->at < profile->n_moments;

  gtk_widget_set_visible (self->moment_switch,
                          !self->profiles->base && hv_profile_view_is_recording (profile));
  gtk_widget_set_sensitive (GTK_WIDGET (self->peak_button),
                            hv_profile_has (profile, q->metric, HV_AT_PEAK));
  gtk_widget_set_visible (GTK_WIDGET (self->moment_button), between);
  if (between)
    {
      g_autofree char *range = hv_profile_view_range_text (self);
      const HvMoment *moment = &profile->moment[MIN (q->at, profile->n_moments - 1)];
      g_autofree char *text = moment->time >= 0
                                  ? hv_format_time (profile, moment->time)
                                  : g_strdup_printf ("%" G_GINT64_FORMAT, moment->number);
      gtk_button_set_label (GTK_BUTTON (self->moment_button), range ? range : text);
    }
  gtk_toggle_button_set_active (between               ? self->moment_button
                                : q->at == HV_AT_PEAK ? self->peak_button
                                                      : self->end_button,
                                TRUE);
}

static void
update_fold_chip (HvProfileView *self)
{
  gboolean all = self->question.options.all_frames;
  const HvTree *tree = self->scene->report.tree;
  const HvTreeFolded *folded = &tree->folded_of[HV_SIDE_CURRENT];
  g_autofree char *tip = NULL;

  if (all)
    tip = g_strdup (_ ("Fold allocator and runtime frames again"));
  else
    tip = g_strdup_printf (_ ("Show the folded frames too (functions: %u allocator, %u async "
                              "runtime, %u entry)"),
                           folded->allocator, folded->async, folded->entry);
  gtk_widget_set_visible (GTK_WIDGET (self->fold_chip), all || tree->folded);
  gtk_button_set_label (self->fold_chip, all             ? _ ("All frames ×")
                                         : folded->async ? _ ("Allocator, async folded ×")
                                                         : _ ("Allocator folded ×"));
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->fold_chip), tip);
}

const HvProfile *
hv_profile_view_base (HvProfileView *self)
{
  return self->question.moments ? self->profiles->current : self->profiles->base;
}

HvGroup
hv_profile_view_default_group (HvProfileView *self)
{
  return hv_profile_view_base (self) ? HV_GROUP_STACK : HV_GROUP_FUNCTION;
}

/* The thread that option `text` names, as the first entry of the drop-down is "all"; 0: none. */
static guint
find_thread (const HvProfile *profile, const char *text)
{
  for (uint32_t t = 0; text && t < profile->n_threads; t++)
    {
      g_autofree char *number = g_strdup_printf ("t%" G_GUINT64_FORMAT, profile->thread_uid[t]);
      if (strcmp (text, number) == 0 || strcmp (text, number + 1) == 0
          || strcmp (text, hv_profile_string (profile, profile->thread_name[t])) == 0)
        return t + 1;
    }
  return 0;
}

static void
update_threads (HvProfileView *self)
{
  const HvProfile *profile = self->profiles->current;
  g_autoptr (GtkStringList)
      names = gtk_string_list_new ((const char *[]){ _ ("All threads"), NULL });

  for (uint32_t t = 0; t < profile->n_threads; t++)
    {
      const char *name = hv_profile_string (profile, profile->thread_name[t]);
      g_autofree char *label = g_strdup_printf (*name ? "%s (t%" G_GUINT64_FORMAT ")"
                                                      : "%st%" G_GUINT64_FORMAT,
                                                name, profile->thread_uid[t]);
      gtk_string_list_append (names, label);
    }
  gtk_drop_down_set_model (self->thread_drop, G_LIST_MODEL (names));
  gtk_drop_down_set_selected (self->thread_drop,
                              find_thread (profile, self->question.options.thread));
  gtk_widget_set_visible (GTK_WIDGET (self->thread_drop), profile->n_threads > 1);
}

void
hv_profile_view_update_groups (HvProfileView *self)
{
  g_autoptr (GtkStringList) names = gtk_string_list_new (NULL);
  gboolean quiet = self->quiet;
  guint selected = 0;

  g_array_set_size (self->groups, 0);
  for (HvGroup group = 0; group < HV_N_GROUPS; group++)
    {
      if (group == HV_GROUP_THREAD && self->profiles->current->n_threads == 0)
        continue;
      if (group == self->question.options.group)
        selected = self->groups->len;
      g_array_append_val (self->groups, group);
      gtk_string_list_append (names, hv_title_group (group));
    }
  self->quiet = TRUE;
  gtk_drop_down_set_model (self->group_drop, G_LIST_MODEL (names));
  gtk_drop_down_set_selected (self->group_drop, selected);
  update_threads (self);
  self->quiet = quiet;
}

static void
update_chips (HvProfileView *self)
{
  const HvTreeOptions *o = &self->question.options;
  const HvReport *r = &self->scene->report;
  const HvTree *tree = r->tree;

  update_fold_chip (self);
  show_chip (self, HV_CHIP_RANGE, hv_profile_view_range_text (self),
             _ ("Show the whole recording again"));
  show_chip (self, HV_CHIP_INVERT, o->bottom_up ? g_strdup (_ ("Bottom-up")) : NULL,
             _ ("What allocates is on top, its callers below: show callers on top again"));
  show_chip (self, HV_CHIP_GROUP,
             o->group != hv_profile_view_default_group (self) ? g_strdup (hv_title_group (o->group))
                                                              : NULL,
             _ ("Group as usual again"));
  show_chip (self, HV_CHIP_THREAD, o->thread ? g_strdup_printf (_ ("Thread: %s"), o->thread) : NULL,
             _ ("Show all threads again"));
  show_chip (self, HV_CHIP_FOCUS, o->focus ? g_strdup_printf (_ ("Only: %s"), o->focus) : NULL,
             _ ("Only call paths with a match are shown: show all again"));
  show_chip (self, HV_CHIP_IGNORE,
             o->ignore ? g_strdup_printf (_ ("Without: %s"), o->ignore) : NULL,
             _ ("Call paths with a match are left out: show them again"));
  show_chip (self, HV_CHIP_HIDE, o->hide ? g_strdup_printf (_ ("Hidden: %s"), o->hide) : NULL,
             _ ("Frames that match are given to their callers: show them again"));

  hv_profile_view_update_transforms (self);
  gboolean dropped = tree->dropped[HV_SIDE_CURRENT] != 0
                     || (r->base && tree->dropped[HV_SIDE_BASE] != 0);
  gtk_widget_set_visible (GTK_WIDGET (self->shown_part), dropped);
  if (dropped)
    {
      const int64_t *const *incl = (const int64_t *const *) tree->incl[HV_SIDE_CURRENT];
      g_autofree char *shown = hv_format_value (r->profile, r->metric, incl[HV_SLOT_COST][0]);
      g_autofree char *all = hv_format_value (r->profile, r->metric, tree->total[HV_SIDE_CURRENT]);
      g_autofree char *text = g_strdup_printf (_ ("showing %s of %s"), shown, all);
      gtk_label_set_text (self->shown_part, text);
    }
}

void
hv_profile_view_update_metrics (HvProfileView *self)
{
  g_autoptr (GtkStringList) names = gtk_string_list_new (NULL);
  gboolean recording = hv_profile_view_is_recording (self->profiles->current)
                       && !hv_profile_view_base (self);
  guint selected = 0;

  g_array_set_size (self->metrics, 0);
  for (HvMetric m = 0; m < HV_N_METRICS; m++)
    {
      gboolean peak = m == HV_METRIC_PEAK_BYTES || m == HV_METRIC_PEAK_BLOCKS;
      if (!hv_metric_adds_up (m) || !hv_profile_has (self->profiles->current, m, HV_AT_END)
          || (hv_profile_view_base (self)
              && !hv_profile_has (hv_profile_view_base (self), m, HV_AT_END))
          || (peak && recording && m != self->question.metric))
        continue;
      if (m == self->question.metric)
        selected = self->metrics->len;
      g_array_append_val (self->metrics, m);
      gtk_string_list_append (names, hv_label_metric (m));
    }
  self->quiet = TRUE;
  gtk_drop_down_set_model (self->metric_drop, G_LIST_MODEL (names));
  gtk_drop_down_set_selected (self->metric_drop, selected);
  self->quiet = FALSE;
}

/* What the details show before anybody chose: the largest growth, else the largest loss. */
static uint32_t
first_choice (HvProfileView *self)
{
  uint32_t selected = hv_flame_graph_get_selected (self->flame);
  const HvScene *scene = self->scene;

  if (selected || !scene->diff || !scene->rows->len)
    return selected;
  const HvDiffRow *most = &g_array_index (scene->rows, HvDiffRow, 0);
  const HvDiffRow *least = &g_array_index (scene->rows, HvDiffRow, scene->rows->len - 1);
  return most->significant && most->delta > 0 ? hv_scene_row_node (scene, 0)
         : least->significant                 ? hv_scene_row_node (scene, scene->rows->len - 1)
                                              : 0;
}

static void
add_notes (GString *text, const HvProfile *profile)
{
  for (guint i = 0; i < profile->warnings->len; i++)
    g_string_append_printf (text, "%s%s", text->len ? "\n\n" : "",
                            (const char *) g_ptr_array_index (profile->warnings, i));
}

/* What the importer had to say: always at hand, never in the way. */
static void
show_notes (HvProfileView *self, const HvReport *r)
{
  g_autoptr (GString) text = g_string_new (NULL);

  if (r->base && r->base != r->profile)
    add_notes (text, r->base);
  add_notes (text, r->profile);
  guint n = r->profile->warnings->len
            + (r->base && r->base != r->profile ? r->base->warnings->len : 0);
  g_autofree char *label = g_strdup_printf (
      g_dngettext (HV_GETTEXT_PACKAGE, "%u note", "%u notes", n), n);
  gtk_menu_button_set_label (self->notes, label);
  gtk_label_set_text (self->notes_text, text->str);
  gtk_widget_set_visible (GTK_WIDGET (self->notes), n > 0);
}

/* Names are missing that more than a trifle depends on: said where everything is, with what to do.
 */
static void
show_missing_symbols (HvProfileView *self, const HvReport *r)
{
  const HvProfile *profiles[] = { r->profile, r->base };
  const char *worst = NULL;
  g_autofree char *share = NULL;
  double most = 0.01;

  for (guint i = 0; i < G_N_ELEMENTS (profiles) && profiles[i]; i++)
    {
      const HvProfile *profile = profiles[i];
      g_autoptr (GArray) modules = hv_symbols_missing (profile);
      double total = (double) hv_profile_total (profile, profile->default_metric);
      uint32_t m = modules->len ? g_array_index (modules, uint32_t, 0) : 0;
      if (!modules->len || total <= 0 || (double) profile->module[m].unresolved / total < most)
        continue;
      most = (double) profile->module[m].unresolved / total;
      worst = hv_basename (hv_profile_string (profile, profile->module[m].path));
      g_free (share);
      share = hv_symbols_share (profile, m);
    }
  gtk_widget_set_visible (GTK_WIDGET (self->symbols_button), worst != NULL);
  if (!worst)
    return;
  /* Translators: the part of the memory whose stacks lack names */
  g_autofree char *text = g_strdup_printf (_ ("No symbols: %s"), share);
  g_autofree char *tooltip = g_strdup_printf (_ ("Symbols of %s are missing: what was tried, and "
                                                 "where the file is"),
                                              worst);
  gtk_button_set_label (self->symbols_button, text);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->symbols_button), tooltip);
}

/* The name of what is zoomed to, NULL: all is shown, or `next` has frames of another kind. */
static char *
zoomed_name (HvProfileView *self, const HvScene *next)
{
  uint32_t zoom = hv_flame_graph_get_zoom (self->flame);

  if (!self->scene || !zoom || self->travels
      || self->scene->question.options.group != next->question.options.group
      || self->scene->question.options.bottom_up != next->question.options.bottom_up)
    return NULL;
  return g_strdup (hv_tree_label (self->scene->report.tree, zoom));
}

static void
tell_lost_zoom (HvProfileView *self, const char *was)
{
  uint32_t zoom = hv_flame_graph_get_zoom (self->flame);
  const char *now = zoom ? hv_tree_label (self->scene->report.tree, zoom) : NULL;

  if (!was || g_strcmp0 (was, now) == 0)
    return;
  g_autofree char *text = now ? g_strdup_printf (_ ("“%s” is not shown any more: zoomed to “%s”, "
                                                    "the nearest caller that is"),
                                                 was, now)
                              : g_strdup_printf (_ ("“%s” is not shown any more: all is"), was);
  g_signal_emit_by_name (self, "message", text);
}

static void
show_parts (HvProfileView *self, gboolean is_diff)
{
  gtk_widget_set_visible (self->diff_head, is_diff);
  gtk_widget_set_visible (self->view_switch, is_diff);
  gtk_widget_set_visible (GTK_WIDGET (self->summary), !is_diff);
  gtk_widget_set_visible (GTK_WIDGET (self->diff_table), is_diff);
  empty_tables (self);
}

/* Nothing here needs a tree: what does is on other pages, or comes with the scene. */
void
hv_profile_view_begin (HvProfileView *self)
{
  g_return_if_fail (HV_IS_PROFILE_VIEW (self));
  const HvViewState *state = self->pending;

  if (self->scene || !self->profiles || !self->profiles->kept || self->question.moments
      || (state ? state->page : hv_profile_view_get_page (self)) != HV_VIEW_PAGE_SUMMARY)
    return;
  g_autoptr (HvScene) asked = hv_scene_new_asked (self->profiles, &self->question);

  self->quiet = TRUE;
  show_parts (self, FALSE);
  gtk_widget_set_visible (GTK_WIDGET (self->fold_chip), FALSE);
  hv_profile_view_show_overview (self);
  hv_profile_view_show_timeline (self, asked);
  hv_profile_view_update_moment_switch (self);
  hv_profile_view_update_groups (self);
  self->quiet = FALSE;
  hv_profile_view_update_page (self);
  show_missing_symbols (self, &asked->report);
  show_notes (self, &asked->report);
  g_signal_emit_by_name (self, "changed");
}

void
hv_profile_view_show_scene (HvProfileView *self, HvScene *scene)
{
  g_autofree char *zoomed = zoomed_name (self, scene);
  gboolean is_diff = scene->diff != NULL;
  gboolean another = self->scene && !hv_question_equal (&scene->question, &self->scene->question);

  gboolean moved = self->travels || self->pending || !self->scene
                   || self->scene->profiles != scene->profiles
                   || self->scene->report.tree->options.bottom_up
                          != scene->question.options.bottom_up;
  g_auto (GStrv) zoom = moved ? NULL
                              : hv_scene_path (self->scene, hv_flame_graph_get_zoom (self->flame));

  /* the same once more: in other units or colours */
  if (self->scene == scene)
    self->overview_shown = FALSE;
  g_clear_pointer (&self->scene, hv_scene_unref);
  self->scene = hv_scene_ref (scene);
  self->quiet = TRUE;
  hv_flame_graph_set_scene (self->flame, scene);
  tell_lost_zoom (self, zoomed);
  hv_profile_view_arrive (self);
  show_parts (self, is_diff);
  if (is_diff)
    {
      hv_profile_view_show_diff_head (self);
      hv_diff_table_set_scene (self->diff_table, scene);
    }
  else
    hv_profile_view_show_overview (self);
  hv_profile_view_show_timeline (self, scene);
  hv_profile_view_update_moment_switch (self);
  hv_profile_view_update_groups (self);
  update_chips (self);
  self->quiet = FALSE;
  /* the summary answers no questions: who asks one wants to see the answer */
  if (another && hv_profile_view_get_page (self) == HV_VIEW_PAGE_SUMMARY)
    hv_profile_view_show_page (self, HV_VIEW_PAGE_FLAME);
  hv_profile_view_update_page (self);
  hv_profile_view_show_status (self, is_diff ? self->status : HV_STATUS_SAME);
  hv_profile_view_show_selection (self, first_choice (self), NULL);
  show_missing_symbols (self, &scene->report);
  show_notes (self, &scene->report);
  if (self->search_text)
    {
      g_autofree char *text = g_strdup (self->search_text);
      hv_profile_view_search (self, text, self->match_case);
    }
  hv_profile_view_show_wanted (self);
  hv_profile_view_finish_state (self);
  if (zoom)
    hv_profile_view_tell_zoom (self, zoom);
  hv_profile_view_note_place (self);
  hv_profile_view_tell_changed (self);
}
