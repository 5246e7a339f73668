/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "store/canonical.h"
#include "store/frame-key.h"
#include "symbols.h"

/* What the symboliser says of addresses, compared with what llvm-symbolizer does. */

/* What is at each address, "function\nfile:line\n" a frame, as llvm-symbolizer prints it. */
static inline void
take_text (gsize index, const HvObjectFrame *frames, gsize n, gpointer user)
{
  char **texts = user;
  GString *text = g_string_new (NULL);

  for (gsize i = 0; i < n; i++)
    {
      g_string_append_printf (text, "%s\n%s:%u\n", frames[i].function,
                              frames[i].file ? frames[i].file : "??", frames[i].line);
      g_assert_true (frames[i].inlined == (i + 1 < n));
    }
  g_assert_null (texts[index]);
  texts[index] = g_string_free (text, FALSE);
}

typedef struct
{
  guint addresses, frames, depth, place, name;
} Agreement;

static inline char *
plain_name (const char *raw)
{
  g_autofree char *readable = hv_demangle (raw);
  g_autoptr (GString) path = g_string_new (NULL);

  hv_canonical_path (path, NULL, readable);
  return g_strdup (hv_basename (path->str));
}

/* Whether one of two qualified names ends in the other: llvm-symbolizer prints "get" where we print
 * "(anonymous namespace)::Cache::get". */
static inline gboolean
names_agree (const char *ours, const char *theirs)
{
  g_autofree char *a = plain_name (ours), *b = plain_name (theirs);

  return g_str_has_suffix (a, b) || g_str_has_suffix (b, a);
}

static inline gboolean
places_agree (const char *ours, const char *theirs)
{
  /* llvm-symbolizer falls back to the name of the object file's source, with line 0 */
  if (g_str_has_suffix (theirs, ":0") && g_str_has_suffix (ours, ":0"))
    return TRUE;
  g_autofree char *a = g_canonicalize_filename (ours, "/");
  g_autofree char *b = g_canonicalize_filename (theirs, "/");
  return strcmp (a, b) == 0;
}

/* Compares what we find at addresses with blocks of "function\nfile:line[:column]\n…". */
static inline Agreement
judge (HvObject *object, GArray *sites, char **theirs)
{
  g_autofree char **ours = g_new0 (char *, sites->len + 1);
  Agreement agreement = { 0 };
  gint64 start = g_get_monotonic_time ();

  g_assert_true (hv_object_resolve (object, (const uint64_t *) (void *) sites->data, sites->len,
                                    NULL, take_text, ours));
  double ms = (double) (g_get_monotonic_time () - start) / 1000;
  for (guint i = 0; i < sites->len && theirs[i]; i++)
    {
      uint64_t address = g_array_index (sites, uint64_t, i);
      g_auto (GStrv) a = g_strsplit (ours[i] ? ours[i] : "??\n??:0\n", "\n", -1);
      g_auto (GStrv) b = g_strsplit (g_strchomp (theirs[i]), "\n", -1);
      guint depth = g_strv_length (a) / 2, their_depth = (g_strv_length (b) + 1) / 2;
      gboolean place = TRUE, name = TRUE;
      agreement.addresses++;
      agreement.depth += depth == their_depth;
      for (guint f = 0; depth == their_depth && f < depth; f++)
        {
          char *colon = strrchr (b[2 * f + 1], ':');
          if (colon && strchr (b[2 * f + 1], ':') != colon)
            *colon = 0;
          place &= places_agree (a[2 * f + 1], b[2 * f + 1]);
          /* of code without debug information it names the nearest symbol */
          name &= names_agree (a[2 * f], b[2 * f]) || strcmp (a[2 * f], "??") == 0;
          if (!(place && name))
            g_test_message ("%" G_GINT64_MODIFIER "x, frame %u: %s %s, not %s %s", address, f,
                            a[2 * f], a[2 * f + 1], b[2 * f], b[2 * f + 1]);
        }
      if (depth == their_depth)
        {
          agreement.frames += depth;
          agreement.place += place;
          agreement.name += name;
        }
      else
        g_test_message ("%" G_GINT64_MODIFIER "x: %u frames, not %u:\n%snot\n%s", address, depth,
                        their_depth, ours[i] ? ours[i] : "", theirs[i]);
    }
  for (guint i = 0; i < sites->len; i++)
    g_free (ours[i]);
  g_test_message ("%u addresses, %u frames; same depth %u, place %u, name %u; %.1f ms",
                  agreement.addresses, agreement.frames, agreement.depth, agreement.place,
                  agreement.name, ms);
  return agreement;
}

static inline char **
ask_llvm (const char *path, GArray *sites)
{
  g_autoptr (GString) input = g_string_new (NULL);

  for (guint i = 0; i < sites->len; i++)
    g_string_append_printf (input, "0x%" G_GINT64_MODIFIER "x\n",
                            g_array_index (sites, uint64_t, i));
  g_autofree char *output = run (input->str, "llvm-symbolizer --obj='%s' --inlines --no-demangle",
                                 path);
  g_assert_nonnull (output);
  return g_strsplit (output, "\n\n", -1);
}
