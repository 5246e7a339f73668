/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rule-table.h"

#include "cursor.h"

#include <string.h>

/* A longer line is no name. */
#define MAX_LINE 4096
/* The rest of a file that is something else would be told line by line. */
#define MAX_PROBLEMS 20

/* What some editors put before a text. */
static const char byte_order_mark[] = "\xef\xbb\xbf";

/* One byte of a rule. */
typedef struct
{
  uint32_t child, next; /* 0: none */
  uint8_t byte;
  uint8_t prefix, whole; /* the category of the rule that ends here, or HV_RULE_NONE */
} Letter;

void
hv_rule_table_init (HvRuleTable *table)
{
  const Letter root = { .prefix = HV_RULE_NONE, .whole = HV_RULE_NONE };

  for (int kind = 0; kind < HV_N_RULE_KINDS; kind++)
    {
      table->trie[kind] = g_array_new (FALSE, TRUE, sizeof (Letter));
      g_array_append_val (table->trie[kind], root);
    }
}

void
hv_rule_table_clear (HvRuleTable *table)
{
  for (int kind = 0; kind < HV_N_RULE_KINDS; kind++)
    g_clear_pointer (&table->trie[kind], g_array_unref);
}

static uint32_t
find_child (const GArray *trie, uint32_t at, uint8_t byte)
{
  const Letter *letter = HV_ITEMS (trie, Letter);
  uint32_t child = letter[at].child;

  while (child && letter[child].byte != byte)
    child = letter[child].next;
  return child;
}

static void
add_rule (GArray *trie, const char *text, gsize length, HvCategory category, gboolean whole)
{
  uint32_t at = 0;

  for (gsize i = 0; i < length; i++)
    {
      uint32_t child = find_child (trie, at, (uint8_t) text[i]);
      if (child == 0)
        {
          Letter letter = { .next = g_array_index (trie, Letter, at).child,
                            .byte = (uint8_t) text[i],
                            .prefix = HV_RULE_NONE,
                            .whole = HV_RULE_NONE };
          child = trie->len;
          g_array_append_val (trie, letter);
          g_array_index (trie, Letter, at).child = child;
        }
      at = child;
    }
  Letter *last = &g_array_index (trie, Letter, at);
  uint8_t *slot = whole ? &last->whole : &last->prefix;
  if (*slot == HV_RULE_NONE)
    *slot = (uint8_t) category;
}

uint8_t
hv_rule_table_match (const HvRuleTable *table, HvRuleKind kind, const char *text)
{
  const GArray *trie = table->trie[kind];
  uint8_t best = HV_RULE_NONE;

  for (uint32_t at = 0;;)
    {
      const Letter *letter = &g_array_index (trie, Letter, at);
      if (letter->prefix != HV_RULE_NONE)
        best = letter->prefix;
      if (*text == 0)
        return letter->whole != HV_RULE_NONE ? letter->whole : best;
      at = find_child (trie, at, (uint8_t) *text++);
      if (at == 0)
        return best;
    }
}

/* --- a file --- */

/* "[allocator]", "[plumbing files]". */
static gboolean
parse_title (const char *line, gsize length, HvCategory *category, HvRuleKind *kind)
{
  static const char *const kinds[] = { "]", " modules]", " files]" };

  for (int c = 0; c < HV_N_CATEGORIES; c++)
    for (int k = 0; k < HV_N_RULE_KINDS; k++)
      {
        const char *name = hv_category_name ((HvCategory) c);
        gsize n = strlen (name);
        if (length == 1 + n + strlen (kinds[k]) && memcmp (line + 1, name, n) == 0
            && memcmp (line + 1 + n, kinds[k], strlen (kinds[k])) == 0)
          {
            *category = (HvCategory) c;
            *kind = (HvRuleKind) k;
            return TRUE;
          }
      }
  return FALSE;
}

/* Why no function can be called so; NULL: it can. */
static const char *
problem_of_name (const char *name, gsize length)
{
  if (g_strstr_len (name, (gssize) length, "operator")
      || g_strstr_len (name, (gssize) length, "(anonymous namespace)"))
    return NULL;
  if (memchr (name, '<', length) || memchr (name, '(', length))
    return "a function is named without its <…> and (…)";
  return NULL;
}

/* `trie` NULL: no section has begun. Returns what is wrong with the line, or NULL. */
static const char *
parse_rule (GArray *trie, HvRuleKind kind, HvCategory category, const char *line, gsize length)
{
  gboolean whole = *line == '=';
  const char *problem;

  if (trie == NULL)
    return "a rule before any [section]";
  line += whole;
  length -= whole;
  if (length == 0)
    return "a rule without a name";
  problem = kind == HV_RULE_FUNCTION ? problem_of_name (line, length) : NULL;
  if (problem == NULL)
    add_rule (trie, line, length, category, whole);
  return problem;
}

void
hv_rule_table_add (HvRuleTable *table, const char *text, gsize size, const char *name,
                   GPtrArray *problems)
{
  GArray *trie = NULL;
  gboolean known = TRUE;
  HvCategory category = HV_CATEGORY_APP;
  HvRuleKind kind = HV_RULE_FUNCTION;
  guint number = 0, before = problems->len;

  const gsize mark = strlen (byte_order_mark);
  gsize begin = size >= mark && memcmp (text, byte_order_mark, mark) == 0 ? mark : 0;

  for (const char *line = text + begin, *end = text + size; line < end;)
    {
      const char *stop = memchr (line, '\n', (gsize) (end - line)), *problem = NULL;
      if (stop == NULL)
        stop = end;
      const char *next = stop < end ? stop + 1 : end;
      while (stop > line && g_ascii_isspace (stop[-1]))
        stop--;
      while (line < stop && g_ascii_isspace (*line))
        line++;
      gsize length = (gsize) (stop - line);

      number++;
      if (length > MAX_LINE || memchr (line, 0, length)
          || !g_utf8_validate (line, (gssize) length, NULL))
        problem = "not a line of text";
      else if (length > 0 && *line == '[')
        {
          known = parse_title (line, length, &category, &kind);
          trie = known ? table->trie[kind] : NULL;
          if (!known)
            problem = "unknown section: [CATEGORY], [CATEGORY modules] or [CATEGORY files] with "
                      "application, allocator, entry, async, container or plumbing";
        }
      else if (length > 0 && *line != '#' && known)
        problem = parse_rule (trie, kind, category, line, length);
      if (problem && problems->len - before < MAX_PROBLEMS)
        g_ptr_array_add (problems, g_strdup_printf ("%s:%u: %s", name, number, problem));
      line = next;
    }
}
