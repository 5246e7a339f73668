/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "store.h"

G_BEGIN_DECLS

/* Reports and summaries that were made of a stored profile, so that the same question need not be
 * worked out again. They are dropped with the profile, and when it is stored anew. `question` must
 * tell everything that the text depends on beside the profile's content. */

/* Longer ones are not kept, and of a profile no more than so many, the latest. */
#define HV_MAX_ANSWER_BYTES (256 * 1024)
#define HV_MAX_ANSWERS 16

/* The text, newly allocated: lines of UTF-8 without other control characters. NULL: there is none,
 * or it cannot be read. The profile counts as used. */
char *hv_store_get_answer (HvStore *store, const char *key, const char *question);

/* Keeps a text of the profile with that key; TRUE too where it is too long or the profile is not
 * there. HV_ERROR_STORE. */
gboolean hv_store_put_answer (HvStore *store, const char *key, const char *question,
                              const char *text, GError **error);

G_END_DECLS
