/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "viewer/widgets/i18n.h"

#include "store/units.h"
#include "viewer/draw/titles.h"
#include "viewer/widgets/labels.h"
#include "viewer/window/profile-view-private.h"

#include "viewer/window/view-shot.h"

#include <string.h>

/* A narrow window makes no narrow picture. */
#define MIN_WIDTH 800
#define MAX_WIDTH 8000
#define PNG_SCALE 2

struct HvViewShot
{
  HvScene *scene;
  HvReport report; /* of the scene, with what is in view */
  guint8 *matches;
  char *search, *found, *sentence, *font;
  HvGrid *grid;        /* the table that is shown, or the numbers of what is; NULL: none */
  HvSeenPicture *seen; /* what is shown in place of both; NULL: nothing */
  gboolean table;      /* it is all that is shown */
  gboolean dark;
  double width;
};

static void
take_table (HvViewShot *shot, HvProfileView *view)
{
  HvCostTable *table = NULL;
  gboolean diff = shot->scene->diff != NULL;
  const char *name = NULL;

  switch (hv_profile_view_get_page (view))
    {
    case HV_VIEW_PAGE_TABLE:
      table = diff ? HV_COST_TABLE (view->diff_table) : HV_COST_TABLE (view->call_table);
      name = diff ? _ ("What changed, by call path") : _ ("Call tree");
      break;
    case HV_VIEW_PAGE_SITES:
      table = diff ? NULL : HV_COST_TABLE (view->site_table);
      name = _ ("Sites");
      break;
    case HV_VIEW_PAGE_BUTTERFLY:
      shot->grid = hv_butterfly_get_grid (view->butterfly);
      shot->table = TRUE;
      return;
    default:
      /* below the flame graph of a diff */
      if (diff)
        shot->grid = hv_cost_table_get_grid (HV_COST_TABLE (view->diff_table), NULL);
      return;
    }
  if (!table)
    return;
  shot->table = TRUE;
  shot->grid = hv_cost_table_get_grid (table, name);
}

static char *
moments_get_text (gconstpointer profiles, guint row, guint column, gboolean plain)
{
  const HvMoment *m = &((const HvProfiles *) profiles)->current->moment[row];
  const int64_t numbers[] = { m->number,      m->time,         m->live_bytes,
                              m->live_blocks, m->total_blocks, m->rss_bytes };

  /* what the format does not say is empty */
  return numbers[column] < 0 ? g_strdup ("") : hv_plain_value (numbers[column]);
}

static guint
moments_get_depth (gconstpointer profiles, guint row)
{
  return 0;
}

/* The moments of a recording, with plain numbers. */
static HvGrid *
moments_grid (HvProfiles *profiles)
{
  static const char *const titles[] = { "moment",      "time",         "live_bytes",
                                        "live_blocks", "total_blocks", "rss_bytes" };
  HvGrid *grid = hv_grid_new_for_rows (
      NULL, G_N_ELEMENTS (titles),
      &(HvGridRows){ profiles->current->n_moments, hv_profiles_ref (profiles),
                     (GDestroyNotify) hv_profiles_unref, moments_get_text, moments_get_depth });

  for (guint i = 0; i < G_N_ELEMENTS (titles); i++)
    grid->column[i] = (HvGridColumn){ g_strdup (titles[i]), TRUE };
  return grid;
}

/* What is shown and is neither a flame graph nor a table; NULL: nothing. */
static GtkWidget *
seen_widget (HvProfileView *view)
{
  HvViewPage page = hv_profile_view_get_page (view);

  return gtk_widget_is_focus (GTK_WIDGET (view->timeline)) ? GTK_WIDGET (view->timeline)
         : page == HV_VIEW_PAGE_SUMMARY                    ? GTK_WIDGET (view->summary_page)
         : page == HV_VIEW_PAGE_SOURCE                     ? GTK_WIDGET (view->source)
                                                           : NULL;
}

gboolean
hv_view_shot_will_be_seen (HvProfileView *view)
{
  return view->scene && seen_widget (view) != NULL;
}

static void
take_seen (HvViewShot *shot, HvProfileView *view)
{
  GtkWidget *widget = seen_widget (view);

  if (!widget)
    take_table (shot, view);
  else
    shot->seen = hv_seen_picture_new (widget, view->timeline_head);
  if (widget == GTK_WIDGET (view->timeline))
    shot->grid = moments_grid (shot->scene->profiles);
}

HvSeenPicture *
hv_view_shot_get_seen (const HvViewShot *shot)
{
  return shot->seen;
}

static char *
font_of (GtkWidget *widget)
{
  const PangoFontDescription *font = pango_context_get_font_description (
      gtk_widget_get_pango_context (widget));

  return font ? pango_font_description_to_string (font) : NULL;
}

HvViewShot *
hv_view_shot_new (HvProfileView *view)
{
  if (!view->scene)
    return NULL;
  HvViewShot *shot = g_new0 (HvViewShot, 1);
  HvFlameGraph *flame = view->flame;
  HvReport *r = &shot->report;

  shot->scene = hv_scene_ref (view->scene);
  *r = view->scene->report;
  r->view = (guint) hv_flame_graph_get_view (flame);
  r->root_below = hv_flame_graph_get_root_below (flame);
  r->color_by = hv_palette_get_style ()->color_by;
  r->zoom = hv_flame_graph_get_zoom (flame);
  r->zoom_forests = hv_flame_graph_get_zoom_forests (flame);
  hv_flame_graph_get_viewport (flame, &r->scale, &r->left);
  const guint8 *matches = hv_flame_graph_get_matches (flame);
  if (matches)
    r->matches = shot->matches = g_memdup2 (matches, MAX (1, r->tree->n_keys));
  if (view->search)
    {
      r->search = shot->search = g_strdup (view->search_text);
      shot->found = g_strdup_printf (_ ("Search “%s”: %s"), view->search_text,
                                     gtk_label_get_text (view->match_total));
    }
  else if (view->status != HV_STATUS_SAME)
    shot->found = g_strdup_printf (_ ("Status: %s"), hv_label_status (view->status));
  if (view->scene->diff)
    shot->sentence = g_strdup (gtk_label_get_text (view->sentence));
  shot->font = font_of (GTK_WIDGET (flame));
  shot->dark = adw_style_manager_get_dark (adw_style_manager_get_default ());
  shot->width = CLAMP (gtk_widget_get_width (GTK_WIDGET (flame)), MIN_WIDTH, MAX_WIDTH);
  take_seen (shot, view);
  return shot;
}

void
hv_view_shot_free (HvViewShot *shot)
{
  if (!shot)
    return;
  g_clear_pointer (&shot->grid, hv_grid_free);
  g_clear_pointer (&shot->seen, hv_seen_picture_free);
  g_free (shot->matches);
  g_free (shot->search);
  g_free (shot->found);
  g_free (shot->sentence);
  g_free (shot->font);
  hv_scene_unref (shot->scene);
  g_free (shot);
}

gboolean
hv_view_shot_is_table (const HvViewShot *shot)
{
  return shot->table;
}

HvPicture
hv_view_shot_get_picture (HvViewShot *shot, gboolean paper)
{
  return (HvPicture){ .report = &shot->report,
                      .palette = hv_palette_get (shot->dark && !paper),
                      .grid = shot->table ? shot->grid : NULL,
                      .sentence = shot->sentence,
                      .found = shot->found,
                      .font = shot->font,
                      .width = shot->width };
}

gboolean
hv_view_shot_write (HvViewShot *shot, const char *kind, GString *out, GCancellable *cancellable,
                    GError **error)
{
  const HvExporter *exporter = hv_exporter_for_kind (kind);
  gboolean pdf = strcmp (kind, "pdf") == 0;
  HvPicture picture = hv_view_shot_get_picture (shot, pdf);

  picture.cancellable = cancellable;
  if (shot->seen && (pdf || strcmp (kind, "png") == 0 || strcmp (kind, "svg") == 0))
    {
      picture = hv_view_shot_get_picture (shot, FALSE);
      return hv_seen_picture_write (shot->seen, &picture, kind, out, error);
    }
  if (strcmp (kind, "png") == 0)
    return hv_picture_write_png (&picture, PNG_SCALE, out, error);
  if (pdf)
    return hv_picture_write_pdf (&picture, out, error);
  if (strcmp (kind, "csv") == 0 && shot->grid)
    return hv_grid_append_csv (shot->grid, out, cancellable, error);
  if (!exporter || !exporter->write)
    {
      g_set_error (error, HV_ERROR, HV_ERROR_USAGE,
                   _ ("The name’s ending chooses the kind; it can be one of: %s"),
                   hv_exporter_kinds ());
      return FALSE;
    }
  return exporter->write (&shot->report, out, error);
}

static HvGrid *
top_changes (const HvReport *r, const HvReportRows *rows)
{
  HvGrid *grid = hv_grid_new (_ ("What changed, by call path"), 6);
  const char *const titles[] = { _ ("Growth"), _ ("Base"), _ ("Current"),
                                 _ ("Status"), _ ("Site"), _ ("Source") };

  for (guint i = 0; i < rows->rows->len; i++)
    {
      const HvDiffRow *row = &g_array_index (rows->rows, HvDiffRow, i);
      const HvKey *key = row->row.key == HV_NO_KEY ? NULL : &r->rows_tree->key[row->row.key];
      if (row->delta == 0)
        continue;
      hv_grid_add_row (grid,
                       (char *[]){ hv_format_delta (r->profile, r->metric, row->delta),
                                   hv_format_value (r->base, r->metric, row->base),
                                   hv_format_value (r->profile, r->metric, row->current),
                                   g_strdup (hv_label_status (row->status)),
                                   g_strdup (key ? key->short_label : _ ("(no frame)")),
                                   hv_label_place (key) },
                       0);
    }
  for (guint i = 0; i < grid->n_columns; i++)
    grid->column[i] = (HvGridColumn){ g_strdup (titles[i]), i < 3 };
  grid->wide = 4;
  return grid;
}

static HvGrid *
top_sites (const HvReport *r, const HvReportRows *rows)
{
  HvGrid *grid = hv_grid_new (_ ("Sites"), 5);
  const char *const titles[] = { _ ("Self"), _ ("Share"), _ ("Inclusive"), _ ("Site"),
                                 _ ("Source") };

  for (guint i = 0; i < rows->rows->len; i++)
    {
      const HvRow *row = &g_array_index (rows->rows, HvDiffRow, i).row;
      const HvKey *key = row->key == HV_NO_KEY ? NULL : &r->rows_tree->key[row->key];
      int64_t self = row->self[HV_SIDE_CURRENT][HV_SLOT_COST];
      hv_grid_add_row (
          grid,
          (char *[]){
              hv_format_value (r->profile, r->metric, self),
              hv_format_percent (self, r->rows_tree->incl[HV_SIDE_CURRENT][HV_SLOT_COST][0]),
              hv_format_value (r->profile, r->metric, row->incl[HV_SIDE_CURRENT][HV_SLOT_COST]),
              g_strdup (key ? key->short_label : _ ("(no frame)")), hv_label_place (key) },
          0);
    }
  for (guint i = 0; i < grid->n_columns; i++)
    grid->column[i] = (HvGridColumn){ g_strdup (titles[i]), i < 3 };
  grid->wide = 3;
  return grid;
}

HvGrid *
hv_view_shot_get_top (HvViewShot *shot, guint n)
{
  HvReportRows rows;

  hv_report_rows (&shot->report, n, &rows);
  HvGrid *grid = shot->report.diff ? top_changes (&shot->report, &rows)
                                   : top_sites (&shot->report, &rows);
  hv_report_rows_clear (&rows);
  return grid;
}

static char *
name_of (const HvReport *r)
{
  g_autofree char *name = g_filename_display_basename (r->profile->path ? r->profile->path : "-");
  g_autofree char *base = r->base && r->base->path ? g_filename_display_basename (r->base->path)
                                                   : NULL;

  if (strcmp (name, "-") == 0)
    return g_strdup ("heap");
  return base && strcmp (base, name) != 0 ? g_strdup_printf ("%s-%s", base, name)
                                          : g_steal_pointer (&name);
}

char *
hv_view_shot_get_name (const HvViewShot *shot)
{
  return name_of (&shot->report);
}

char *
hv_view_shot_offer (HvProfileView *view, gboolean *table)
{
  HvViewPage page = hv_profile_view_get_page (view);

  *table = !hv_view_shot_will_be_seen (view)
           && (page == HV_VIEW_PAGE_TABLE || page == HV_VIEW_PAGE_SITES
               || page == HV_VIEW_PAGE_BUTTERFLY);
  return view->scene ? name_of (&view->scene->report) : NULL;
}
