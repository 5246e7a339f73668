/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rules.h"
void hv_rules_apply (HvProfile *profile) {}
HvCategory hv_rules_category (const char *function, const char *module) { return HV_CATEGORY_APP; }
