/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "text-layout.h"

#include <string.h>

/* Columns that `text` takes: a wide (CJK) character takes two, a combining mark none. */
static int
text_width (const char *text)
{
  int width = 0;

  for (; *text; text = g_utf8_next_char (text))
    {
      gunichar c = g_utf8_get_char (text);
      width += g_unichar_iszerowidth (c) ? 0 : g_unichar_iswide (c) ? 2 : 1;
    }
  return width;
}

/* `text` in at most `width` columns, its middle replaced by "…"; control characters become blanks.
 * The end of a name tells more than its middle. */
char *
hv_text_fit (const char *text, int width)
{
  g_autofree char *clean = g_strdup (text);

  for (char *c = clean; *c; c++)
    if ((unsigned char) *c < ' ' || *c == 0x7f)
      *c = ' ';
  if (text_width (clean) <= width)
    return g_steal_pointer (&clean);
  if (width < 2)
    return g_strdup (width == 1 ? "…" : "");

  int left = (width - 1) * 3 / 5, right = width - 1 - left, used = 0;
  const char *head = clean, *tail = clean + strlen (clean);
  while (TRUE)
    {
      gunichar c = g_utf8_get_char (head);
      int w = g_unichar_iszerowidth (c) ? 0 : g_unichar_iswide (c) ? 2 : 1;
      if (used + w > left)
        break;
      used += w;
      head = g_utf8_next_char (head);
    }
  used = 0;
  while (TRUE)
    {
      const char *before = g_utf8_prev_char (tail);
      gunichar c = g_utf8_get_char (before);
      int w = g_unichar_iszerowidth (c) ? 0 : g_unichar_iswide (c) ? 2 : 1;
      if (used + w > right)
        break;
      used += w;
      tail = before;
    }
  g_autofree char *start = g_strndup (clean, (gsize) (head - clean));
  return g_strconcat (start, "…", tail, NULL);
}

static void
append_padded (GString *out, const char *text, int width, gboolean right)
{
  int pad = width - text_width (text);

  for (int i = 0; right && i < pad; i++)
    g_string_append_c (out, ' ');
  g_string_append (out, text);
  for (int i = 0; !right && i < pad; i++)
    g_string_append_c (out, ' ');
}

/* Breaks `text` between words into lines of at most HV_TEXT_WIDTH columns, each after `indent`. */
void
hv_text_wrap (GString *out, const char *text, const char *indent)
{
  g_auto (GStrv) words = g_strsplit (text, " ", -1);
  int at = 0;

  for (guint i = 0; words[i]; i++)
    {
      g_autofree char *word = hv_text_fit (words[i], HV_TEXT_WIDTH - text_width (indent));
      int width = text_width (word);
      if (at && at + 1 + width > HV_TEXT_WIDTH)
        {
          g_string_append_c (out, '\n');
          at = 0;
        }
      g_string_append (out, at ? " " : indent);
      at += at ? 1 : text_width (indent);
      g_string_append (out, word);
      at += width;
    }
  g_string_append_c (out, '\n');
}

/* "function ← caller" in at most `width` columns: both are cut, so that neither is lost, and the
 * caller, which is the program's own, last. */
static char *
fit_call (const char *call, int width)
{
  static const char between[] = " ← ";
  const char *arrow = strstr (call, between);
  int room = width - 3;

  if (arrow == NULL || room < 16 || text_width (call) <= width)
    return hv_text_fit (call, width);
  g_autofree char *function = g_strndup (call, (gsize) (arrow - call));
  const char *caller = arrow + strlen (between);
  int most = MAX (room - text_width (function), room * 2 / 3);
  int of_caller = MIN (text_width (caller), most);
  g_autofree char *left = hv_text_fit (function, room - of_caller);
  g_autofree char *right = hv_text_fit (caller, of_caller);
  return g_strconcat (left, between, right, NULL);
}

/* "name\tsource" in at most `width` columns: the name is cut first, the source kept while there is
 * room for both. */
static char *
fit_place (const char *place, int width)
{
  const char *tab = strchr (place, '\t');

  if (tab == NULL)
    return fit_call (place, width);
  g_autofree char *name = g_strndup (place, (gsize) (tab - place));
  int source = text_width (tab + 1);
  if (text_width (name) + 2 + source > width && width - 2 - source < 16)
    return fit_call (name, width);
  g_autofree char *fitted = fit_call (name, width - 2 - source);
  return g_strdup_printf ("%s  %s", fitted, tab + 1);
}

void
hv_table_init (HvTable *table, guint n)
{
  table->n = n;
  table->cells = g_ptr_array_new_with_free_func (g_free);
}

void
hv_table_add (HvTable *table, char *cell)
{
  g_ptr_array_add (table->cells, cell);
}

void
hv_table_append (HvTable *table, GString *out, const char *left_aligned)
{
  int width[12] = { 0 }, used = 1;
  guint per_row = table->n + 1;

  for (guint i = 0; i < table->cells->len; i++)
    if (i % per_row < table->n)
      width[i % per_row] = MAX (width[i % per_row], text_width (table->cells->pdata[i]));
  for (guint c = 0; c < table->n; c++)
    used += width[c] + 2;
  for (guint i = 0; i < table->cells->len; i++)
    {
      guint c = i % per_row;
      if (c < table->n)
        {
          g_string_append (out, c ? "  " : " ");
          append_padded (out, table->cells->pdata[i], width[c], left_aligned[c] != 'l');
        }
      else
        {
          g_autofree char *last = fit_place (table->cells->pdata[i], HV_TEXT_WIDTH - used - 1);
          g_string_append_printf (out, "  %s\n", last);
        }
    }
  g_ptr_array_unref (table->cells);
}

/* One of several facts on a line that breaks between them. */
void
hv_facts_add (GPtrArray *facts, const char *format, ...)
{
  va_list args;

  va_start (args, format);
  g_ptr_array_add (facts, g_strdup_vprintf (format, args));
  va_end (args);
}

void
hv_facts_append (GString *out, const GPtrArray *facts)
{
  int at = 0;

  for (guint i = 0; i < facts->len; i++)
    {
      g_autofree char *fact = hv_text_fit (facts->pdata[i], HV_TEXT_WIDTH - 2);
      int width = text_width (fact);
      if (at && at + 3 + width > HV_TEXT_WIDTH)
        {
          g_string_append_c (out, '\n');
          at = 0;
        }
      g_string_append (out, at ? "   " : "  ");
      at += at ? 3 : 2;
      g_string_append (out, fact);
      at += width;
    }
  if (at)
    g_string_append_c (out, '\n');
}
