/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Laying out the terminal report: columns of a terminal, not bytes or characters. */

/* The report is this wide at most, whatever the names. */
#define HV_TEXT_WIDTH 100

/* `text` in at most `width` columns, its middle replaced by "…"; control characters become blanks.
 * The end of a name tells more than its middle. Newly allocated. */
char *hv_text_fit (const char *text, int width);

/* Appends `text` broken between words, each line after `indent`. */
void hv_text_wrap (GString *out, const char *text, const char *indent);

/* One of several facts (an array of char *, with a free function) on a line that breaks between
 * them. */
void hv_facts_add (GPtrArray *facts, const char *format, ...) G_GNUC_PRINTF (2, 3);
void hv_facts_append (GString *out, const GPtrArray *facts);

/* A table of right-aligned numbers and one last, left-aligned column that takes the rest of the
 * width: "name\tsource" there keeps the source while there is room for both. */
typedef struct
{
  guint n; /* columns before the last */
  GPtrArray *cells;
} HvTable;

void hv_table_init (HvTable *table, guint n);

/* The next cell, row by row; takes it over. */
void hv_table_add (HvTable *table, char *cell);

/* Appends the table and frees its cells; `alignment` holds 'l' or 'r' for each column but the last.
 */
void hv_table_append (HvTable *table, GString *out, const char *alignment);

G_END_DECLS
