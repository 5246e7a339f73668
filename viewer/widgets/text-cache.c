/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "viewer/widgets/text-cache.h"

#include <math.h>
#include <string.h>

/* Labels of a large file are many; what is on the screen is few. */
#define MAX_ENTRIES 20000
/* No line is longer: more bytes of a text are not looked at. */
#define MAX_BYTES 4000

typedef struct
{
  PangoFont *font; /* NULL: not one plain run, `layout` draws it */
  PangoGlyphString *glyphs;
  PangoLayout *layout;
  float width;
} Entry;

struct HvTextCache
{
  PangoContext *context;
  PangoAttrList *bold_attributes;
  GHashTable *entries[2]; /* regular, bold: text → Entry */
  float height, ascent;
};

static void
entry_free (gpointer data)
{
  Entry *entry = data;
  g_clear_object (&entry->font);
  g_clear_object (&entry->layout);
  g_clear_pointer (&entry->glyphs, pango_glyph_string_free);
  g_free (entry);
}

HvTextCache *
hv_text_cache_new (PangoContext *context)
{
  HvTextCache *cache = g_new0 (HvTextCache, 1);
  PangoFontMetrics *metrics = pango_context_get_metrics (context, NULL, NULL);

  cache->context = g_object_ref (context);
  cache->bold_attributes = pango_attr_list_new ();
  pango_attr_list_insert (cache->bold_attributes, pango_attr_weight_new (PANGO_WEIGHT_BOLD));
  for (guint i = 0; i < 2; i++)
    cache->entries[i] = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, entry_free);
  cache->ascent = ceilf ((float) pango_font_metrics_get_ascent (metrics) / PANGO_SCALE);
  cache->height = cache->ascent
                  + ceilf ((float) pango_font_metrics_get_descent (metrics) / PANGO_SCALE);
  pango_font_metrics_unref (metrics);
  return cache;
}

void
hv_text_cache_free (HvTextCache *cache)
{
  if (!cache)
    return;
  for (guint i = 0; i < 2; i++)
    g_clear_pointer (&cache->entries[i], g_hash_table_unref);
  g_clear_pointer (&cache->bold_attributes, pango_attr_list_unref);
  g_clear_object (&cache->context);
  g_free (cache);
}

float
hv_text_cache_height (const HvTextCache *cache)
{
  return cache->height;
}

static gboolean
is_plain (const char *text)
{
  for (; *text; text++)
    if (*text < ' ' || *text > '~')
      return FALSE;
  return TRUE;
}

static void
shape (HvTextCache *cache, Entry *entry, const char *text, gboolean bold)
{
  int length = (int) strlen (text);
  GList *items = pango_itemize (cache->context, text, 0, length,
                                bold ? cache->bold_attributes : NULL, NULL);

  if (items && !items->next)
    {
      PangoItem *item = items->data;
      entry->font = g_object_ref (item->analysis.font);
      entry->glyphs = pango_glyph_string_new ();
      pango_shape_full (text, length, text, length, &item->analysis, entry->glyphs);
      entry->width = (float) pango_glyph_string_get_width (entry->glyphs) / PANGO_SCALE;
    }
  g_list_free_full (items, (GDestroyNotify) pango_item_free);
}

/* The first bytes of a text, of whole letters; NULL: all of it. */
static char *
cut (const char *text)
{
  if (strnlen (text, MAX_BYTES + 1) <= MAX_BYTES)
    return NULL;
  return g_strndup (text, (gsize) (g_utf8_find_prev_char (text, text + MAX_BYTES) - text));
}

/* Forgets the other entries where there are too many. */
static Entry *
lookup (HvTextCache *cache, const char *whole, gboolean bold)
{
  GHashTable *table = cache->entries[bold != FALSE];
  g_autofree char *start = cut (whole);
  const char *text = start ? start : whole;
  Entry *entry = g_hash_table_lookup (table, text);
  if (entry)
    return entry;

  if (g_hash_table_size (table) >= MAX_ENTRIES)
    g_hash_table_remove_all (table);
  entry = g_new0 (Entry, 1);
  if (*text && is_plain (text))
    shape (cache, entry, text, bold);
  if (!entry->font)
    {
      int width;
      entry->layout = pango_layout_new (cache->context);
      pango_layout_set_text (entry->layout, text, -1);
      pango_layout_set_single_paragraph_mode (entry->layout, TRUE);
      pango_layout_set_ellipsize (entry->layout, PANGO_ELLIPSIZE_END);
      if (bold)
        pango_layout_set_attributes (entry->layout, cache->bold_attributes);
      pango_layout_get_pixel_size (entry->layout, &width, NULL);
      entry->width = width;
    }
  g_hash_table_insert (table, g_strdup (text), entry);
  return entry;
}

float
hv_text_cache_width (HvTextCache *cache, const char *text, gboolean bold)
{
  return lookup (cache, text, bold)->width;
}

static float
append_layout (HvTextCache *cache, GtkSnapshot *snapshot, Entry *entry, const GdkRGBA *color,
               float x, float y, float width)
{
  int used;

  pango_layout_set_width (entry->layout, entry->width > width ? (int) (width * PANGO_SCALE) : -1);
  pango_layout_get_pixel_size (entry->layout, &used, NULL);
  if (used > width + 1)
    return 0;
  gtk_snapshot_save (snapshot);
  /* Fallback fonts are taller than the line: align baselines, not tops. */
  gtk_snapshot_translate (
      snapshot,
      &GRAPHENE_POINT_INIT (
          x, y + cache->ascent
                 - roundf ((float) pango_layout_get_baseline (entry->layout) / PANGO_SCALE)));
  gtk_snapshot_append_layout (snapshot, entry->layout, color);
  gtk_snapshot_restore (snapshot);
  return used;
}

static void
append_glyphs (GtkSnapshot *snapshot, PangoFont *font, PangoGlyphString *glyphs,
               const GdkRGBA *color, float x, float baseline)
{
  g_autoptr (GskRenderNode)
      node = gsk_text_node_new (font, glyphs, color, &GRAPHENE_POINT_INIT (x, baseline));
  if (node)
    gtk_snapshot_append_node (snapshot, node);
}

float
hv_text_cache_append (HvTextCache *cache, GtkSnapshot *snapshot, const char *text, gboolean bold,
                      const GdkRGBA *color, float x, float y, float width)
{
  if (!*text || width < 1)
    return 0;
  Entry *entry = lookup (cache, text, bold);

  if (!entry->font)
    return append_layout (cache, snapshot, entry, color, x, y, width);
  if (entry->width <= width)
    {
      append_glyphs (snapshot, entry->font, entry->glyphs, color, x, y + cache->ascent);
      return entry->width;
    }

  /* "…" is not ASCII and must be shaped apart; its width is the dots' own. */
  float dots = hv_text_cache_width (cache, "...", bold);
  float used = 0;
  entry = lookup (cache, text, bold); /* may have been forgotten for the dots */
  int count = 0;
  while (count < entry->glyphs->num_glyphs)
    {
      float next = used + (float) entry->glyphs->glyphs[count].geometry.width / PANGO_SCALE;
      if (next + dots > width)
        break;
      used = next;
      count++;
    }
  if (count < 2)
    return 0;

  PangoGlyphString *part = pango_glyph_string_new ();
  pango_glyph_string_set_size (part, count);
  memcpy (part->glyphs, entry->glyphs->glyphs, sizeof (PangoGlyphInfo) * (guint) count);
  memcpy (part->log_clusters, entry->glyphs->log_clusters, sizeof (int) * (guint) count);
  append_glyphs (snapshot, entry->font, part, color, x, y + cache->ascent);
  pango_glyph_string_free (part);
  entry = lookup (cache, "...", bold);
  if (entry->font)
    append_glyphs (snapshot, entry->font, entry->glyphs, color, x + used, y + cache->ascent);
  return used + dots;
}
