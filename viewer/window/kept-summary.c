/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "viewer/window/kept-summary.h"

#include "importers/symbols/elf.h"
#include "importers/symbols/rules.h"
#include "store/store-answers.h"

#include <inttypes.h>

/* NULL: this program cannot be told from others. */
static char *
question (void)
{
  g_autofree char *build = hv_elf_own_build_id ();

  return build ? g_strdup_printf ("summary %s %" PRIx64, build, hv_rules_hash ()) : NULL;
}

HvOverview *
hv_kept_summary_get (HvStore *store, const char *key, const HvProfile *profile)
{
  g_autofree char *asked = profile->n_nodes > HV_SMALL_PROFILE ? question () : NULL;
  g_autofree char *text = asked ? hv_store_get_answer (store, key, asked) : NULL;

  return text ? hv_overview_parse (text) : NULL;
}

void
hv_kept_summary_put (HvStore *store, const char *key, const HvOverview *overview)
{
  g_autofree char *asked = question ();
  g_autofree char *text = asked ? hv_overview_print (overview) : NULL;
  g_autoptr (GError) error = NULL;

  if (text && !hv_store_put_answer (store, key, asked, text, &error))
    g_info ("the summary was not kept: %s", error->message);
}
