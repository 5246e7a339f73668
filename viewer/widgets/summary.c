/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "viewer/widgets/i18n.h"

#include "store/units.h"
#include "viewer/widgets/finding-text.h"
#include "viewer/widgets/labels.h"

#include "viewer/widgets/summary.h"

struct _HvSummary
{
  GtkWidget parent_instance;
};

G_DEFINE_FINAL_TYPE (HvSummary, hv_summary, GTK_TYPE_WIDGET)

static void
clear (HvSummary *self)
{
  GtkWidget *child;
  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self))))
    gtk_widget_unparent (child);
}

/* Fills an empty card; takes `value` and `note` (NULL: none). */
static GtkWidget *
card_content (const char *title, char *value, char *note)
{
  GtkWidget *content = gtk_box_new (GTK_ORIENTATION_VERTICAL, 1);
  GtkWidget *line = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *name = gtk_label_new (title);
  GtkWidget *number = gtk_label_new (value);

  gtk_label_set_xalign (GTK_LABEL (name), 0);
  gtk_label_set_ellipsize (GTK_LABEL (name), PANGO_ELLIPSIZE_END);
  gtk_widget_add_css_class (name, "dim-label");
  gtk_widget_add_css_class (name, "caption");
  gtk_widget_add_css_class (number, "summary-number");
  gtk_widget_add_css_class (number, "numeric");
  gtk_box_append (GTK_BOX (line), number);
  if (note)
    {
      GtkWidget *aside = gtk_label_new (note);
      gtk_label_set_xalign (GTK_LABEL (aside), 0);
      gtk_label_set_ellipsize (GTK_LABEL (aside), PANGO_ELLIPSIZE_END);
      gtk_widget_set_valign (aside, GTK_ALIGN_BASELINE);
      gtk_widget_set_valign (number, GTK_ALIGN_BASELINE);
      gtk_widget_add_css_class (aside, "dim-label");
      gtk_widget_set_tooltip_text (aside, note);
      gtk_box_append (GTK_BOX (line), aside);
    }
  gtk_box_append (GTK_BOX (content), name);
  gtk_box_append (GTK_BOX (content), line);
  g_free (value);
  g_free (note);
  return content;
}

static void
add_widget (HvSummary *self, GtkWidget *card)
{
  gtk_widget_add_css_class (card, "card");
  gtk_widget_add_css_class (card, "summary-card");
  gtk_widget_set_hexpand (card, TRUE);
  gtk_widget_set_parent (card, GTK_WIDGET (self));
}

/* Takes `value` and `note`. */
static void
add_card (HvSummary *self, const char *title, char *value, char *note)
{
  add_widget (self, card_content (title, value, note));
}

/* The one that can be clicked. */
static void
add_findings (HvSummary *self, const HvProfile *profile, const HvOverview *overview)
{
  const HvFinding *first = g_ptr_array_index (overview->findings, 0);
  g_autofree char *brief = hv_finding_brief (profile, first);
  g_autofree char *name = g_strdup_printf (
      g_dngettext (HV_GETTEXT_PACKAGE, "%u finding: %s", "%u findings: %s", overview->n_findings),
      overview->n_findings, brief);
  GtkWidget *card = gtk_button_new ();

  gtk_button_set_child (
      GTK_BUTTON (card),
      card_content (_ ("Findings"), hv_format_count (overview->n_findings), g_strdup (brief)));
  gtk_actionable_set_action_name (GTK_ACTIONABLE (card), "win.summary");
  gtk_widget_set_tooltip_text (card, _ ("Show the summary"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (card), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  gtk_widget_add_css_class (card, "findings-card");
  add_widget (self, card);
}

static void
hv_summary_dispose (GObject *object)
{
  clear (HV_SUMMARY (object));
  G_OBJECT_CLASS (hv_summary_parent_class)->dispose (object);
}

static void
hv_summary_class_init (HvSummaryClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = hv_summary_dispose;
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BOX_LAYOUT);
  gtk_widget_class_set_css_name (widget_class, "summary");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
}

static void
hv_summary_init (HvSummary *self)
{
  GtkBoxLayout *layout = GTK_BOX_LAYOUT (gtk_widget_get_layout_manager (GTK_WIDGET (self)));
  gtk_box_layout_set_spacing (layout, 10);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Totals"), -1);
}

GtkWidget *
hv_summary_new (void)
{
  return g_object_new (HV_TYPE_SUMMARY, NULL);
}

static gboolean
has (const HvProfile *profile, HvMetric metric)
{
  return hv_profile_has (profile, metric, HV_AT_END);
}

/* "3 802 blocks", or NULL where blocks are not known. */
static char *
blocks_note (const HvProfile *profile, HvMetric metric)
{
  if (!has (profile, metric))
    return NULL;
  return hv_label_blocks (profile, hv_profile_total (profile, metric));
}

static void
add_peak (HvSummary *self, const HvProfile *profile)
{
  int64_t peak = hv_profile_total (profile, HV_METRIC_PEAK_BYTES);
  g_autofree char *time = profile->peak_time >= 0 && profile->time_unit != HV_TIME_NONE
                              ? hv_format_time (profile, profile->peak_time)
                              : NULL;

  add_card (self, _ ("Peak"), hv_format_value (profile, HV_METRIC_PEAK_BYTES, peak),
            time ? g_strdup_printf (_ ("at %s"), time)
                 : blocks_note (profile, HV_METRIC_PEAK_BLOCKS));
}

static void
add_live (HvSummary *self, const HvProfile *profile)
{
  int64_t live = hv_profile_total (profile, HV_METRIC_LIVE_BYTES);
  gboolean recording = has (profile, HV_METRIC_PEAK_BYTES);
  char *note = NULL;

  if (recording)
    {
      g_autofree char *share = hv_format_percent (live,
                                                  hv_profile_total (profile, HV_METRIC_PEAK_BYTES));
      note = g_strdup_printf (_ ("%s of peak"), share);
    }
  else
    note = blocks_note (profile, HV_METRIC_LIVE_BLOCKS);
  add_card (self,
            recording                ? _ ("Live at the end")
            : profile->n_moments > 1 ? _ ("Live in the last dump")
                                     : _ ("Live"),
            hv_format_value (profile, HV_METRIC_LIVE_BYTES, live), note);
}

void
hv_summary_show (HvSummary *self, const HvProfile *profile, const HvOverview *overview)
{
  g_return_if_fail (HV_IS_SUMMARY (self));

  clear (self);
  if (has (profile, HV_METRIC_PEAK_BYTES))
    add_peak (self, profile);
  if (has (profile, HV_METRIC_LIVE_BYTES))
    add_live (self, profile);
  if (has (profile, HV_METRIC_TOTAL_BLOCKS))
    {
      g_autofree char *bytes = has (profile, HV_METRIC_TOTAL_BYTES) ? hv_format_value (
                                   profile, HV_METRIC_TOTAL_BYTES,
                                   hv_profile_total (profile, HV_METRIC_TOTAL_BYTES))
                                                                    : NULL;
      add_card (self, _ ("Allocations"),
                hv_format_value (profile, HV_METRIC_TOTAL_BLOCKS,
                                 hv_profile_total (profile, HV_METRIC_TOTAL_BLOCKS)),
                bytes ? g_strdup_printf (_ ("%s in total"), bytes) : NULL);
    }
  else if (has (profile, HV_METRIC_TOTAL_BYTES))
    add_card (self, _ ("Allocated"),
              hv_format_value (profile, HV_METRIC_TOTAL_BYTES,
                               hv_profile_total (profile, HV_METRIC_TOTAL_BYTES)),
              NULL);
  if (has (profile, HV_METRIC_TEMPORARY_BLOCKS))
    {
      int64_t temporary = hv_profile_total (profile, HV_METRIC_TEMPORARY_BLOCKS);
      add_card (self, _ ("Temporary"),
                hv_format_percent (temporary, hv_profile_total (profile, HV_METRIC_TOTAL_BLOCKS)),
                hv_format_value (profile, HV_METRIC_TEMPORARY_BLOCKS, temporary));
    }
  if (profile->peak_rss_bytes > 0)
    add_card (self, _ ("Peak RSS"), hv_format_bytes (profile->peak_rss_bytes), NULL);
  if (profile->sample_period > 0)
    {
      g_autofree char *period = hv_format_bytes (profile->sample_period);
      add_card (self, _ ("Sampled"), g_strdup_printf (_ ("1 in %s"), period), NULL);
    }
  if (profile->n_moments > 1 && profile->moment[0].kind == HV_MOMENT_DUMP)
    add_card (self, _ ("Dumps"), hv_format_count (profile->n_moments), NULL);
  if (overview && overview->n_findings)
    add_findings (self, profile, overview);
}
