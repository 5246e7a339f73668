/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "store/profile.h"

G_BEGIN_DECLS

/* Rules of one authority: of equal ones the one read first counts, else the longest that matches.
 * data/rules/ says how they are written. */

typedef enum
{
  HV_RULE_FUNCTION, /* by canonical path */
  HV_RULE_MODULE,   /* by the object file's base name */
  HV_RULE_FILE,     /* by the source file's base name */
  HV_N_RULE_KINDS
} HvRuleKind;

/* No rule matches. */
#define HV_RULE_NONE UINT8_MAX

typedef struct
{
  GArray *trie[HV_N_RULE_KINDS];
} HvRuleTable;

void hv_rule_table_init (HvRuleTable *table);
void hv_rule_table_clear (HvRuleTable *table);

/* Adds the rules of a file. What is wrong in it goes to `problems`, a line each, "NAME:LINE: what";
 * all other lines count. */
void hv_rule_table_add (HvRuleTable *table, const char *text, gsize size, const char *name,
                        GPtrArray *problems);

/* An HvCategory, or HV_RULE_NONE. */
uint8_t hv_rule_table_match (const HvRuleTable *table, HvRuleKind kind, const char *text);

G_END_DECLS
