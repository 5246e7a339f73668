/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "svg-text.h"

#include <string.h>

/* Advance widths of U+0020 … U+007E in hundredths of the size, of DejaVu Sans: the widest of the
 * faces the style sheet names, so that what fits here fits in all of them. */
static const guint8 ascii_width[95] = {
  32, 40, 46, 84, 64, 95, 78, 28, 39,  39, 50, 84, 32, 36, 32, 34, 64, 64, 64, 64, 64, 64, 64, 64,
  64, 64, 34, 34, 84, 84, 84, 53, 100, 68, 69, 70, 77, 63, 58, 78, 75, 30, 30, 66, 56, 86, 75, 79,
  60, 79, 70, 64, 61, 73, 68, 99, 69,  61, 69, 39, 34, 39, 84, 50, 50, 61, 64, 55, 64, 62, 35, 64,
  63, 28, 28, 58, 28, 98, 63, 61, 64,  64, 41, 52, 39, 63, 59, 82, 59, 59, 53, 64, 34, 64, 84,
};
#define BOLD_FACTOR 1.13

static gunichar
next_char (const char **text)
{
  gunichar c = g_utf8_get_char_validated (*text, -1);

  if (c == (gunichar) -1 || c == (gunichar) -2)
    {
      (*text)++;
      return 0xfffd;
    }
  *text = g_utf8_next_char (*text);
  if ((c < 0x20 && c != '\n') || (c >= 0x7f && c < 0xa0) || c == 0x2028 || c == 0x2029
      || (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) || (c & 0xfffe) == 0xfffe)
    return 0xfffd;
  return c;
}

static void
append_char (GString *out, gunichar c)
{
  switch (c)
    {
    case '&':
      g_string_append (out, "&amp;");
      break;
    case '<':
      g_string_append (out, "&lt;");
      break;
    case '>':
      g_string_append (out, "&gt;");
      break;
    case '"':
      g_string_append (out, "&quot;");
      break;
    case '\'':
      g_string_append (out, "&#39;");
      break;
    default:
      g_string_append_unichar (out, c);
    }
}

void
hv_svg_append_escaped (GString *out, const char *text)
{
  while (*text != '\0')
    append_char (out, next_char (&text));
}

char *
hv_svg_shorten (const char *text, guint max)
{
  GString *out = g_string_new (NULL);
  guint length = 0;

  for (const char *at = text; *at != '\0'; length++)
    next_char (&at);
  guint head = length > max ? max / 2 : length, tail = length > max ? max - head - 1 : 0;
  for (guint i = 0; *text != '\0'; i++)
    {
      gunichar c = next_char (&text);

      if (i < head || i >= length - tail)
        g_string_append_unichar (out, c == '\n' ? 0xfffd : c);
      else if (i == head)
        g_string_append_unichar (out, 0x2026);
    }
  return g_string_free (out, FALSE);
}

void
hv_svg_append_shortened (GString *out, const char *text, guint max)
{
  g_autofree char *line = hv_svg_shorten (text, max);

  hv_svg_append_escaped (out, line);
}

char *
hv_svg_escape_take (char *text)
{
  GString *out = g_string_new (NULL);

  hv_svg_append_escaped (out, text);
  g_free (text);
  return g_string_free (out, FALSE);
}

static double
char_width (gunichar c)
{
  if (c >= 0x20 && c < 0x7f)
    return ascii_width[c - 0x20] / 100.0;
  if (g_unichar_iszerowidth (c))
    return 0;
  if (c == 0x202f)
    return 0.2;
  return g_unichar_iswide (c) || c == 0xfffd ? 1.05 : c >= 0x1f000 ? 1.3 : 0.72;
}

double
hv_svg_text_width (const char *text, double size, gboolean bold)
{
  double width = 0;

  while (*text != '\0')
    width += char_width (next_char (&text));
  return width * size * (bold ? BOLD_FACTOR : 1);
}

char *
hv_svg_fit_text (const char *text, double width, double size)
{
  double used = 0, ellipsis = char_width (0x2026) * size;
  const char *cut = text;
  guint n_cut = 0;

  for (const char *at = text; *at != '\0';)
    {
      used += char_width (next_char (&at)) * size;
      if (used > width)
        return n_cut < 2 ? NULL : g_strdup_printf ("%.*s…", (int) (cut - text), text);
      if (used + ellipsis <= width)
        {
          cut = at;
          n_cut++;
        }
    }
  return g_strdup (text);
}

char **
hv_svg_wrap_text (const char *text, double width, double size)
{
  g_auto (GStrv) words = g_strsplit (text, " ", -1);
  g_autoptr (GStrvBuilder) lines = g_strv_builder_new ();
  g_autoptr (GString) line = g_string_new (NULL);
  double used = 0;

  for (char **word = words; *word != NULL; word++)
    {
      double more = hv_svg_text_width (*word, size, FALSE);

      if (line->len != 0 && used + char_width (' ') * size + more > width)
        {
          g_strv_builder_add (lines, line->str);
          g_string_truncate (line, 0);
          used = 0;
        }
      if (line->len != 0)
        {
          g_string_append_c (line, ' ');
          used += char_width (' ') * size;
        }
      g_string_append (line, *word);
      used += more;
    }
  if (line->len != 0)
    g_strv_builder_add (lines, line->str);
  return g_strv_builder_end (lines);
}
