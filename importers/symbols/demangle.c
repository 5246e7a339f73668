/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "symbols.h"
char *hv_demangle (const char *symbol) { return g_strdup (symbol); }
