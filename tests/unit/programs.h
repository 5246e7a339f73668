/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "symbols.h"

/* A program of C++ for the compilers that are there. */
static const char program_source[] =
    "#include <map>\n"
    "#include <string>\n"
    "#include <vector>\n"
    "#include <algorithm>\n"
    "#include <cstdlib>\n"
    "namespace {\n"
    "struct Hidden {\n"
    "  std::vector<int> v;\n"
    "  __attribute__((noinline)) void grow (int n) { for (int i = 0; i < n; i++) v.push_back (i * "
    "3); }\n"
    "  inline void twice (int n) { grow (n); grow (n + 1); }\n"
    "};\n"
    "__attribute__((noinline)) void *own (unsigned n) { return std::malloc (n); }\n"
    "}\n"
    "static inline int __attribute__((always_inline)) deep3 (int n) { std::free (own (n)); return "
    "n; }\n"
    "static inline int __attribute__((always_inline)) deep2 (int n) { return deep3 (n) + deep3 (n "
    "+ 1); }\n"
    "static inline int __attribute__((always_inline)) deep1 (int n) { return deep2 (n) + 1; }\n"
    "namespace app {\n"
    "template <typename T> struct Box {\n"
    "  std::map<std::string, T> m;\n"
    "  T &at (const std::string &k) { return m[k]; }\n"
    "};\n"
    "__attribute__((noinline)) int run (int n)\n"
    "{\n"
    "  Box<std::vector<int>> box;\n"
    "  auto add = [&] (int k) { box.at (std::to_string (k)).push_back (deep1 (k)); };\n"
    "  for (int i = 0; i < n; i++)\n"
    "    add (i);\n"
    "  Hidden h;\n"
    "  h.twice (n);\n"
    "  std::vector<std::string> names;\n"
    "  for (auto &p : box.m) names.push_back (p.first + \"x\");\n"
    "  std::sort (names.begin (), names.end (), [] (const std::string &a, const std::string &b)\n"
    "             { return std::string (a.rbegin (), a.rend ()) < b; });\n"
    "  return (int)names.size () + (int)h.v.size ();\n"
    "}\n"
    "}\n"
    "int main (int argc, char **) { return app::run (argc * 10) == 0; }\n";

/* The program as a file, for those of several units. */
static inline void
write_source (const char *name, const char *before)
{
  g_autofree char *path = g_build_filename (scratch, name, NULL);
  g_autofree char *text = g_strconcat (before, program_source, NULL);

  g_assert_true (g_file_set_contents (path, text, -1, NULL));
}
