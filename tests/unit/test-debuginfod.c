/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "importers/symbols/debuginfod.h"
#include "symbols.h"

#include <dlfcn.h>

/* A server that has the files of tests/data/symbols/stripped.so. */
static GSocketService *server;
static gint requests;
static char *build_id;

static gboolean
on_request (GThreadedSocketService *service, GSocketConnection *connection, GObject *source,
            gpointer user)
{
  GInputStream *in = g_io_stream_get_input_stream (G_IO_STREAM (connection));
  GOutputStream *out = g_io_stream_get_output_stream (G_IO_STREAM (connection));
  g_autoptr (GDataInputStream) lines = g_data_input_stream_new (in);
  g_autofree char *request = g_data_input_stream_read_line (lines, NULL, NULL, NULL);
  g_autofree char *debug = g_strdup_printf ("GET /buildid/%s/debuginfo HTTP/1.1\r", build_id);
  g_autofree char *program = g_strdup_printf ("GET /buildid/%s/executable HTTP/1.1\r", build_id);
  g_autofree char *path = NULL, *data = NULL, *head = NULL;
  gsize size = 0;

  g_atomic_int_inc (&requests);
  for (;;)
    {
      g_autofree char *line = g_data_input_stream_read_line (lines, NULL, NULL, NULL);
      if (line == NULL || *line == '\r' || *line == 0)
        break;
    }
  if (g_strcmp0 (request, debug) == 0)
    path = data_path ("stripped.debug");
  else if (g_strcmp0 (request, program) == 0)
    path = data_path ("stripped.so");
  if (path)
    g_assert_true (g_file_get_contents (path, &data, &size, NULL));
  head = g_strdup_printf ("HTTP/1.1 %s\r\nContent-Length: %" G_GSIZE_FORMAT
                          "\r\nConnection: close\r\n\r\n",
                          path ? "200 OK" : "404 Not Found", size);
  g_output_stream_write_all (out, head, strlen (head), NULL, NULL, NULL);
  g_output_stream_write_all (out, data, size, NULL, NULL, NULL);
  return TRUE;
}

static void
use_port (guint16 port)
{
  g_autofree char *url = g_strdup_printf ("http://127.0.0.1:%u", port);

  g_setenv ("DEBUGINFOD_URLS", url, TRUE);
}

static void
start_server (void)
{
  g_autofree char *path = data_path ("stripped.so");
  g_autoptr (HvElf) elf = hv_elf_open (path, NULL);

  build_id = g_strdup (hv_elf_build_id (elf));
  server = g_threaded_socket_service_new (4);
  g_signal_connect (server, "run", G_CALLBACK (on_request), NULL);
  guint16 port = g_socket_listener_add_any_inet_port (G_SOCKET_LISTENER (server), NULL, NULL);
  g_assert_cmpuint (port, >, 0);
  use_port (port);
}

/* The service accepts in a main context. */
static gpointer
serve (gpointer data)
{
  g_main_context_push_thread_default (g_main_loop_get_context (data));
  g_main_loop_run (data);
  return NULL;
}

static HvProfile *
named (const char *module, const char *id, gboolean ask)
{
  HvImportOptions options = { .debuginfod = ask };
  HvProfile *profile = make_profile (module, stack, G_N_ELEMENTS (stack));

  profile->module[0].build_id = hv_profile_intern (profile, id, -1);
  resolve (profile, &options);
  return profile;
}

/* The library is here, its debug file is not. */
static void
test_debug_file (void)
{
  g_autofree char *library = data_path ("stripped.so");
  g_autofree char *alone = g_build_filename (scratch, "alone.so", NULL);

  copy_file (library, alone, FALSE);
  int before = g_atomic_int_get (&requests);
  g_autoptr (HvProfile) unasked = named (alone, build_id, FALSE);
  g_assert_cmpstr (status (unasked), ==, "symbol table only");
  g_assert_cmpint (g_atomic_int_get (&requests), ==, before);

  g_autoptr (HvProfile) asked = named (alone, build_id, TRUE);
  g_autofree char *text = stack_text (asked);
  g_assert_cmpstr (status (asked), ==, "resolved");
  g_assert_cmpstr (text, ==, stack_named);
  g_assert_cmpint (g_atomic_int_get (&requests), >, before);
}

/* Neither is here. */
static void
test_executable (void)
{
  g_autoptr (HvProfile) profile = named ("/nowhere/lib.so", build_id, TRUE);
  g_autofree char *text = stack_text (profile);

  g_assert_cmpstr (status (profile), ==, "resolved");
  g_assert_cmpstr (text, ==, stack_named);
}

static void
test_unknown (void)
{
  g_autoptr (HvProfile)
      profile = named ("/nowhere/lib.so", "00112233445566778899aabbccddeeff00112233", TRUE);

  g_assert_cmpstr (status (profile), ==, "file not found");
  g_assert_cmpstr (hv_profile_string (profile, profile->module[0].tried), ==,
                   "/nowhere/lib.so: No such file or directory\n"
                   "debuginfod, executable 00112233445566778899aabbccddeeff00112233: "
                   "no server has it");
  /* nothing can be asked without a build id */
  g_autoptr (HvProfile) without = named ("/nowhere/lib.so", "", TRUE);
  g_assert_cmpstr (hv_profile_string (without, without->module[0].tried), ==,
                   "/nowhere/lib.so: No such file or directory");
}

/* A server that takes connections and never says anything. */
static void
test_silence (void)
{
  g_autofree char *urls = g_strdup (g_getenv ("DEBUGINFOD_URLS"));
  g_autoptr (GSocketListener) silent = g_socket_listener_new ();
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autofree char *why = NULL, *after = NULL, *over = NULL;

  use_port (g_socket_listener_add_any_inet_port (silent, NULL, NULL));
  HvDebuginfod *d = hv_debuginfod_new (0.1, 1000, cancellable, &why);
  g_assert_nonnull (d);
  g_assert_null (hv_debuginfod_find (d, "1111111111111111", HV_DEBUGINFOD_DEBUG_FILE, &why));
  g_assert_true (g_str_has_prefix (why, "no answer within 0.1 s"));
  hv_debuginfod_free (d);

  d = hv_debuginfod_new (1000, 0, cancellable, &over);
  g_assert_null (hv_debuginfod_find (d, "2222222222222222", HV_DEBUGINFOD_EXECUTABLE, &over));
  g_assert_cmpstr (over, ==, "not asked: the time for all files is over");
  hv_debuginfod_free (d);

  g_clear_pointer (&why, g_free);
  d = hv_debuginfod_new (1000, 1000, cancellable, &why);
  g_cancellable_cancel (cancellable);
  g_assert_null (hv_debuginfod_find (d, "3333333333333333", HV_DEBUGINFOD_DEBUG_FILE, &after));
  g_assert_cmpstr (after, ==, "cancelled");
  hv_debuginfod_free (d);
  g_setenv ("DEBUGINFOD_URLS", urls, TRUE);
}

static void
test_no_server (void)
{
  g_autofree char *urls = g_strdup (g_getenv ("DEBUGINFOD_URLS"));

  g_setenv ("DEBUGINFOD_URLS", "", TRUE);
  g_autoptr (HvProfile) profile = named ("/nowhere/lib.so", build_id, TRUE);
  g_assert_cmpstr (g_ptr_array_index (profile->warnings, 0), ==,
                   "debuginfod was not asked: $DEBUGINFOD_URLS names no server.");
  g_setenv ("DEBUGINFOD_URLS", urls, TRUE);
}

int
main (int argc, char **argv)
{
  symbols_init (&argc, &argv);
  g_autofree char *cache = g_build_filename (scratch, "debuginfod", NULL);
  g_setenv ("DEBUGINFOD_CACHE_PATH", cache, TRUE);
  g_setenv ("DEBUGINFOD_RETRY_LIMIT", "0", TRUE);
  g_unsetenv ("HEAPVIEW_DEBUGINFOD_TIMEOUT");
  g_unsetenv ("no_proxy");
  g_unsetenv ("http_proxy");
  g_unsetenv ("all_proxy");
  g_test_add_func ("/debuginfod/no-server", test_no_server);
  if (dlopen ("libdebuginfod.so.1", RTLD_NOW) == NULL)
    {
      g_setenv ("DEBUGINFOD_URLS", "", TRUE);
      g_test_message ("no libdebuginfod.so.1");
      return symbols_run ();
    }
  g_autoptr (GMainLoop) loop = g_main_loop_new (g_main_context_new (), FALSE);
  g_main_context_push_thread_default (g_main_loop_get_context (loop));
  start_server ();
  g_main_context_pop_thread_default (g_main_loop_get_context (loop));
  GThread *thread = g_thread_new ("server", serve, loop);
  g_test_add_func ("/debuginfod/debug-file", test_debug_file);
  g_test_add_func ("/debuginfod/executable", test_executable);
  g_test_add_func ("/debuginfod/unknown", test_unknown);
  g_test_add_func ("/debuginfod/silence", test_silence);
  int failed = symbols_run ();
  g_main_loop_quit (loop);
  g_thread_join (thread);
  return failed;
}
