/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "viewer/widgets/i18n.h"

#include "store/units.h"
#include "viewer/widgets/column-box.h"
#include "viewer/widgets/finding-text.h"
#include "viewer/widgets/labels.h"
#include "viewer/widgets/summary-facts.h"

#include "viewer/widgets/summary-page.h"

struct _HvSummaryPage
{
  GtkWidget parent_instance;

  GtkWidget *scroller;
  HvColumnBox *columns;

  HvOverview *overview; /* rows point into it */
};

enum
{
  SIGNAL_SITE,
  SIGNAL_SITES,
  SIGNAL_GROWN,
  N_SIGNALS
};
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (HvSummaryPage, hv_summary_page, GTK_TYPE_WIDGET)

/* --- groups --- */

static GtkWidget *
wrapped_label (const char *text)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_widget_set_hexpand (label, TRUE);
  return label;
}

/* A heading, with `button` (may be NULL) at its end, above `content`. */
static void
add_group (HvSummaryPage *self, const char *title, GtkWidget *button, GtkWidget *content)
{
  GtkWidget *group = gtk_box_new (GTK_ORIENTATION_VERTICAL, 8);
  GtkWidget *head = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);
  GtkWidget *label = gtk_label_new (title);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_widget_set_hexpand (label, TRUE);
  gtk_widget_add_css_class (label, "heading");
  gtk_box_append (GTK_BOX (head), label);
  if (button)
    gtk_box_append (GTK_BOX (head), button);
  gtk_widget_add_css_class (head, "summary-heading");
  gtk_box_append (GTK_BOX (group), head);
  gtk_box_append (GTK_BOX (group), content);
  gtk_accessible_update_property (GTK_ACCESSIBLE (content), GTK_ACCESSIBLE_PROPERTY_LABEL, title,
                                  -1);
  hv_column_box_append (self->columns, group);
}

static GtkWidget *
boxed_list (void)
{
  GtkWidget *list = gtk_list_box_new ();

  gtk_list_box_set_selection_mode (GTK_LIST_BOX (list), GTK_SELECTION_NONE);
  gtk_widget_add_css_class (list, "boxed-list");
  return list;
}

static void
add_fact_group (HvSummaryPage *self, const char *title, GtkWidget *facts)
{
  if (gtk_widget_get_first_child (facts))
    {
      gtk_widget_add_css_class (facts, "card");
      gtk_widget_add_css_class (facts, "summary-facts");
      add_group (self, title, NULL, facts);
    }
  else
    g_object_unref (g_object_ref_sink (facts));
}

/* --- findings --- */

typedef struct
{
  const char *label, *tooltip; /* NULL label: there is nothing to do */
  const char *action;          /* of the window; NULL: a signal of the page */
} Step;

static Step
step_of (const HvFinding *finding)
{
  switch (finding->kind)
    {
    case HV_FINDING_PATH:
    case HV_FINDING_SITE:
    case HV_FINDING_TEMPORARY:
    case HV_FINDING_LIVE:
    case HV_FINDING_NAMELESS:
      return (Step){ .label = _ ("Show"), .tooltip = _ ("Select it in the flame graph") };
    case HV_FINDING_GREW:
      return (Step){ .label = _ ("Compare"),
                     .tooltip = _ ("Compare the last dump with the first") };
    case HV_FINDING_UNRESOLVED:
      return (Step){ .label = _ ("Locate Symbols…"),
                     .tooltip = _ ("What was tried, and where the file is"),
                     .action = "win.symbols" };
    case HV_FINDING_RSS:
    case HV_FINDING_SAMPLED:
      return (Step){ .label = _ ("What Is This?"),
                     .tooltip = _ ("What the words mean"),
                     .action = "win.help" };
    case HV_FINDING_CUT:
    case HV_FINDING_NOTE:
      break;
    }
  return (Step){ 0 };
}

static void
step_cb (HvSummaryPage *self, GtkWidget *button)
{
  const HvFinding *finding = g_object_get_data (G_OBJECT (button), "finding");
  static const char *const nowhere[] = { NULL };

  if (finding->kind == HV_FINDING_GREW)
    g_signal_emit (self, signals[SIGNAL_GROWN], 0);
  else
    g_signal_emit (self, signals[SIGNAL_SITE], 0, finding->metric,
                   finding->path ? finding->path : (char **) nowhere);
}

/* What asks for care is marked by a sign, what is only said by another, a finding by a dot. */
static GtkWidget *
finding_mark (HvFindingKind kind)
{
  GtkWidget *mark;

  switch (kind)
    {
    case HV_FINDING_CUT:
    case HV_FINDING_UNRESOLVED:
    case HV_FINDING_NAMELESS:
      mark = gtk_image_new_from_icon_name ("dialog-warning-symbolic");
      gtk_widget_add_css_class (mark, "warning");
      break;
    case HV_FINDING_SAMPLED:
    case HV_FINDING_NOTE:
      mark = gtk_image_new_from_icon_name ("dialog-information-symbolic");
      gtk_widget_add_css_class (mark, "dim-label");
      break;
    default:
      mark = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);
      gtk_widget_add_css_class (mark, "finding-dot");
      gtk_widget_set_halign (mark, GTK_ALIGN_CENTER);
      break;
    }
  gtk_widget_set_valign (mark, GTK_ALIGN_CENTER);
  return mark;
}

static void
add_finding (HvSummaryPage *self, GtkListBox *list, const HvProfile *profile,
             const HvFinding *finding)
{
  g_autofree char *markup = hv_finding_markup (profile, finding);
  /* no box: that would ask for the label's width at each height, which is a search for it */
  GtkWidget *line = gtk_grid_new ();
  GtkWidget *label = wrapped_label (NULL), *row = gtk_list_box_row_new ();
  Step step = step_of (finding);

  gtk_label_set_markup (GTK_LABEL (label), markup);
  gtk_grid_set_column_spacing (GTK_GRID (line), 12);
  gtk_grid_attach (GTK_GRID (line), finding_mark (finding->kind), 0, 0, 1, 1);
  gtk_grid_attach (GTK_GRID (line), label, 1, 0, 1, 1);
  gtk_widget_add_css_class (line, "summary-row");
  if (step.label)
    {
      GtkWidget *button = gtk_button_new_with_label (step.label);
      gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
      gtk_widget_set_tooltip_text (button, step.tooltip);
      gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
                                      gtk_label_get_text (GTK_LABEL (label)), -1);
      g_object_set_data (G_OBJECT (button), "finding", (gpointer) finding);
      if (step.action)
        gtk_actionable_set_action_name (GTK_ACTIONABLE (button), step.action);
      else
        g_signal_connect_object (button, "clicked", G_CALLBACK (step_cb), self, G_CONNECT_SWAPPED);
      gtk_grid_attach (GTK_GRID (line), button, 2, 0, 1, 1);
      g_object_set_data (G_OBJECT (row), "button", button);
    }
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row), line);
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), step.label != NULL);
  gtk_accessible_update_property (GTK_ACCESSIBLE (row), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  gtk_label_get_text (GTK_LABEL (label)), -1);
  gtk_list_box_append (list, row);
}

static void
finding_activated_cb (HvSummaryPage *self, GtkListBoxRow *row)
{
  GtkWidget *button = g_object_get_data (G_OBJECT (row), "button");

  if (button)
    g_signal_emit_by_name (button, "clicked");
}

static void
add_findings (HvSummaryPage *self, const HvProfile *profile)
{
  GtkWidget *list = boxed_list ();
  const GPtrArray *findings = self->overview ? self->overview->findings : NULL;

  for (guint i = 0; findings && i < findings->len; i++)
    add_finding (self, GTK_LIST_BOX (list), profile, g_ptr_array_index (findings, i));
  if (!findings || !findings->len)
    {
      GtkWidget *label = wrapped_label (
          findings ? _ ("Nothing stands out: no single place holds much, and the file is whole.")
                   : _ ("Looking at the numbers…"));
      GtkWidget *row = gtk_list_box_row_new ();
      gtk_widget_add_css_class (label, "summary-row");
      gtk_widget_add_css_class (label, "dim-label");
      gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row), label);
      gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), FALSE);
      gtk_list_box_append (GTK_LIST_BOX (list), row);
    }
  g_signal_connect_object (list, "row-activated", G_CALLBACK (finding_activated_cb), self,
                           G_CONNECT_SWAPPED);
  add_group (self, _ ("Findings"), NULL, list);
}

/* --- top sites --- */

static GtkWidget *
part_label (const char *text, const char *class, PangoEllipsizeMode ellipsize, gboolean number)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), number ? 1 : 0);
  gtk_label_set_ellipsize (GTK_LABEL (label), ellipsize);
  gtk_widget_set_hexpand (label, !number);
  if (class)
    gtk_widget_add_css_class (label, class);
  gtk_label_set_width_chars (GTK_LABEL (label), number ? 7 : -1);
  if (number)
    gtk_widget_add_css_class (label, "numeric");
  return label;
}

/* "for build · stl_tree.h:123 · 16 383 blocks" */
static char *
site_place (const HvProfile *profile, const HvTopSite *site)
{
  const HvKey key = { .module = site->module, .file = site->file, .line = site->line };
  g_autofree char *place = hv_label_place (&key);
  g_autoptr (GString) text = g_string_new (NULL);

  if (site->caller)
    /* Translators: the function that a library's one allocates for */
    g_string_append_printf (text, _ ("for %s"), site->caller);
  if (*place)
    g_string_append_printf (text, "%s%s", text->len ? " · " : "", place);
  if (site->blocks >= 0)
    {
      g_autofree char *blocks = hv_label_blocks (profile, site->blocks);
      g_string_append_printf (text, "%s%s", text->len ? " · " : "", blocks);
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static void
add_site (GtkListBox *list, const HvProfile *profile, const HvRanking *ranking,
          const HvTopSite *site)
{
  GtkWidget *grid = gtk_grid_new (), *row = gtk_list_box_row_new ();
  GtkWidget *bar = gtk_level_bar_new ();
  double share = (double) site->value / (double) ranking->whole;
  g_autofree char *value = hv_format_value (profile, ranking->metric, site->value);
  g_autofree char *percent = hv_format_percent (site->value, ranking->whole);
  g_autofree char *place = site_place (profile, site);
  g_autofree char *part = hv_share_text (profile, ranking->metric, site->value, ranking->whole);
  g_autofree char *spoken = g_strdup_printf ("%s, %s, %s", site->name, value, part);

  gtk_level_bar_set_value (GTK_LEVEL_BAR (bar), CLAMP (share, 0, 1));
  gtk_widget_set_size_request (bar, 120, -1);
  gtk_widget_set_valign (bar, GTK_ALIGN_CENTER);
  gtk_accessible_update_property (GTK_ACCESSIBLE (bar), GTK_ACCESSIBLE_PROPERTY_LABEL, spoken, -1);
  gtk_grid_set_column_spacing (GTK_GRID (grid), 12);
  gtk_grid_attach (GTK_GRID (grid),
                   part_label (site->name, "strong", PANGO_ELLIPSIZE_MIDDLE, FALSE), 0, 0, 1, 1);
  gtk_grid_attach (GTK_GRID (grid), part_label (value, "strong", PANGO_ELLIPSIZE_NONE, TRUE), 1, 0,
                   1, 1);
  gtk_grid_attach (GTK_GRID (grid), part_label (percent, NULL, PANGO_ELLIPSIZE_NONE, TRUE), 2, 0, 1,
                   1);
  gtk_grid_attach (GTK_GRID (grid), part_label (place, "dim-label", PANGO_ELLIPSIZE_MIDDLE, FALSE),
                   0, 1, 1, 1);
  gtk_grid_attach (GTK_GRID (grid), bar, 1, 1, 2, 1);
  gtk_widget_add_css_class (grid, "summary-row");
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row), grid);
  gtk_widget_set_tooltip_text (row, *site->function ? site->function : NULL);
  gtk_accessible_update_property (GTK_ACCESSIBLE (row), GTK_ACCESSIBLE_PROPERTY_LABEL, spoken,
                                  GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, place, -1);
  g_object_set_data (G_OBJECT (row), "site", (gpointer) site);
  gtk_list_box_append (list, row);
}

static HvMetric
metric_of (gpointer widget)
{
  return (HvMetric) GPOINTER_TO_UINT (g_object_get_data (widget, "metric"));
}

static void
site_activated_cb (HvSummaryPage *self, GtkListBoxRow *row, GtkListBox *list)
{
  const HvTopSite *site = g_object_get_data (G_OBJECT (row), "site");

  g_signal_emit (self, signals[SIGNAL_SITE], 0, metric_of (list), site->path);
}

static void
all_sites_cb (HvSummaryPage *self, GtkButton *button)
{
  g_signal_emit (self, signals[SIGNAL_SITES], 0, metric_of (button));
}

static void
add_ranking (HvSummaryPage *self, const HvProfile *profile, const HvRanking *ranking)
{
  const char *title = hv_ranking_title (profile, ranking);
  GtkWidget *list = boxed_list ();
  g_autofree char *count = hv_format_count (ranking->n_sites);
  g_autofree char *text = g_strdup_printf (
      g_dngettext (HV_GETTEXT_PACKAGE, "All %s Site", "All %s Sites", ranking->n_sites), count);
  GtkWidget *button = gtk_button_new_with_label (text);

  for (guint i = 0; i < ranking->top->len; i++)
    add_site (GTK_LIST_BOX (list), profile, ranking, g_ptr_array_index (ranking->top, i));
  g_object_set_data (G_OBJECT (list), "metric", GUINT_TO_POINTER (ranking->metric));
  g_object_set_data (G_OBJECT (button), "metric", GUINT_TO_POINTER (ranking->metric));
  gtk_widget_add_css_class (button, "flat");
  gtk_widget_add_css_class (button, "all-sites");
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
                                  title, -1);
  g_signal_connect_object (button, "clicked", G_CALLBACK (all_sites_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (list, "row-activated", G_CALLBACK (site_activated_cb), self,
                           G_CONNECT_SWAPPED);
  add_group (self, title, button, list);
}

/* --- the widget --- */

static void
hv_summary_page_dispose (GObject *object)
{
  HvSummaryPage *self = HV_SUMMARY_PAGE (object);

  g_clear_pointer (&self->scroller, gtk_widget_unparent);
  g_clear_pointer (&self->overview, hv_overview_unref);
  G_OBJECT_CLASS (hv_summary_page_parent_class)->dispose (object);
}

static gboolean
hv_summary_page_grab_focus (GtkWidget *widget)
{
  return gtk_widget_child_focus (HV_SUMMARY_PAGE (widget)->scroller, GTK_DIR_TAB_FORWARD);
}

static void
hv_summary_page_class_init (HvSummaryPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = hv_summary_page_dispose;
  widget_class->grab_focus = hv_summary_page_grab_focus;
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_css_name (widget_class, "summarypage");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
  signals[SIGNAL_SITE] = g_signal_new ("site", HV_TYPE_SUMMARY_PAGE, G_SIGNAL_RUN_LAST, 0, NULL,
                                       NULL, NULL, G_TYPE_NONE, 2, G_TYPE_UINT, G_TYPE_STRV);
  signals[SIGNAL_SITES] = g_signal_new ("sites", HV_TYPE_SUMMARY_PAGE, G_SIGNAL_RUN_LAST, 0, NULL,
                                        NULL, NULL, G_TYPE_NONE, 1, G_TYPE_UINT);
  signals[SIGNAL_GROWN] = g_signal_new ("grown", HV_TYPE_SUMMARY_PAGE, G_SIGNAL_RUN_LAST, 0, NULL,
                                        NULL, NULL, G_TYPE_NONE, 0);
}

static void
hv_summary_page_init (HvSummaryPage *self)
{
  self->scroller = gtk_scrolled_window_new ();
  self->columns = HV_COLUMN_BOX (hv_column_box_new ());
  gtk_widget_set_margin_top (GTK_WIDGET (self->columns), 12);
  gtk_widget_set_margin_bottom (GTK_WIDGET (self->columns), 24);
  gtk_widget_set_margin_start (GTK_WIDGET (self->columns), 16);
  gtk_widget_set_margin_end (GTK_WIDGET (self->columns), 16);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (self->scroller), GTK_POLICY_NEVER,
                                  GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (self->scroller), GTK_WIDGET (self->columns));
  gtk_widget_set_parent (self->scroller, GTK_WIDGET (self));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Summary"), -1);
}

GtkWidget *
hv_summary_page_new (void)
{
  return g_object_new (HV_TYPE_SUMMARY_PAGE, NULL);
}

void
hv_summary_page_show (HvSummaryPage *self, const HvProfile *profile, HvOverview *overview)
{
  g_return_if_fail (HV_IS_SUMMARY_PAGE (self));
  HvOverview *old = self->overview;

  hv_column_box_clear (self->columns);
  self->overview = overview ? hv_overview_ref (overview) : NULL;
  g_clear_pointer (&old, hv_overview_unref);
  add_findings (self, profile);
  add_fact_group (self, _ ("Totals"), hv_summary_totals (profile));
  for (HvRankingKind kind = 0; overview && kind < HV_N_RANKINGS; kind++)
    if (overview->ranking[kind].top->len)
      add_ranking (self, profile, &overview->ranking[kind]);
  if (overview)
    add_fact_group (self, _ ("What This File Cannot Tell"),
                    hv_summary_limits (profile, overview->limit));
  add_fact_group (self, _ ("Recording"), hv_summary_recording (profile));
}
