/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rules.h"

#include "cursor.h"
#include "data/hv-core-resources.h"
#include "store/canonical.h"

#include <gio/gio.h>
#include <string.h>

/* Groups in the order they are tried. */
enum
{
  GROUP_ALLOCATOR,
  GROUP_ENTRY,
  GROUP_ASYNC,
  GROUP_PLUMBING,
  GROUP_NONE,
};

/* One byte of a prefix. */
typedef struct
{
  uint32_t child, next; /* 0: none */
  uint8_t byte;
  uint8_t prefix, whole; /* the group of the rule that ends here, GROUP_NONE */
} Letter;

typedef struct
{
  GArray *functions, *modules, *files; /* tries of Letter; 0 is the root */
} Rules;

static GArray *
trie_new (void)
{
  GArray *trie = g_array_new (FALSE, TRUE, sizeof (Letter));
  Letter root = { .prefix = GROUP_NONE, .whole = GROUP_NONE };

  g_array_append_val (trie, root);
  return trie;
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
trie_add (GArray *trie, const char *text, gsize length, uint8_t group, gboolean whole)
{
  uint32_t at = 0;

  for (gsize i = 0; i < length; i++)
    {
      uint32_t child = find_child (trie, at, (uint8_t) text[i]);
      if (child == 0)
        {
          Letter letter = { .next = g_array_index (trie, Letter, at).child,
                            .byte = (uint8_t) text[i],
                            .prefix = GROUP_NONE,
                            .whole = GROUP_NONE };
          child = trie->len;
          g_array_append_val (trie, letter);
          g_array_index (trie, Letter, at).child = child;
        }
      at = child;
    }
  Letter *last = &g_array_index (trie, Letter, at);
  if (whole)
    last->whole = MIN (last->whole, group);
  else
    last->prefix = MIN (last->prefix, group);
}

/* The first group with a rule for `text`. */
static uint8_t
trie_match (const GArray *trie, const char *text)
{
  uint8_t best = GROUP_NONE;

  for (uint32_t at = 0;;)
    {
      const Letter *letter = &g_array_index (trie, Letter, at);
      best = MIN (best, letter->prefix);
      if (*text == 0)
        return MIN (best, letter->whole);
      at = find_child (trie, at, (uint8_t) *text++);
      if (at == 0)
        return best;
    }
}

static void
rules_parse (Rules *rules, const char *text, gsize size)
{
  const struct
  {
    const char *title;
    uint8_t group;
    GArray *trie;
  } sections[] = {
    { "[allocator modules", GROUP_ALLOCATOR, rules->modules },
    { "[allocator files", GROUP_ALLOCATOR, rules->files },
    { "[allocator]", GROUP_ALLOCATOR, rules->functions },
    { "[runtime entry]", GROUP_ENTRY, rules->functions },
    { "[async machinery]", GROUP_ASYNC, rules->functions },
    { "[plumbing files", GROUP_PLUMBING, rules->files },
    { "[plumbing", GROUP_PLUMBING, rules->functions },
  };
  GArray *trie = NULL;
  uint8_t group = GROUP_NONE;

  for (const char *line = text, *end = text + size; line < end;)
    {
      const char *stop = memchr (line, '\n', (gsize) (end - line));
      if (stop == NULL)
        stop = end;
      const char *next = stop < end ? stop + 1 : end;
      while (stop > line && g_ascii_isspace (stop[-1]))
        stop--;
      gsize length = (gsize) (stop - line);
      if (length > 0 && *line == '[')
        {
          trie = NULL;
          for (gsize i = 0; i < G_N_ELEMENTS (sections) && trie == NULL; i++)
            if (length >= strlen (sections[i].title)
                && memcmp (line, sections[i].title, strlen (sections[i].title)) == 0)
              {
                trie = sections[i].trie;
                group = sections[i].group;
              }
          if (trie == NULL)
            g_warning ("frame rules: unknown group %.*s", (int) MIN (length, 200), line);
        }
      else if (length > 1 && *line == '=' && trie)
        trie_add (trie, line + 1, length - 1, group, TRUE);
      else if (length > 0 && *line != '#' && trie)
        trie_add (trie, line, length, group, FALSE);
      line = next;
    }
}

static const Rules *
rules_get (void)
{
  static Rules rules;
  static gsize ready;

  if (g_once_init_enter (&ready))
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GBytes) bytes = g_resource_lookup_data (hv_core_get_resource (),
                                                         "/org/heapview/rules/frames.rules",
                                                         G_RESOURCE_LOOKUP_FLAGS_NONE, &error);
      rules.functions = trie_new ();
      rules.modules = trie_new ();
      rules.files = trie_new ();
      if (bytes)
        {
          gsize size;
          const char *text = g_bytes_get_data (bytes, &size);
          rules_parse (&rules, text, size);
        }
      else
        g_warning ("frame rules: %s", error->message);
      g_once_init_leave (&ready, 1);
    }
  return &rules;
}

static const HvCategory categories[] = {
  [GROUP_ALLOCATOR] = HV_CATEGORY_ALLOCATOR,
  [GROUP_ENTRY] = HV_CATEGORY_ENTRY,
  [GROUP_ASYNC] = HV_CATEGORY_ASYNC,
  [GROUP_PLUMBING] = HV_CATEGORY_PLUMBING,
  [GROUP_NONE] = HV_CATEGORY_APP,
};

static HvCategory
category (const Rules *rules, const char *function, const char *module, GString *path,
          GString *trait)
{
  if (module && *module && trie_match (rules->modules, hv_basename (module)) != GROUP_NONE)
    return HV_CATEGORY_ALLOCATOR;
  if (function == NULL || *function == 0)
    return HV_CATEGORY_APP;
  g_string_truncate (path, 0);
  g_string_truncate (trait, 0);
  hv_canonical_path (path, trait, function);
  /* an implementation of the allocator's trait is the allocator's, whoever wrote it; that of any
     other trait belongs to its type */
  if (trie_match (rules->functions, trait->str) == GROUP_ALLOCATOR)
    return HV_CATEGORY_ALLOCATOR;
  return categories[trie_match (rules->functions, path->str)];
}

HvCategory
hv_rules_category (const char *function, const char *module)
{
  g_autoptr (GString) path = g_string_new (NULL);
  g_autoptr (GString) trait = g_string_new (NULL);

  return category (rules_get (), function, module, path, trait);
}

void
hv_rules_apply (HvProfile *profile)
{
  const Rules *rules = rules_get ();
  g_autoptr (GString) path = g_string_new (NULL);
  g_autoptr (GString) trait = g_string_new (NULL);
  HvPairMap known = { 0 };

  for (uint32_t f = 1; f < profile->n_frames; f++)
    {
      const HvFrame *frame = &profile->frame[f];
      gboolean found;

      if (frame->flags & HV_FRAME_SYNTHETIC)
        continue;
      /* a function has many frames, one a line */
      uint32_t *slot = hv_pair_map_slot (&known, frame->function, frame->module, &found);
      if (!found)
        *slot = category (rules, hv_profile_string (profile, frame->function),
                          hv_profile_string (profile, frame->module), path, trait);
      profile->frame_category[f] = (uint8_t) *slot;
      /* An inlined function may be recorded by its bare name ("allocate"): then its file tells. */
      if (*slot == HV_CATEGORY_APP && frame->function && frame->file
          && strstr (hv_profile_string (profile, frame->function), "::") == NULL)
        profile->frame_category[f] = (uint8_t) categories[trie_match (
            rules->files, hv_basename (hv_profile_string (profile, frame->file)))];
    }
  hv_pair_map_clear (&known);
}
