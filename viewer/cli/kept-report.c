/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kept-report.h"

#include "importers/symbols/elf.h"
#include "importers/symbols/rules.h"

#include <inttypes.h>
#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

static gboolean
is_text_of_one (const HvCommand *c)
{
  return c->print && g_strv_length (c->files) == 1 && !c->diff && !c->series && !c->sql
         && !c->outputs && !c->format && !c->budget && !c->verbose;
}

char *
hv_kept_report_question (const HvCommand *c)
{
  g_autofree char *build = is_text_of_one (c) ? hv_elf_own_build_id () : NULL;

  if (build == NULL)
    return NULL;
  g_autofree char *settled = g_strdup_printf ("%s %d %" PRIx64, build, c->si, hv_rules_hash ());
  g_autoptr (GString) all = g_string_new_len (settled, (gssize) strlen (settled) + 1);
  for (char **word = c->words; *word; word++)
    g_string_append_len (all, *word, (gssize) strlen (*word) + 1);
  XXH128_hash_t hash = XXH3_128bits (all->str, all->len);
  return g_strdup_printf ("%016" PRIx64 "%016" PRIx64, hash.high64, hash.low64);
}
