/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "importers/symbols/symcache.h"
#include "symbols.h"

#include <fcntl.h>
#include <sys/stat.h>
#define XXH_INLINE_ALL
#include <xxhash.h>

/* The only file of the cache. */
static char *
cache_path (void)
{
  g_autofree char *folder = hv_symcache_folder ();
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name = dir ? g_dir_read_name (dir) : NULL;

  g_assert_nonnull (name);
  g_assert_null (g_dir_read_name (dir));
  return g_build_filename (folder, name, NULL);
}

static void
empty_cache (void)
{
  g_autofree char *path = cache_path ();

  g_assert_cmpint (g_remove (path), ==, 0);
}

static char *
read_cache (gsize *size)
{
  g_autofree char *path = cache_path ();
  char *data;

  g_assert_true (g_file_get_contents (path, &data, size, NULL));
  return data;
}

/* Writes a file of the cache; with `sound`, its checksum is made right. */
static void
write_cache (const char *path, char *data, gsize size, gboolean sound)
{
  if (sound && size > 16)
    {
      uint64_t hash = XXH3_64bits (data + 16, size - 16);
      memcpy (data + 8, &hash, sizeof hash);
    }
  /* thousands of times: it need not reach the disk */
  g_assert_true (
      g_file_set_contents_full (path, data, (gssize) size, G_FILE_SET_CONTENTS_NONE, 0600, NULL));
}

/* Replaces a name in the cache by another of the same length. */
static void
tamper (const char *from, const char *to)
{
  g_autofree char *path = cache_path (), *data = NULL;
  gsize size, length = strlen (from) + 1;

  data = read_cache (&size);
  for (gsize i = 0; i + length <= size; i++)
    if (memcmp (data + i, from, length) == 0)
      memcpy (data + i, to, length);
  write_cache (path, data, size, TRUE);
}

/* The stack of `path`, named with the cache. */
static char *
cached_stack (const char *path, char **debug_dirs, const char *expected_status)
{
  HvImportOptions options = { .symbol_cache = TRUE, .debug_dirs = debug_dirs };
  g_autoptr (HvProfile) profile = make_profile (path, stack, G_N_ELEMENTS (stack));

  resolve (profile, &options);
  g_assert_cmpstr (status (profile), ==, expected_status);
  g_assert_cmpuint (strlen (hv_profile_string (profile, profile->module[0].build_id)), ==, 40);
  return stack_text (profile);
}

static void
assert_cached (const char *path, const char *expected)
{
  g_autofree char *text = cached_stack (path, NULL, "resolved");

  g_assert_cmpstr (text, ==, expected);
}

/* The second time nothing is read but the cache: it knows a name that no file has. */
static void
test_cache (void)
{
  g_autofree char *path = data_path ("gcc-5.so"), *folder = hv_symcache_folder ();
  GStatBuf info;

  assert_cached (path, stack_named);
  g_autofree char *cache = cache_path ();
  g_assert_cmpint (g_stat (cache, &info), ==, 0);
  g_assert_cmpint (info.st_mode & 0777, ==, 0600);
  g_assert_cmpint (g_stat (folder, &info), ==, 0);
  g_assert_cmpint (info.st_mode & 0777, ==, 0700);
  assert_cached (path, stack_named);

  tamper ("entry", "hoard");
  g_autofree char *text = cached_stack (path, NULL, "resolved");
  g_assert_true (g_str_has_suffix (text, "\nhoard:61\n"));

  /* without the cache, as --no-store has it */
  HvImportOptions without = { 0 };
  g_autoptr (HvProfile) profile = make_profile (path, stack, G_N_ELEMENTS (stack));
  resolve (profile, &without);
  g_autofree char *read = stack_text (profile);
  g_assert_cmpstr (read, ==, stack_named);
  g_assert_cmpint (g_remove (cache), ==, 0);
}

/* Names of a symbol table give way to those of a debug file, and not the other way round. */
static void
test_cache_quality (void)
{
  g_autofree char *library = data_path ("stripped.so"), *debug = data_path ("stripped.debug");
  g_autofree char *folder = g_build_filename (scratch, "quality", NULL);
  g_autofree char *moved = g_build_filename (folder, "stripped.so", NULL);
  g_autofree char *beside = g_build_filename (folder, "stripped.debug", NULL);

  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  copy_file (library, moved, FALSE);
  for (int i = 0; i < 2; i++)
    {
      g_autofree char *text = cached_stack (moved, NULL, "symbol table only");
      g_assert_true (g_str_has_suffix (text, "\n=app::run(int)\n=entry\n"));
    }
  copy_file (debug, beside, FALSE);
  assert_cached (moved, stack_named);
  g_assert_cmpint (g_remove (beside), ==, 0);
  assert_cached (moved, stack_named);
  empty_cache ();
}

/* A debug file that was exchanged is read anew. */
static void
test_cache_changed (void)
{
  g_autofree char *library = data_path ("stripped.so"), *debug = data_path ("stripped.debug");
  g_autofree char *folder = g_build_filename (scratch, "changed", NULL);
  g_autofree char *moved = g_build_filename (folder, "stripped.so", NULL);
  g_autofree char *beside = g_build_filename (folder, "stripped.debug", NULL);

  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  copy_file (library, moved, FALSE);
  copy_file (debug, beside, FALSE);
  assert_cached (moved, stack_named);
  tamper ("entry", "hoard");
  g_autofree char *known = cached_stack (moved, NULL, "resolved");
  g_assert_true (g_str_has_suffix (known, "\nhoard:61\n"));
  copy_file (debug, beside, FALSE);
  assert_cached (moved, stack_named);
  empty_cache ();
}

/* While the rest of split debug information is missing, what stands in for it is not kept. */
static void
test_cache_split (void)
{
  g_autofree char *library = data_path ("split-5.so"), *rest = data_path ("split-5.so-fixture.dwo");
  g_autofree char *folder = g_build_filename (scratch, "split", NULL);
  g_autofree char *moved = g_build_filename (folder, "split-5.so", NULL);
  g_autofree char *beside = g_build_filename (folder, "split-5.so-fixture.dwo", NULL);
  HvImportOptions options = { .symbol_cache = TRUE };

  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  copy_file (library, moved, FALSE);
  for (int i = 0; i < 2; i++)
    {
      g_autoptr (HvProfile) profile = make_profile (moved, stack, G_N_ELEMENTS (stack));
      resolve (profile, &options);
      const char *tried = hv_profile_string (profile, profile->module[0].tried);
      g_autofree char *package = g_strconcat (moved,
                                              ".dwp: the split debug information was not "
                                              "found\n",
                                              NULL);
      g_assert_nonnull (strstr (tried, package));
      g_assert_nonnull (strstr (tried, "split-5.so-fixture.dwo: the split debug information was "
                                       "not found\n"));
    }
  copy_file (rest, beside, FALSE);
  assert_cached (moved, stack_named);
  g_assert_cmpint (g_remove (beside), ==, 0);
  assert_cached (moved, stack_named);
  empty_cache ();

  /* without any such file an address table means nothing */
  static const uint64_t calls[] = { 0x309, 0x312, 0x31c };
  g_autofree char *whole = data_path ("clang-5.so");
  g_autoptr (HvProfile) first = make_profile (whole, calls, G_N_ELEMENTS (calls));
  resolve (first, &options);
  g_autofree char *before = stack_text (first);
  g_autofree char *cache = cache_path ();
  GStatBuf then, now;
  g_assert_cmpint (g_stat (cache, &then), ==, 0);
  g_autoptr (HvProfile) second = make_profile (whole, calls, G_N_ELEMENTS (calls));
  resolve (second, &options);
  g_autofree char *after = stack_text (second);
  g_assert_cmpstr (before, ==, after);
  g_assert_cmpint (g_stat (cache, &now), ==, 0);
  g_assert_cmpuint (now.st_ino, ==, then.st_ino); /* not written again: nothing was new */
  empty_cache ();
}

/* One of another size is another file. */
static void
test_cache_size (void)
{
  g_autofree char *whole = data_path ("gcc-5.so"), *library = data_path ("stripped.so");
  g_autofree char *stripped = g_build_filename (scratch, "alone.so", NULL);
  g_autofree char *folder = hv_symcache_folder ();

  copy_file (library, stripped, FALSE);
  assert_cached (whole, stack_named);
  g_autofree char *text = cached_stack (stripped, NULL, "symbol table only");
  assert_cached (whole, stack_named);
  hv_symcache_trim (folder, 0);
}

/* A sound file of another program, or of an older engine, that stands where this program's should:
 * its key tells. Each digit of the key is changed in turn, and the names in it are no file's. */
static void
test_cache_of_another (void)
{
  g_autofree char *path = data_path ("gcc-5.so"), *good = NULL;
  gsize size, key = 0;

  assert_cached (path, stack_named);
  g_autofree char *cache = cache_path ();
  g_autoptr (HvElf) elf = hv_elf_open (path, NULL);
  const char *build_id = hv_elf_build_id (elf);
  tamper ("entry", "hoard");
  good = read_cache (&size);
  while (key + strlen (build_id) < size && memcmp (good + key, build_id, strlen (build_id)) != 0)
    key++;
  while (good[key - 1] != 0)
    key--;

  for (gsize at = key; good[at] != 0; at++)
    {
      g_autofree char *bad = g_memdup2 (good, size);
      bad[at] ^= 1;
      write_cache (cache, bad, size, TRUE);
      assert_cached (path, stack_named);
    }
  write_cache (cache, good, size, TRUE);
  g_autofree char *text = cached_stack (path, NULL, "resolved");
  g_assert_true (g_str_has_suffix (text, "\nhoard:61\n"));
  g_assert_cmpint (g_remove (cache), ==, 0);
}

/* What a crash or a bad disk leaves: blocks that are empty, are elsewhere, or are of the file that
 * was there before. The names are the right ones, never others. */
static void
test_cache_torn (void)
{
  g_autofree char *path = data_path ("gcc-5.so"), *good = NULL, *before = NULL;
  gsize size, size_before;

  assert_cached (path, stack_named);
  g_autofree char *cache = cache_path ();
  good = read_cache (&size);
  tamper ("entry", "hoard");
  before = read_cache (&size_before);
  g_assert_cmpuint (size_before, ==, size);

  for (gsize block = 4; block < size; block *= 2)
    for (gsize at = 0; at + block <= size; at += block)
      {
        gsize elsewhere = at + 2 * block <= size ? at + block : 0;
        const char *from[] = { NULL, good + elsewhere, before + at };
        for (gsize i = 0; i < G_N_ELEMENTS (from); i++)
          {
            g_autofree char *bad = g_memdup2 (good, size);
            if (from[i])
              memcpy (bad + at, from[i], block);
            else
              memset (bad + at, 0, block);
            if (memcmp (bad, before, size) == 0)
              continue;
            write_cache (cache, bad, size, FALSE);
            assert_cached (path, stack_named);
          }
      }
  g_assert_cmpint (g_remove (cache), ==, 0);
}

/* Replaces some bytes of a file by as many others. */
static void
patch (char *data, gsize size, const char *from, const char *to, gsize length)
{
  guint n = 0;

  for (gsize i = 0; i + length <= size; i++)
    if (memcmp (data + i, from, length) == 0)
      {
        memcpy (data + i, to, length);
        n++;
      }
  g_assert_cmpuint (n, >, 0);
}

/* Without a build id, another program of the same size at the same path is told even where an image
 * sets all times to one. */
static void
test_cache_same_time (void)
{
  static const char note[] = "\4\0\0\0\24\0\0\0\3\0\0\0GNU",
                    other[] = "\4\0\0\0\24\0\0\0\7\0\0\0GNU";
  static const char *const names[] = { "entry", "hoard" };
  g_autofree char *whole = data_path ("gcc-5.so"), *data = NULL;
  g_autofree char *path = g_build_filename (scratch, "anonymous.so", NULL);
  g_autofree char *folder = hv_symcache_folder ();
  const struct timespec times[2] = { { 1, 0 }, { 1, 0 } };
  HvImportOptions options = { .symbol_cache = TRUE };
  gsize size;

  g_assert_true (g_file_get_contents (whole, &data, &size, NULL));
  patch (data, size, note, other, sizeof note);
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *expected = g_strdup_printf ("\n%s:61\n", names[i]);
      patch (data, size, names[0], names[i], strlen (names[0]) + 1);
      g_assert_true (g_file_set_contents (path, data, (gssize) size, NULL));
      g_assert_cmpint (utimensat (AT_FDCWD, path, times, 0), ==, 0);
      g_autoptr (HvProfile) profile = make_profile (path, stack, G_N_ELEMENTS (stack));
      resolve (profile, &options);
      g_assert_cmpuint (profile->module[0].build_id, ==, 0);
      g_autofree char *text = stack_text (profile);
      g_assert_true (g_str_has_suffix (text, expected));
    }
  hv_symcache_trim (folder, 0);
}

/* When its file is full, what it knows stays, and what is new is not kept. */
static void
test_cache_full (void)
{
  g_autofree char *path = data_path ("gcc-5.so"), *folder = hv_symcache_folder ();
  g_autofree char *name = g_strnfill (1 << 20, 'x');
  HvCachedFrame frame = { .function = name, .file = "", .path = "", .trait = "" };
  const uint32_t *frames;
  gsize n;

  for (uint64_t round = 0; round < 2; round++)
    {
      g_autoptr (HvElf) elf = hv_elf_open (path, NULL);
      g_autoptr (HvSymcache) cache = hv_symcache_open (elf, path);
      g_assert_cmpint (hv_symcache_is_known (cache), ==, round > 0);
      for (uint64_t i = 0; i < 70 && round == 0; i++)
        {
          memcpy (name, &(uint32_t){ GUINT32_TO_LE (0x61616161 + (uint32_t) i) }, 4);
          hv_symcache_put (cache, i, &frame, 1);
        }
      if (round > 0)
        {
          g_assert_true (hv_symcache_find (cache, 0, &frames, &n));
          g_assert_false (hv_symcache_find (cache, 69, &frames, &n));
        }
    }
  hv_symcache_trim (folder, 0);
}

/* What is in the cache is as little to be trusted as anything else: it knows less, or nothing. */
static void
test_cache_hostile (void)
{
  g_autofree char *path = data_path ("gcc-5.so"), *good = NULL;
  gsize size;

  assert_cached (path, stack_named);
  g_autofree char *cache = cache_path ();
  good = read_cache (&size);

  /* damaged: the checksum tells, and it is made anew */
  for (gsize at = 0; at < size; at++)
    {
      g_autofree char *bad = g_memdup2 (good, size);
      bad[at] ^= 1 << at % 8;
      write_cache (cache, bad, size, FALSE);
      assert_cached (path, stack_named);
      if (at % 16 == 0)
        assert_cached (path, stack_named);
    }
  for (gsize length = 0; length < size; length++)
    {
      g_autofree char *bad = g_memdup2 (good, size);
      write_cache (cache, bad, length, FALSE);
      assert_cached (path, stack_named);
    }

  /* made so, with the key and the checksum right: whoever does that says what the names are, and
     nothing else */
  for (gsize at = 0; at < size; at++)
    for (int value = 0; value < 4; value++)
      {
        static const char values[] = { 0, 1, 0x7f, (char) 0xff };
        g_autofree char *bad = g_memdup2 (good, size);
        HvImportOptions options = { .symbol_cache = TRUE };
        g_autoptr (HvProfile) profile = make_profile (path, stack, G_N_ELEMENTS (stack));
        bad[at] = values[value];
        write_cache (cache, bad, size, TRUE);
        resolve (profile, &options);
      }

  /* none of ours */
  for (gsize length = 0; length < 10000; length = length * 5 + 1)
    {
      g_autofree char *text = g_strnfill (length, 'x');
      write_cache (cache, text, length, FALSE);
      assert_cached (path, stack_named);
      assert_cached (path, stack_named);
    }
  g_assert_cmpint (g_remove (cache), ==, 0);
  g_assert_cmpint (g_mkdir (cache, 0700), ==, 0);
  assert_cached (path, stack_named);
  g_assert_cmpint (g_rmdir (cache), ==, 0);
}

static HvSymcache *
open_cache (const char *path)
{
  g_autoptr (HvElf) elf = hv_elf_open (path, NULL);
  HvSymcache *cache = hv_symcache_open (elf, path);

  g_assert_nonnull (cache);
  return cache;
}

static void
put (HvSymcache *cache, uint64_t address, const char *function)
{
  HvCachedFrame frames[] = {
    { .function = "inner", .file = "", .path = "", .trait = "", .inlined = TRUE },
    { .function = function, .file = "f.c", .path = "a::f", .trait = "a::T", .line = 7 }
  };

  hv_symcache_put (cache, address, frames, G_N_ELEMENTS (frames));
}

static void
assert_known (const HvSymcache *cache, uint64_t address, const char *function)
{
  const uint32_t *frames;
  gsize n;

  g_assert_true (hv_symcache_find (cache, address, &frames, &n));
  g_assert_cmpuint (n, ==, 2);
  HvCachedFrame inner = hv_symcache_frame (cache, frames[0]);
  HvCachedFrame outer = hv_symcache_frame (cache, frames[1]);
  g_assert_cmpstr (inner.function, ==, "inner");
  g_assert_cmpstr (inner.file, ==, "");
  g_assert_true (inner.inlined);
  g_assert_cmpstr (outer.function, ==, function);
  g_assert_cmpstr (outer.file, ==, "f.c");
  g_assert_cmpstr (outer.path, ==, "a::f");
  g_assert_cmpstr (outer.trait, ==, "a::T");
  g_assert_cmpuint (outer.line, ==, 7);
  g_assert_false (outer.inlined);
}

/* Each session adds; of two at once, the one that ends later stays whole. */
static void
test_cache_sessions (void)
{
  g_autofree char *path = data_path ("gcc-5.so");
  const uint32_t *frames;
  gsize n;

  HvSymcache *first = open_cache (path);
  g_assert_false (hv_symcache_is_known (first));
  hv_symcache_reset (first, HV_QUALITY_FULL, "1 2.3 /x\n");
  put (first, 20, "twenty");
  put (first, 10, "ten");
  hv_symcache_put (first, 15, NULL, 0);
  hv_symcache_close (first);

  HvSymcache *second = open_cache (path), *third = open_cache (path);
  g_assert_true (hv_symcache_is_known (second));
  g_assert_cmpint (hv_symcache_quality (second), ==, HV_QUALITY_FULL);
  g_assert_cmpstr (hv_symcache_inputs (second), ==, "1 2.3 /x\n");
  assert_known (second, 10, "ten");
  assert_known (second, 20, "twenty");
  g_assert_true (hv_symcache_find (second, 15, &frames, &n));
  g_assert_cmpuint (n, ==, 0);
  g_assert_false (hv_symcache_find (second, 16, &frames, &n));
  put (second, 5, "five");
  put (third, UINT64_MAX, "last");
  hv_symcache_close (third);
  hv_symcache_close (second);

  second = open_cache (path);
  assert_known (second, 5, "five");
  assert_known (second, 10, "ten");
  assert_known (second, 20, "twenty");
  g_assert_false (hv_symcache_find (second, UINT64_MAX, &frames, &n));
  hv_symcache_reset (second, HV_QUALITY_SYMBOLS, "");
  g_assert_false (hv_symcache_find (second, 10, &frames, &n));
  put (second, 30, "thirty");
  hv_symcache_close (second);

  second = open_cache (path);
  g_assert_cmpint (hv_symcache_quality (second), ==, HV_QUALITY_SYMBOLS);
  g_assert_false (hv_symcache_find (second, 10, &frames, &n));
  assert_known (second, 30, "thirty");
  hv_symcache_close (second);
  empty_cache ();
}

/* When it is full the file that was not used for the longest time goes. */
static void
test_cache_bound (void)
{
  g_autofree char *folder = g_build_filename (scratch, "bound", NULL);
  static const char *const names[] = { "a.names", "b.names", "c.names", "other", "d.names.ab12cd" };
  char *path[G_N_ELEMENTS (names)];

  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      /* b is the oldest */
      struct timespec times[2] = { { .tv_sec = i == 1 ? 1000 : 2000 + (time_t) i } };
      g_autofree char *text = g_strnfill (1000, 'x');
      times[1] = times[0];
      path[i] = g_build_filename (folder, names[i], NULL);
      g_assert_true (g_file_set_contents (path[i], text, -1, NULL));
      g_assert_cmpint (utimensat (AT_FDCWD, path[i], times, 0), ==, 0);
    }
  hv_symcache_trim (folder, 3000);
  g_assert_true (g_file_test (path[1], G_FILE_TEST_EXISTS));
  g_assert_false (g_file_test (path[4], G_FILE_TEST_EXISTS)); /* left behind long ago */
  hv_symcache_trim (folder, 2999);
  g_assert_true (g_file_test (path[0], G_FILE_TEST_EXISTS));
  g_assert_false (g_file_test (path[1], G_FILE_TEST_EXISTS));
  g_assert_true (g_file_test (path[2], G_FILE_TEST_EXISTS));
  hv_symcache_trim (folder, 0);
  g_assert_false (g_file_test (path[0], G_FILE_TEST_EXISTS));
  g_assert_false (g_file_test (path[2], G_FILE_TEST_EXISTS));
  g_assert_true (g_file_test (path[3], G_FILE_TEST_EXISTS));
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    g_free (path[i]);
}

int
main (int argc, char **argv)
{
  symbols_init (&argc, &argv);
  g_test_add_func ("/cache/names", test_cache);
  g_test_add_func ("/cache/quality", test_cache_quality);
  g_test_add_func ("/cache/changed", test_cache_changed);
  g_test_add_func ("/cache/split", test_cache_split);
  g_test_add_func ("/cache/size", test_cache_size);
  g_test_add_func ("/cache/of-another", test_cache_of_another);
  g_test_add_func ("/cache/torn", test_cache_torn);
  g_test_add_func ("/cache/same-time", test_cache_same_time);
  g_test_add_func ("/cache/full", test_cache_full);
  g_test_add_func ("/cache/hostile", test_cache_hostile);
  g_test_add_func ("/cache/sessions", test_cache_sessions);
  g_test_add_func ("/cache/bound", test_cache_bound);
  return symbols_run ();
}
