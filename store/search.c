/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "search.h"

#include "scope.h"

typedef struct
{
  GRegex *regex;
  HvScope scope;
  gboolean excluded;
} Word;

/* Of one search: the same text is asked of thousands of keys. */
typedef struct
{
  const HvTree *tree;
  const HvDiff *diff;
} Scope;

static void
word_clear (gpointer data)
{
  g_clear_pointer (&((Word *) data)->regex, g_regex_unref);
}

static gboolean
has_upper (const char *text)
{
  for (; *text; text = g_utf8_next_char (text))
    if (g_unichar_isupper (g_utf8_get_char (text)))
      return TRUE;
  return FALSE;
}

static GArray *
parse (const char *text, gboolean match_case)
{
  GArray *words = g_array_new (FALSE, FALSE, sizeof (Word));
  g_auto (GStrv) parts = g_strsplit_set (text, " ,", -1);

  g_array_set_clear_func (words, word_clear);
  for (guint i = 0; parts[i]; i++)
    {
      const char *part = parts[i];
      Word word = { .excluded = part[0] == '-' && part[1] };
      GRegexCompileFlags flags = G_REGEX_OPTIMIZE;
      if (word.excluded)
        part++;
      word.scope = hv_scope_parse (&part);
      if (!*part)
        continue;
      if (!match_case && !has_upper (part))
        flags |= G_REGEX_CASELESS;
      word.regex = g_regex_new (part, flags, 0, NULL);
      if (!word.regex)
        {
          /* half-typed patterns such as "vec<(" are searched as they stand */
          g_autofree char *plain = g_regex_escape_string (part, -1);
          word.regex = g_regex_new (plain, flags, 0, NULL);
        }
      if (word.regex)
        g_array_append_val (words, word);
    }
  return words;
}

static gboolean
word_matches (const Word *word, const HvKey *key)
{
  const HvScope *scope = &word->scope;

  /* a label may be a module's name and an address: it is no function's */
  return (scope->function && scope->module && g_regex_match (word->regex, key->label, 0, NULL))
         || (scope->function && g_regex_match (word->regex, key->function, 0, NULL))
         || (scope->module && g_regex_match (word->regex, hv_basename (key->module), 0, NULL))
         || (scope->file && g_regex_match (word->regex, key->file, 0, NULL))
         || (scope->origin && g_regex_match (word->regex, key->origin, 0, NULL));
}

static gboolean
key_matches (const HvKey *key, const GArray *words)
{
  for (guint i = 0; i < words->len; i++)
    {
      const Word *word = &g_array_index (words, Word, i);
      if (word_matches (word, key) == word->excluded)
        return FALSE;
    }
  return TRUE;
}

static int64_t
node_value (const Scope *scope, uint32_t node)
{
  return scope->diff ? MAX (scope->diff->growth[node], scope->diff->shrink[node])
                     : scope->tree->incl[HV_SIDE_CURRENT][HV_SLOT_COST][node];
}

static int
compare_cb (gconstpointer a, gconstpointer b, gpointer user)
{
  uint32_t x = *(const uint32_t *) a, y = *(const uint32_t *) b;
  int64_t vx = node_value (user, x), vy = node_value (user, y);
  return vx != vy ? (vx < vy) - (vx > vy) : (x > y) - (x < y);
}

HvSearch *
hv_search_new (const HvTree *tree, const HvDiff *diff, const char *text, gboolean match_case)
{
  g_autoptr (GArray) words = parse (text ? text : "", match_case);
  if (!words->len)
    return NULL;

  HvSearch *search = g_new0 (HvSearch, 1);
  Scope scope = { tree, diff };
  g_autofree guint8 *covered = g_malloc0 (MAX (1, tree->n_nodes));
  search->keys = g_malloc0 (MAX (1, tree->n_keys));
  search->nodes = g_array_new (FALSE, FALSE, sizeof (uint32_t));
  for (uint32_t i = 0; i < tree->n_keys; i++)
    search->keys[i] = key_matches (&tree->key[i], words);
  /* parents come before children */
  for (uint32_t node = 1; node < tree->n_nodes; node++)
    {
      uint32_t key = tree->node_key[node];
      gboolean match = key != HV_NO_KEY && search->keys[key];
      gboolean above = covered[tree->parent[node]];
      covered[node] = match || above;
      if (!match)
        continue;
      g_array_append_val (search->nodes, node);
      if (above)
        continue;
      search->value += diff ? diff->growth[node] : tree->incl[HV_SIDE_CURRENT][HV_SLOT_COST][node];
      search->loss += diff ? diff->shrink[node] : 0;
    }
  g_array_sort_with_data (search->nodes, compare_cb, &scope);
  return search;
}

void
hv_search_free (HvSearch *search)
{
  g_clear_pointer (&search->keys, g_free);
  g_clear_pointer (&search->nodes, g_array_unref);
  g_free (search);
}
