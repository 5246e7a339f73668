/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "viewer/widgets/i18n.h"

#include <string.h>

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

  /* Children, of what is shown; NULL: it is not */
  GtkWidget *findings, *ranking[HV_N_RANKINGS], *all_sites[HV_N_RANKINGS];

  HvOverview *overview;
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
  guint index = GPOINTER_TO_UINT (g_object_get_data (G_OBJECT (button), "finding"));
  const HvFinding *finding = g_ptr_array_index (self->overview->findings, index);
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
fill_finding (GtkListBoxRow *row, const HvProfile *profile, const HvFinding *finding)
{
  GtkWidget *label = gtk_grid_get_child_at (GTK_GRID (gtk_list_box_row_get_child (row)), 1, 0);
  GtkWidget *button = g_object_get_data (G_OBJECT (row), "button");
  g_autofree char *markup = hv_finding_markup (profile, finding);

  gtk_label_set_markup (GTK_LABEL (label), markup);
  const char *text = gtk_label_get_text (GTK_LABEL (label));
  gtk_accessible_update_property (GTK_ACCESSIBLE (row), GTK_ACCESSIBLE_PROPERTY_LABEL, text, -1);
  if (button)
    gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
                                    text, -1);
}

static void
add_finding (HvSummaryPage *self, GtkListBox *list, const HvProfile *profile, guint index)
{
  const HvFinding *finding = g_ptr_array_index (self->overview->findings, index);
  /* no box: that would ask for the label's width at each height, which is a search for it */
  GtkWidget *line = gtk_grid_new (), *row = gtk_list_box_row_new ();
  Step step = step_of (finding);

  gtk_grid_set_column_spacing (GTK_GRID (line), 12);
  gtk_grid_attach (GTK_GRID (line), finding_mark (finding->kind), 0, 0, 1, 1);
  gtk_grid_attach (GTK_GRID (line), wrapped_label (NULL), 1, 0, 1, 1);
  gtk_widget_add_css_class (line, "summary-row");
  if (step.label)
    {
      GtkWidget *button = gtk_button_new_with_label (step.label);
      gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
      gtk_widget_set_tooltip_text (button, step.tooltip);
      g_object_set_data (G_OBJECT (button), "finding", GUINT_TO_POINTER (index));
      if (step.action)
        gtk_actionable_set_action_name (GTK_ACTIONABLE (button), step.action);
      else
        g_signal_connect_object (button, "clicked", G_CALLBACK (step_cb), self, G_CONNECT_SWAPPED);
      gtk_grid_attach (GTK_GRID (line), button, 2, 0, 1, 1);
      g_object_set_data (G_OBJECT (row), "button", button);
    }
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row), line);
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), step.label != NULL);
  fill_finding (GTK_LIST_BOX_ROW (row), profile, finding);
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
    add_finding (self, GTK_LIST_BOX (list), profile, i);
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
  self->findings = list;
  add_group (self, _ ("Findings"), NULL, list);
}

/* --- top sites --- */

static GtkWidget *
part_label (const char *class, PangoEllipsizeMode ellipsize, gboolean number)
{
  GtkWidget *label = gtk_label_new (NULL);

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

/* Empty, until its site is known. */
static void
add_site (GtkListBox *list, guint index)
{
  GtkWidget *grid = gtk_grid_new (), *row = gtk_list_box_row_new ();
  GtkWidget *bar = gtk_level_bar_new ();

  gtk_widget_set_size_request (bar, 120, -1);
  gtk_widget_set_valign (bar, GTK_ALIGN_CENTER);
  gtk_grid_set_column_spacing (GTK_GRID (grid), 12);
  gtk_grid_attach (GTK_GRID (grid), part_label ("strong", PANGO_ELLIPSIZE_MIDDLE, FALSE), 0, 0, 1,
                   1);
  gtk_grid_attach (GTK_GRID (grid), part_label ("strong", PANGO_ELLIPSIZE_NONE, TRUE), 1, 0, 1, 1);
  gtk_grid_attach (GTK_GRID (grid), part_label (NULL, PANGO_ELLIPSIZE_NONE, TRUE), 2, 0, 1, 1);
  gtk_grid_attach (GTK_GRID (grid), part_label ("dim-label", PANGO_ELLIPSIZE_MIDDLE, FALSE), 0, 1,
                   1, 1);
  gtk_grid_attach (GTK_GRID (grid), bar, 1, 1, 2, 1);
  gtk_widget_add_css_class (grid, "summary-row");
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row), grid);
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), FALSE);
  g_object_set_data (G_OBJECT (row), "site", GUINT_TO_POINTER (index));
  gtk_list_box_append (list, row);
}

static void
set_part (GtkListBoxRow *row, int column, int line, const char *text)
{
  GtkGrid *grid = GTK_GRID (gtk_list_box_row_get_child (row));

  gtk_label_set_text (GTK_LABEL (gtk_grid_get_child_at (grid, column, line)), text);
}

static void
fill_site (GtkListBoxRow *row, const HvProfile *profile, const HvRanking *ranking,
           const HvTopSite *site)
{
  GtkWidget *bar = gtk_grid_get_child_at (GTK_GRID (gtk_list_box_row_get_child (row)), 1, 1);
  double share = (double) site->value / (double) ranking->whole;
  g_autofree char *value = hv_format_value (profile, ranking->metric, site->value);
  g_autofree char *percent = hv_format_percent (site->value, ranking->whole);
  g_autofree char *place = site_place (profile, site);
  g_autofree char *part = hv_share_text (profile, ranking->metric, site->value, ranking->whole);
  g_autofree char *spoken = g_strdup_printf ("%s, %s, %s", site->name, value, part);

  set_part (row, 0, 0, site->name);
  set_part (row, 1, 0, value);
  set_part (row, 2, 0, percent);
  set_part (row, 0, 1, place);
  gtk_level_bar_set_value (GTK_LEVEL_BAR (bar), CLAMP (share, 0, 1));
  gtk_accessible_update_property (GTK_ACCESSIBLE (bar), GTK_ACCESSIBLE_PROPERTY_LABEL, spoken, -1);
  g_autofree char *function = *site->function ? hv_label_cut (site->function, HV_LABEL_MAX_NAME)
                                              : NULL;
  gtk_widget_set_tooltip_text (GTK_WIDGET (row), function);
  gtk_accessible_update_property (GTK_ACCESSIBLE (row), GTK_ACCESSIBLE_PROPERTY_LABEL, spoken,
                                  GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, place, -1);
  gtk_list_box_row_set_activatable (row, TRUE);
}

static HvRankingKind
ranking_of (gpointer widget)
{
  return (HvRankingKind) GPOINTER_TO_UINT (g_object_get_data (widget, "ranking"));
}

static void
site_activated_cb (HvSummaryPage *self, GtkListBoxRow *row, GtkListBox *list)
{
  const HvRanking *ranking = &self->overview->ranking[ranking_of (list)];
  guint index = GPOINTER_TO_UINT (g_object_get_data (G_OBJECT (row), "site"));
  const HvTopSite *site = g_ptr_array_index (ranking->top, index);

  g_signal_emit (self, signals[SIGNAL_SITE], 0, ranking->metric, site->path);
}

static void
all_sites_cb (HvSummaryPage *self, GtkButton *button)
{
  g_signal_emit (self, signals[SIGNAL_SITES], 0,
                 self->overview->ranking[ranking_of (button)].metric);
}

/* A row for each of its sites, or room for those that are due. */
static guint
n_rows (const HvRanking *ranking)
{
  return ranking->n_due ? ranking->n_due : ranking->top->len;
}

static void
fill_ranking (HvSummaryPage *self, const HvProfile *profile, HvRankingKind kind)
{
  const HvRanking *ranking = &self->overview->ranking[kind];
  GtkListBox *list = GTK_LIST_BOX (self->ranking[kind]);
  g_autofree char *count = ranking->n_due ? g_strdup ("…") : hv_format_count (ranking->n_sites);
  g_autofree char *text = g_strdup_printf (g_dngettext (HV_GETTEXT_PACKAGE, "All %s Site",
                                                        "All %s Sites",
                                                        ranking->n_due ? 2 : ranking->n_sites),
                                           count);
  GtkListBoxRow *row;

  for (guint i = 0; i < ranking->top->len; i++)
    fill_site (gtk_list_box_get_row_at_index (list, (int) i), profile, ranking,
               g_ptr_array_index (ranking->top, i));
  while (!ranking->n_due && (row = gtk_list_box_get_row_at_index (list, (int) ranking->top->len)))
    gtk_list_box_remove (list, GTK_WIDGET (row));
  gtk_button_set_label (GTK_BUTTON (self->all_sites[kind]), text);
}

static void
add_ranking (HvSummaryPage *self, const HvProfile *profile, HvRankingKind kind)
{
  const HvRanking *ranking = &self->overview->ranking[kind];
  const char *title = hv_ranking_title (profile, ranking);
  GtkWidget *list = boxed_list (), *button = gtk_button_new_with_label ("");

  for (guint i = 0; i < n_rows (ranking); i++)
    add_site (GTK_LIST_BOX (list), i);
  g_object_set_data (G_OBJECT (list), "ranking", GUINT_TO_POINTER (kind));
  g_object_set_data (G_OBJECT (button), "ranking", GUINT_TO_POINTER (kind));
  gtk_widget_add_css_class (button, "flat");
  gtk_widget_add_css_class (button, "all-sites");
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
                                  title, -1);
  g_signal_connect_object (button, "clicked", G_CALLBACK (all_sites_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (list, "row-activated", G_CALLBACK (site_activated_cb), self,
                           G_CONNECT_SWAPPED);
  self->ranking[kind] = list;
  self->all_sites[kind] = button;
  fill_ranking (self, profile, kind);
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
  self->findings = NULL;
  memset (self->ranking, 0, sizeof self->ranking);
  memset (self->all_sites, 0, sizeof self->all_sites);
  self->overview = overview ? hv_overview_ref (overview) : NULL;
  g_clear_pointer (&old, hv_overview_unref);
  add_findings (self, profile);
  add_fact_group (self, _ ("Totals"), hv_summary_totals (profile));
  for (HvRankingKind kind = 0; overview && kind < HV_N_RANKINGS; kind++)
    if (n_rows (&overview->ranking[kind]))
      add_ranking (self, profile, kind);
  if (overview)
    add_fact_group (self, _ ("What This File Cannot Tell"),
                    hv_summary_limits (profile, overview->limit));
  add_fact_group (self, _ ("Recording"), hv_summary_recording (profile));
}

/* Whether what is due of `begun` is in `whole`, and nothing else is. */
static gboolean
is_same (const HvOverview *begun, const HvOverview *whole)
{
  if (begun->findings->len != whole->findings->len
      || memcmp (begun->limit, whole->limit, sizeof begun->limit) != 0)
    return FALSE;
  for (guint i = 0; i < begun->findings->len; i++)
    if (((const HvFinding *) g_ptr_array_index (begun->findings, i))->kind
        != ((const HvFinding *) g_ptr_array_index (whole->findings, i))->kind)
      return FALSE;
  for (HvRankingKind kind = 0; kind < HV_N_RANKINGS; kind++)
    {
      const HvRanking *due = &begun->ranking[kind], *there = &whole->ranking[kind];
      if (due->metric != there->metric || n_rows (due) < n_rows (there)
          || (n_rows (due) && !n_rows (there)))
        return FALSE;
    }
  return TRUE;
}

gboolean
hv_summary_page_complete (HvSummaryPage *self, const HvProfile *profile, HvOverview *overview)
{
  g_return_val_if_fail (HV_IS_SUMMARY_PAGE (self), FALSE);
  HvOverview *begun = self->overview;

  if (!begun || !is_same (begun, overview))
    return FALSE;
  self->overview = hv_overview_ref (overview);
  hv_overview_unref (begun);
  for (guint i = 0; i < overview->findings->len; i++)
    fill_finding (gtk_list_box_get_row_at_index (GTK_LIST_BOX (self->findings), (int) i), profile,
                  g_ptr_array_index (overview->findings, i));
  for (HvRankingKind kind = 0; kind < HV_N_RANKINGS; kind++)
    if (self->ranking[kind])
      fill_ranking (self, profile, kind);
  return TRUE;
}
