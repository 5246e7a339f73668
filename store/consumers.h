/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "profile.h"

G_BEGIN_DECLS

/* Whose memory it was over time: the live bytes at each moment of what ever held most, by the
 * innermost function of the program's own, a library where no function has a name. What has neither
 * name is nobody's. */
typedef struct
{
  uint32_t frame; /* one of its frames */
  char *label;    /* short */
  int64_t most;   /* live bytes at any moment */
  uint32_t sites; /* how many it has */
  int64_t *live;  /* by moment; owned by the list */
} HvConsumer;

typedef struct
{
  guint n;              /* largest first */
  HvConsumer *consumer; /* what is left is the moments' live bytes minus all of these */
  uint32_t other_sites; /* whose memory is no one's of these */
  int64_t *live;        /* private */
} HvConsumers;

/* The `most` largest consumers; NULL when the profile has no moments with live bytes a site. */
HvConsumers *hv_consumers_new (const HvProfile *profile, guint most);
void hv_consumers_free (HvConsumers *consumers);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HvConsumers, hv_consumers_free)

G_END_DECLS
