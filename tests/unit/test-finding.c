/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/frame-key.h"
#include "symbols.h"

static void
test_resolve (void)
{
  g_autofree char *path = data_path ("gcc-5.so"), *text = NULL;
  const char *binaries[] = { path, NULL };
  HvImportOptions options = { .binaries = (char **) binaries };
  g_autoptr (HvProfile) profile = make_profile ("/nowhere/gcc-5.so", stack, G_N_ELEMENTS (stack));

  resolve (profile, &options);
  text = stack_text (profile);
  g_assert_cmpstr (text, ==, stack_named);
  g_assert_cmpstr (status (profile), ==, "resolved");
  g_assert_cmpuint (strlen (hv_profile_string (profile, profile->module[0].build_id)), ==, 40);
  g_assert_cmpuint (profile->warnings->len, ==, 0);
  g_assert_cmpint (hv_profile_total (profile, HV_METRIC_LIVE_BYTES), ==, 100);
  for (uint32_t n = profile->site_node[0]; n != 0; n = profile->node_parent[n])
    {
      const HvFrame *frame = &profile->frame[profile->node_frame[n]];
      g_assert_cmpuint (frame->address, ==, 0);
      g_assert_cmpuint (frame->module, ==, profile->module[0].path);
      g_assert_cmpstr (hv_profile_string (profile, frame->file), ==, "/src/fixture.cc");
    }
}

/* One --binary of another name is the program itself, but no library. */
static void
test_main_binary (void)
{
  g_autofree char *path = data_path ("gcc-5.so");
  const char *binaries[] = { path, NULL };
  HvImportOptions options = { .binaries = (char **) binaries };
  g_autoptr (HvProfile) program = make_profile ("/nowhere/program", stack, G_N_ELEMENTS (stack));
  g_autoptr (HvProfile) library = make_profile ("/nowhere/lib.so.1", stack, G_N_ELEMENTS (stack));

  resolve (program, &options);
  g_assert_cmpstr (status (program), ==, "resolved");
  resolve (library, &options);
  g_assert_cmpstr (status (library), ==, "file not found");
  g_assert_cmpuint (library->warnings->len, ==, 2);
  g_assert_cmpstr (g_ptr_array_index (library->warnings, 0), ==,
                   "Symbols are missing for 1 module in stacks of 100 % of the live bytes: "
                   "/nowhere/lib.so.1 (file not found). Give the files with --binary PATH.");
  g_assert_nonnull (strstr (g_ptr_array_index (library->warnings, 1), "--binary MODULE="));
}

/* Two stacks, of `bytes` and 1000 − `bytes`. The first goes through the allocator, a library and
 * the program to the C library's start code, the other is named. No file is there. */
static HvProfile *
make_missing (int64_t bytes, const char *library)
{
  const char *const modules[] = { "/x/libjemalloc.so.2", library, "/x/program", "/x/libc.so.6",
                                  "/x/program" };
  HvProfile *profile = hv_profile_new ();
  uint32_t node = 0;

  for (gsize i = G_N_ELEMENTS (modules); i > 0; i--)
    {
      HvFrame frame = { .module = hv_profile_intern (profile, modules[i - 1], -1),
                        .address = 0x1000 * i };
      node = hv_profile_node (profile, node, hv_profile_frame (profile, &frame));
    }
  uint32_t site = hv_profile_site (profile, node);
  hv_profile_column (profile, HV_METRIC_LIVE_BYTES)[site] = bytes;
  HvFrame named = { .module = hv_profile_intern (profile, "/x/program", -1),
                    .function = hv_profile_intern (profile, "work", -1) };
  site = hv_profile_site (profile,
                          hv_profile_node (profile, 0, hv_profile_frame (profile, &named)));
  hv_profile_column (profile, HV_METRIC_LIVE_BYTES)[site] = (int64_t) (1000 - (uint64_t) bytes);
  profile->default_metric = HV_METRIC_LIVE_BYTES;
  return profile;
}

/* Allocator frames are folded and the C library's start code tells nobody anything: nobody needs
 * their symbols. */
static void
test_missing (void)
{
  HvImportOptions options = { 0 };
  g_autoptr (HvProfile) some = make_missing (250, "/x/lib.so");
  g_autoptr (HvProfile) few = make_missing (9, "/x/lib.so");

  resolve (some, &options);
  g_assert_cmpuint (some->warnings->len, ==, 1);
  g_assert_cmpstr (g_ptr_array_index (some->warnings, 0), ==,
                   "Symbols are missing for 2 modules in stacks of 25 % of the live bytes: "
                   "/x/program (file not found), /x/lib.so (file not found). "
                   "Give the files with --binary PATH.");
  resolve (few, &options);
  g_assert_cmpuint (few->warnings->len, ==, 0);
}

static void
test_sysroot (void)
{
  g_autofree char *root = g_build_filename (g_getenv ("HV_TEST_DATA"), NULL), *text = NULL;
  HvImportOptions options = { .sysroot = root };
  g_autoptr (HvProfile)
      profile = make_profile ("/symbols/gcc-5.so (deleted)", stack, G_N_ELEMENTS (stack));

  resolve (profile, &options);
  text = stack_text (profile);
  g_assert_cmpstr (text, ==, stack_named);
}

/* A stripped library: its debug file is found by build id, by link in several places, and only when
 * its checksum is right. */
static void
test_debug_files (void)
{
  g_autofree char *library = data_path ("stripped.so"), *debug = data_path ("stripped.debug");
  g_autofree char *alone = g_build_filename (scratch, "alone", NULL);
  g_autofree char *moved = g_build_filename (alone, "stripped.so", NULL);
  g_autofree char *beside = g_build_filename (alone, "stripped.debug", NULL);
  g_autofree char *dir = g_build_filename (scratch, "debug", NULL);
  g_autofree char *symbols_only = NULL;
  const char *dirs[] = { dir, NULL };
  HvImportOptions options = { 0 };

  g_assert_cmpint (g_mkdir_with_parents (alone, 0700), ==, 0);
  copy_file (library, moved, FALSE);

  g_autoptr (HvProfile) none = make_profile (moved, stack, G_N_ELEMENTS (stack));
  resolve (none, &options);
  symbols_only = stack_text (none);
  g_assert_cmpstr (symbols_only, ==, "0x2e3\n=app::run(int)\n=entry\n");
  g_assert_cmpstr (status (none), ==, "symbol table only");
  const char *build_id = hv_profile_string (none, none->module[0].build_id);

  copy_file (debug, beside, TRUE);
  g_autoptr (HvProfile) damaged = make_profile (moved, stack, G_N_ELEMENTS (stack));
  resolve (damaged, &options);
  g_assert_cmpstr (status (damaged), ==, "symbol table only");

  g_assert_cmpint (g_remove (beside), ==, 0);
  char *places[] = {
    g_strdup (beside),
    g_build_filename (alone, ".debug", "stripped.debug", NULL),
    g_build_filename (dir, "stripped.debug", NULL),
    g_build_filename (dir, alone, "stripped.debug", NULL),
    g_strdup_printf ("%s/.build-id/%.2s/%s.debug", dir, build_id, build_id + 2),
  };
  options.debug_dirs = (char **) dirs;
  for (gsize i = 0; i < G_N_ELEMENTS (places); i++)
    {
      g_autofree char *folder = g_path_get_dirname (places[i]), *text = NULL;
      g_autoptr (HvProfile) profile = make_profile (moved, stack, G_N_ELEMENTS (stack));
      g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
      copy_file (debug, places[i], FALSE);
      resolve (profile, &options);
      text = stack_text (profile);
      g_assert_cmpstr (text, ==, stack_named);
      g_assert_cmpstr (status (profile), ==, "resolved");
      g_assert_cmpint (g_remove (places[i]), ==, 0);
      g_free (places[i]);
    }
}

/* A stripped library tells no name, but where its functions begin: two calls of one are shown as
 * one.
 */
static void
test_function_starts (void)
{
  static const uint64_t calls[] = { 0x283, 0x2e8, 0x312, 0x355 };
  g_autofree char *path = data_path ("unwind.so"), *text = NULL;
  g_autoptr (GString) label = g_string_new (NULL);
  HvImportOptions options = { 0 };
  g_autoptr (HvProfile) profile = make_profile (path, calls, G_N_ELEMENTS (calls));

  resolve (profile, &options);
  text = stack_text (profile);
  g_assert_cmpstr (text, ==, "0x270\n0x2a0\n0x2a0\n0x350\n");
  g_assert_cmpstr (status (profile), ==, "function starts only");
  g_assert_cmpuint (profile->warnings->len, ==, 1);
  uint32_t leaf = profile->site_node[0];
  uint32_t run = profile->node_parent[leaf], caller = profile->node_parent[run];
  const HvFrame *frame = &profile->frame[profile->node_frame[run]];
  g_assert_cmphex (frame->call, ==, 0x2e8);
  g_assert_cmphex (profile->frame[profile->node_frame[caller]].call, ==, 0x312);
  g_assert_cmpuint (frame->flags, ==, HV_FRAME_VADDR | HV_FRAME_FUNCTION_START);
  hv_frame_label (label, profile, frame);
  g_assert_cmpstr (label->str, ==, "unwind.so+0x2a0");
}

/* Such a frame gets its name and line later: it is known which call it was. */
static void
test_named_later (void)
{
  g_autofree char *path = data_path ("gcc-5.so"), *text = NULL;
  HvImportOptions options = { 0 };
  g_autoptr (HvProfile) profile = hv_profile_new ();
  HvFrame frame = { .module = hv_profile_intern (profile, path, -1),
                    .address = 0x300,
                    .call = 0x33c,
                    .flags = HV_FRAME_VADDR | HV_FRAME_FUNCTION_START };
  uint32_t node = hv_profile_node (profile, 0, hv_profile_frame (profile, &frame));
  uint32_t site = hv_profile_site (profile, node);

  hv_profile_column (profile, HV_METRIC_LIVE_BYTES)[site] = 1;
  profile->default_metric = HV_METRIC_LIVE_BYTES;
  resolve (profile, &options);
  text = stack_text (profile);
  g_assert_cmpstr (text, ==,
                   "+app::run(int)::{lambda}::operator():49\n"
                   "app::run(int):53\n");
  g_assert_cmpstr (status (profile), ==, "resolved");
}

/* Addresses that follow no call: another build of the library was recorded. */
static void
test_mismatch (void)
{
  static const uint64_t wrong[] = { 0x2f0, 0x302, 0x311, 0x321, 0x344, 0x350, 0x361, 0x372, 0x399 };
  g_autofree char *path = data_path ("gcc-5.so"), *text = NULL;
  HvImportOptions options = { 0 };
  g_autoptr (HvProfile) profile = make_profile (path, wrong, G_N_ELEMENTS (wrong));

  resolve (profile, &options);
  g_assert_cmpstr (status (profile), ==, "does not match");
  g_assert_cmpuint (profile->warnings->len, ==, 2);
  g_assert_nonnull (strstr (g_ptr_array_index (profile->warnings, 0), "is not the file that ran"));
  text = stack_text (profile);
  g_assert_true (g_str_has_prefix (text, "0x2f0\n0x302\n"));
}

/* Too few addresses to tell another build, but its code lay elsewhere. */
static void
test_layout (void)
{
  static const struct
  {
    uint64_t offset, size;
    const char *status;
  } cases[] = {
    { 0x1000, 0x1000, "does not match" }, /* gcc-5.so has all its code in the first page */
    { 0x5000, 0x9000, "does not match" },
    { 0, 0x1000, "resolved" },
    { 0x1001, 0x1000, "resolved" },
    { 0x1000, UINT64_MAX - 0xfff, "resolved" },
    { UINT64_MAX - 0xfff, 0x1000, "resolved" },
  };
  g_autofree char *path = data_path ("gcc-5.so");
  HvImportOptions options = { 0 };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (HvProfile) profile = make_profile (path, stack, G_N_ELEMENTS (stack));
      profile->module[0].code_offset = cases[i].offset;
      profile->module[0].code_size = cases[i].size;
      resolve (profile, &options);
      g_assert_cmpstr (status (profile), ==, cases[i].status);
    }
}

static void
test_not_elf (void)
{
  g_autofree char *path = data_path ("fixture.cc");
  HvImportOptions options = { 0 };
  g_autoptr (HvProfile) text = make_profile (path, stack, 1);
  g_autoptr (HvProfile) folder = make_profile (scratch, stack, 1);
  g_autoptr (HvProfile) vdso = make_profile ("[vdso]", stack, 1);

  resolve (text, &options);
  g_assert_cmpstr (status (text), ==, "no symbols");
  resolve (folder, &options);
  g_assert_cmpstr (status (folder), ==, "file not found");
  /* nobody can do anything about it */
  resolve (vdso, &options);
  g_assert_cmpuint (vdso->warnings->len, ==, 0);
}

static void
test_cancel (void)
{
  g_autofree char *path = data_path ("gcc-5.so");
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  HvImportOptions options = { .cancellable = cancellable };
  g_autoptr (HvProfile) profile = make_profile (path, stack, G_N_ELEMENTS (stack));

  g_cancellable_cancel (cancellable);
  g_assert_false (hv_symbols_resolve (profile, &options, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

int
main (int argc, char **argv)
{
  symbols_init (&argc, &argv);
  g_test_add_func ("/profile/resolve", test_resolve);
  g_test_add_func ("/profile/main-binary", test_main_binary);
  g_test_add_func ("/profile/missing", test_missing);
  g_test_add_func ("/profile/sysroot", test_sysroot);
  g_test_add_func ("/profile/debug-files", test_debug_files);
  g_test_add_func ("/profile/function-starts", test_function_starts);
  g_test_add_func ("/profile/named-later", test_named_later);
  g_test_add_func ("/profile/mismatch", test_mismatch);
  g_test_add_func ("/profile/layout", test_layout);
  g_test_add_func ("/profile/not-elf", test_not_elf);
  g_test_add_func ("/profile/cancel", test_cancel);
  return symbols_run ();
}
