# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh
# How the sanitizers behave in the tests; sourced by tools/test, and by hand before running a sanitized build.
export ASAN_OPTIONS=detect_stack_use_after_return=1:strict_string_checks=1:allocator_may_return_null=1
export UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1
