/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "importers/symbols/symtab.h"
#include "importers/symbols/wanted.h"
#include "made-elf.h"
#include "symbols.h"

enum
{
  LOCAL = 0 << 4,
  GLOBAL = 1 << 4,
  WEAK = 2 << 4,
  LABEL = 0,
  OBJECT = 1,
  FUNCTION = 2,

  HEADER = 64,
  SYMBOL = 24,
};

typedef struct
{
  const char *name;
  uint8_t info; /* binding and kind */
  uint64_t start, size;
} Symbol;

static void
add_symbol (GByteArray *file, uint32_t name, const Symbol *symbol)
{
  add_number (file, name, 4);
  add_number (file, symbol->info, 1);
  add_number (file, 0, 1);
  add_number (file, 1, 2);
  add_number (file, symbol->start, 8);
  add_number (file, symbol->size, 8);
}

static HvElf *
open_file (const GByteArray *file)
{
  g_autoptr (GError) error = NULL;
  HvElf *elf = hv_elf_new_for_memory (file->data, file->len, &error);

  g_assert_no_error (error);
  return elf;
}

/* A file with a symbol table. */
static GByteArray *
make_file (const Symbol *symbols, gsize n)
{
  GByteArray *file = begin_file ();
  g_autofree uint32_t *names = g_new (uint32_t, n);

  g_byte_array_set_size (file, HEADER);
  for (gsize i = 0; i < n; i++)
    {
      names[i] = file->len - HEADER;
      g_byte_array_append (file, (const guint8 *) symbols[i].name,
                           (guint) strlen (symbols[i].name) + 1);
    }
  guint table = file->len;
  for (gsize i = 0; i < n; i++)
    add_symbol (file, names[i], &symbols[i]);
  begin_sections (file, 3, 0);
  add_section (file, 0, 0, 0, 0);
  add_section (file, HV_ELF_SYMTAB, 2, table, n * SYMBOL);
  add_section (file, 3, 0, HEADER, table - HEADER);
  return file;
}

static const char *
symbol_at (HvElf *elf, uint64_t address)
{
  const char *name = NULL;

  hv_symtab_find (elf, &address, 1, &name);
  return name;
}

/* Which symbol an address has, asked for alone and among others. */
static void
test_choice (void)
{
  static const Symbol symbols[] = {
    { "weak", WEAK | FUNCTION, 0x3000, 16 },
    { "outer", GLOBAL | FUNCTION, 0x1000, 0x100 },
    { "data", GLOBAL | OBJECT, 0x1000, 0x1000 },
    { "inner", LOCAL | FUNCTION, 0x1040, 0x10 },
    { "label", GLOBAL | LABEL, 0x2000, 16 },
    { "typed", LOCAL | FUNCTION, 0x2000, 16 },
    { "__libc_known", GLOBAL | FUNCTION, 0x3000, 16 },
    { "known", GLOBAL | FUNCTION, 0x3000, 16 },
    { "unknown", GLOBAL | FUNCTION, 0x3000, 16 },
    { "short", GLOBAL | FUNCTION, 0x4000, 8 },
    { "long", LOCAL | FUNCTION, 0x4000, 16 },
    { "empty", GLOBAL | FUNCTION, 0x5000, 0 },
    { "endless", GLOBAL | FUNCTION, UINT64_MAX - 15, UINT64_MAX },
  };
  static const struct
  {
    uint64_t address;
    const char *name;
  } cases[] = {
    { 0xfff, NULL },     { 0x1000, "outer" }, { 0x103f, "outer" },           { 0x1040, "inner" },
    { 0x104f, "inner" }, { 0x1050, "outer" }, { 0x10ff, "outer" },           { 0x1100, NULL },
    { 0x2000, "typed" }, { 0x3008, "known" }, { 0x4007, "short" },           { 0x4008, "long" },
    { 0x4010, NULL },    { 0x5000, NULL },    { UINT64_MAX - 1, "endless" },
  };
  g_autoptr (GByteArray) file = make_file (symbols, G_N_ELEMENTS (symbols));
  g_autoptr (HvElf) elf = open_file (file);
  uint64_t addresses[2 * G_N_ELEMENTS (cases)];
  const char *names[G_N_ELEMENTS (addresses)] = { NULL };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_assert_cmpstr (symbol_at (elf, cases[i].address), ==, cases[i].name);
      addresses[2 * i] = addresses[2 * i + 1] = cases[i].address;
    }
  names[2] = "from another file";
  hv_symtab_find (elf, addresses, G_N_ELEMENTS (addresses), names);
  g_assert_cmpstr (names[2], ==, "from another file");
  for (gsize i = 3; i < G_N_ELEMENTS (addresses); i++)
    g_assert_cmpstr (names[i], ==, cases[i / 2].name);
  hv_symtab_find (elf, NULL, 0, NULL);
}

/* A name that is too long is none, and of a type of symbol table the first is read: else a table of
 * a thousand symbols of one endless name, a thousand times, would be read for ever. */
static void
test_many (void)
{
  enum
  {
    TEXT = 1 << 17,
    SYMBOLS = HEADER + TEXT
  };
  static const Symbol symbols[] = {
    { NULL, GLOBAL | FUNCTION, 0x1000, 16 },
    { NULL, GLOBAL | FUNCTION, 0x2000, 16 },
    { NULL, GLOBAL | FUNCTION, 0x3000, 16 },
  };
  g_autoptr (GByteArray) file = begin_file ();

  g_byte_array_set_size (file, SYMBOLS);
  memset (file->data + HEADER, 'a', TEXT);
  file->data[SYMBOLS - 1] = 0;
  add_symbol (file, 0, &symbols[0]);
  add_symbol (file, TEXT - 1000, &symbols[1]);
  add_symbol (file, TEXT - 1000, &symbols[2]);
  begin_sections (file, 4, 0);
  add_section (file, 0, 0, 0, 0);
  add_section (file, HV_ELF_SYMTAB, 3, SYMBOLS, 2 * SYMBOL);
  add_section (file, HV_ELF_SYMTAB, 3, SYMBOLS + 2 * SYMBOL, SYMBOL);
  add_section (file, 3, 0, HEADER, TEXT);
  g_autoptr (HvElf) elf = open_file (file);
  g_assert_null (symbol_at (elf, 0x1000));
  g_assert_cmpuint (strlen (symbol_at (elf, 0x200f)), ==, 999);
  g_assert_null (symbol_at (elf, 0x3000));
}

static int
compare_numbers (const void *a, const void *b)
{
  uint64_t x = *(const uint64_t *) a, y = *(const uint64_t *) b;

  return x < y ? -1 : x > y;
}

/* Ranges of all sizes, against a look at every address. */
static void
test_wanted (void)
{
  enum
  {
    N = 200
  };
  static const unsigned spreads[] = { 1, 7, 20, 63, 64 }; /* bits */
  g_autoptr (GRand) chance = g_rand_new_with_seed (1);
  guint n_holding = 0;

  for (guint round = 0; round < 500; round++)
    {
      g_auto (HvWanted) wanted = { 0 };
      uint64_t mask = UINT64_MAX >> (64 - spreads[round % G_N_ELEMENTS (spreads)]);
      uint64_t addresses[N], numbers[2];
      gsize n = round % N;
      for (gsize i = 0; i < n; i++)
        addresses[i] = ((uint64_t) g_rand_int (chance) << 32 | g_rand_int (chance)) & mask;
      qsort (addresses, n, sizeof *addresses, compare_numbers);
      hv_wanted_init (&wanted, addresses, n);
      for (guint k = 0; k < 100; k++)
        {
          gboolean holds = FALSE;
          for (gsize i = 0; i < 2; i++)
            numbers[i] = n > 0 && g_rand_boolean (chance)
                             ? addresses[g_rand_int_range (chance, 0, (int) n)]
                                   + g_rand_int (chance) % 3 - 1
                             : ((uint64_t) g_rand_int (chance) << 32 | g_rand_int (chance)) & mask;
          qsort (numbers, 2, sizeof *numbers, compare_numbers);
          for (gsize i = 0; i < n; i++)
            holds |= addresses[i] >= numbers[0] && addresses[i] < numbers[1];
          g_assert_cmpint (hv_wanted_any (&wanted, numbers[0], numbers[1]), ==, holds);
          n_holding += holds;
        }
    }
  g_assert_cmpuint (n_holding, >, 10000);
  g_assert_cmpuint (n_holding, <, 45000);
}

int
main (int argc, char **argv)
{
  symbols_init (&argc, &argv);
  g_test_add_func ("/symtab/choice", test_choice);
  g_test_add_func ("/symtab/many", test_many);
  g_test_add_func ("/wanted", test_wanted);
  return symbols_run ();
}
