/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "viewer/widgets/i18n.h"

#include <gio/gio.h>

#include "store/units.h"
#include "viewer/widgets/finding-text.h"
#include "viewer/widgets/labels.h"

#include "viewer/widgets/summary-facts.h"

static GtkWidget *
new_grid (void)
{
  GtkWidget *grid = gtk_grid_new ();

  gtk_grid_set_row_spacing (GTK_GRID (grid), 6);
  gtk_grid_set_column_spacing (GTK_GRID (grid), 16);
  return grid;
}

static int
n_rows (GtkWidget *grid)
{
  int n = 0;

  while (gtk_grid_get_child_at (GTK_GRID (grid), 0, n))
    n++;
  return n;
}

static GtkWidget *
cell (const char *text, float xalign)
{
  GtkWidget *label = gtk_label_new (text);

  /* no align of the widget: a label that wraps would be asked for its width at each height */
  gtk_label_set_xalign (GTK_LABEL (label), xalign);
  gtk_label_set_yalign (GTK_LABEL (label), 0);
  return label;
}

static void
make_long (GtkWidget *label)
{
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_selectable (GTK_LABEL (label), TRUE);
  gtk_widget_set_focusable (label, FALSE);
  gtk_widget_set_hexpand (label, TRUE);
}

/* --- totals --- */

/* Takes the texts. */
static void
add_total (GtkWidget *grid, const char *name, char *value, char *exact)
{
  int row = n_rows (grid);
  GtkWidget *title = cell (name, 0), *number = cell (value, 1), *detail = cell (exact, 0);

  gtk_widget_add_css_class (title, "dim-label");
  gtk_widget_add_css_class (number, "strong");
  gtk_widget_add_css_class (number, "numeric");
  gtk_widget_add_css_class (detail, "numeric");
  gtk_widget_add_css_class (detail, "dim-label");
  make_long (detail);
  gtk_grid_attach (GTK_GRID (grid), title, 0, row, 1, 1);
  gtk_grid_attach (GTK_GRID (grid), number, 1, row, 1, 1);
  gtk_grid_attach (GTK_GRID (grid), detail, 2, row, 1, 1);
  g_free (value);
  g_free (exact);
}

/* "112 345 678 B in 171 601 blocks", as far as the profile tells; `when` may be NULL. */
static char *
exact_text (const HvProfile *profile, HvMetric metric, const char *when)
{
  HvMetric partner = hv_metric_partner (metric);
  int64_t value = hv_profile_total (profile, metric);
  g_autofree char *count = hv_format_count (value);
  g_autoptr (GString) text = g_string_new (NULL);

  if (!profile->byte_unit)
    g_string_append_printf (text, "%s B", count);
  if (partner < HV_N_METRICS && profile->column[partner])
    {
      g_autofree char *blocks = hv_label_blocks (profile, hv_profile_total (profile, partner));
      g_string_append_printf (text, "%s%s", text->len ? " · " : "", blocks);
    }
  if (when)
    g_string_append_printf (text, "%s%s", text->len ? " · " : "", when);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static void
add_metric (GtkWidget *grid, const HvProfile *profile, HvMetric metric, const char *name,
            const char *when)
{
  if (profile->column[metric])
    add_total (grid, name, hv_format_value (profile, metric, hv_profile_total (profile, metric)),
               exact_text (profile, metric, when));
}

static void
add_bytes (GtkWidget *grid, const char *name, int64_t bytes)
{
  g_autofree char *count = hv_format_count (bytes);

  if (bytes > 0)
    add_total (grid, name, hv_format_bytes (bytes), g_strdup_printf ("%s B", count));
}

GtkWidget *
hv_summary_totals (const HvProfile *profile)
{
  GtkWidget *grid = new_grid ();
  gboolean timed = profile->peak_time >= 0 && profile->time_unit != HV_TIME_NONE;
  g_autofree char *time = timed ? hv_format_time (profile, profile->peak_time) : NULL;
  g_autofree char *when = time ? g_strdup_printf (_ ("at %s"), time) : NULL;
  const char *live = profile->column[HV_METRIC_PEAK_BYTES] ? _ ("Live at the end")
                     : profile->n_moments > 1              ? _ ("Live in the last dump")
                                                           : _ ("Live");

  add_metric (grid, profile, HV_METRIC_PEAK_BYTES, _ ("Peak"), when);
  add_metric (grid, profile, HV_METRIC_LIVE_BYTES, live, NULL);
  add_bytes (grid, _ ("… suppressed"), profile->suppressed_bytes);
  add_metric (grid, profile, HV_METRIC_TOTAL_BYTES,
              profile->byte_unit ? _ ("Counted") : _ ("Allocated"), NULL);
  if (profile->column[HV_METRIC_TEMPORARY_BLOCKS])
    {
      int64_t temporary = hv_profile_total (profile, HV_METRIC_TEMPORARY_BLOCKS);
      add_total (grid, _ ("Temporary"), hv_format_count (temporary),
                 hv_share_text (profile, HV_METRIC_TOTAL_BLOCKS, temporary,
                                hv_profile_total (profile, HV_METRIC_TOTAL_BLOCKS)));
    }
  add_metric (grid, profile, HV_METRIC_READ_BYTES, _ ("Read"), NULL);
  add_metric (grid, profile, HV_METRIC_WRITE_BYTES, _ ("Written"), NULL);
  add_bytes (grid, _ ("Peak RSS"), profile->peak_rss_bytes);
  return grid;
}

/* --- the recording --- */

/* Takes `value`; nothing where it is NULL or empty. */
static void
add_fact (GtkWidget *grid, const char *name, char *value)
{
  int row = n_rows (grid);
  GtkWidget *title, *text;

  if (value && *value)
    {
      g_autofree char *shown = hv_label_cut (value, HV_LABEL_MAX_FACT);
      title = cell (name, 0);
      text = cell (shown, 0);
      gtk_widget_add_css_class (title, "dim-label");
      make_long (text);
      gtk_grid_attach (GTK_GRID (grid), title, 0, row, 1, 1);
      gtk_grid_attach (GTK_GRID (grid), text, 1, row, 1, 1);
    }
  g_free (value);
}

static void
add_count (GtkWidget *grid, const char *name, int64_t count)
{
  if (count > 0)
    add_fact (grid, name, hv_format_count (count));
}

static void
add_file (GtkWidget *grid, const HvProfile *profile)
{
  const char *path = profile->location ? profile->location : profile->path;
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GFileInfo)
      info = g_file_query_info (file,
                                G_FILE_ATTRIBUTE_STANDARD_SIZE "," G_FILE_ATTRIBUTE_STANDARD_TYPE
                                                               "," G_FILE_ATTRIBUTE_TIME_MODIFIED,
                                G_FILE_QUERY_INFO_NONE, NULL, NULL);

  add_fact (grid, _ ("File"), hv_label_path (path));
  if (!info || g_file_info_get_file_type (info) != G_FILE_TYPE_REGULAR)
    return;
  g_autofree char *exact = hv_format_count (g_file_info_get_size (info));
  g_autofree char *size = hv_format_bytes (g_file_info_get_size (info));
  add_fact (grid, _ ("Size of the file"), g_strdup_printf ("%s · %s B", size, exact));
  g_autoptr (GDateTime) written = g_file_info_get_modification_date_time (info);
  g_autoptr (GDateTime) local = written ? g_date_time_to_local (written) : NULL;
  if (local)
    add_fact (grid, _ ("Last changed"), g_date_time_format (local, "%F %R"));
}

GtkWidget *
hv_summary_recording (const HvProfile *profile)
{
  GtkWidget *grid = new_grid ();
  const char *variant = hv_profile_string (profile, profile->variant);
  gboolean dumps = profile->n_moments > 1 && profile->moment[0].kind == HV_MOMENT_DUMP;

  add_fact (grid, _ ("Command"), g_strdup (hv_profile_string (profile, profile->command)));
  add_fact (grid, _ ("Format"),
            *variant ? g_strdup_printf ("%s (%s)", hv_label_format (profile->format), variant)
                     : g_strdup (hv_label_format (profile->format)));
  if (profile->sample_period > 1)
    {
      g_autofree char *period = hv_format_bytes (profile->sample_period);
      add_fact (grid, _ ("Sampling"), g_strdup_printf (_ ("one sample every %s"), period));
    }
  if (profile->duration > 0 && profile->time_unit != HV_TIME_NONE)
    add_fact (grid, _ ("Time span"), hv_format_time (profile, profile->duration));
  if (profile->pid > 0)
    add_fact (grid, _ ("Process"), g_strdup_printf ("%" G_GINT64_FORMAT, profile->pid));
  add_file (grid, profile);
  add_count (grid, dumps ? _ ("Dumps") : _ ("Moments"), profile->n_moments);
  add_count (grid, _ ("Call paths"), profile->n_sites);
  add_count (grid, _ ("Threads"), profile->n_threads);
  add_count (grid, _ ("Modules"), profile->n_modules);
  return grid;
}

/* --- what is not known --- */

GtkWidget *
hv_summary_limits (const HvProfile *profile, const gboolean *limits)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);

  for (HvLimit limit = 0; limit < HV_N_LIMITS; limit++)
    if (limits[limit])
      {
        g_autofree char *text = hv_limit_text (profile, limit);
        GtkWidget *label = cell (text, 0);
        make_long (label);
        gtk_box_append (GTK_BOX (box), label);
      }
  return box;
}
