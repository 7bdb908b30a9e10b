# SPDX-License-Identifier: ISC
#
# make help lists the targets.  Everything built goes below $(B).  PREFIX,
# DESTDIR, CC, CFLAGS, CPPFLAGS, LDFLAGS and B are the user's; our own flags
# join them.  New files are found by wildcards; no list here names a .c file.

B ?= build
PREFIX ?= /usr/local
CFLAGS ?= -O2 -g
PKG_CONFIG ?= pkg-config
OBJCOPY ?= objcopy
FUZZ_CC ?= clang
FUZZ_TIME ?= 10
BENCH_TIME ?= 1
TEST_TIMEOUT ?= 120
V ?= 0
# 1: warnings are errors (lint and CI; a newer compiler must not stop a user).
WERROR ?= 0
# The sanitizers of check-asan; they go with a B of their own.
SANITIZE ?=
# 1: count what is executed; it goes with clang and a B of its own.
COVERAGE ?=
# no: make check takes the machine as it is.
CHECK_DEPS ?= yes

MAKEFLAGS += --no-builtin-rules
.SUFFIXES:
.DELETE_ON_ERROR:
.DEFAULT_GOAL := all
Q := $(if $(filter 1,$(V)),,@)
VERSION := $(shell sed -n 's/^.define PRIVSEP_VERSION "\(.*\)"/\1/p' \
    helper/privsep.h)

# An assertion that fails keeps a broken promise from being acted upon, with
# privileges; it is part of the design, so there is no build without.
ifneq ($(findstring NDEBUG,$(filter-out -UNDEBUG,\
    $(CC) $(CFLAGS) $(CPPFLAGS))),)
$(error NDEBUG is refused: assertions are part of privsepd; take it away)
endif

# -- Libraries ---------------------------------------------------------------

PKG_daemon := libseccomp libcap libsystemd
PKG_ctl := libseccomp jansson libsystemd
PKG_tests := $(PKG_daemon) jansson cmocka
# What a shipped helper needs beside libprivsep; without it, it is left out.
PKG_httpd := libmicrohttpd

pkg = $(if $(strip $(2)),$(shell $(PKG_CONFIG) $(1) $(2) 2>/dev/null))
missing = $(strip $(foreach p,$(1),$(shell \
    $(PKG_CONFIG) --exists $(p) 2>/dev/null || echo $(p))))

MISSING := $(call missing,$(sort $(PKG_daemon) $(PKG_ctl)))
MISSING_tests := $(call missing,$(sort $(PKG_tests)))
LIBS_daemon := $(call pkg,--libs,$(PKG_daemon))
LIBS_ctl := $(call pkg,--libs,$(PKG_ctl))
LIBS_tests := $(call pkg,--libs,$(PKG_tests))
PKG_CFLAGS := $(call pkg,--cflags,$(filter-out $(MISSING_tests),$(PKG_tests)))

# -- Flags -------------------------------------------------------------------

IS_CLANG := $(shell echo __clang__ | $(CC) -E -x c - 2>/dev/null | \
    grep -c '^1')
try = $(shell $(CC) -Werror $(1) -x c -c /dev/null -o /dev/null \
    2>/dev/null && echo $(1))

WARNINGS := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion \
    -Wswitch-enum -Wstrict-prototypes -Wmissing-prototypes \
    -Wmissing-variable-declarations -Wold-style-definition -Wvla -Wformat=2 \
    -Wundef -Wwrite-strings -Wcast-qual -Wcast-align -Wpointer-arith \
    -Wimplicit-fallthrough -Wredundant-decls -Wnested-externs \
    -Wno-missing-field-initializers -Werror=implicit-function-declaration \
    -Werror=return-type
ifeq ($(IS_CLANG),0)
# gcc has -Wmissing-variable-declarations from version 14 on.
WARNINGS := $(filter-out -Wmissing-variable-declarations,$(WARNINGS))
# Not -Wduplicated-branches: two constants may be equal on this system only.
WARNINGS += -Wlogical-op -Wduplicated-cond
# The sanitizers' own branches make gcc see null pointers where none are.
WARNINGS += $(if $(SANITIZE),,-Wnull-dereference)
endif
WARNINGS += $(if $(filter 1,$(WERROR)),-Werror)

HARDENING := -fstack-protector-strong \
    $(call try,-fstack-clash-protection) $(call try,-fcf-protection) \
    $(call try,-mbranch-protection=standard)
# _FORTIFY_SOURCE needs an optimizing compiler, and does not go with asan.
ifeq ($(SANITIZE),)
ifneq ($(filter-out -O0,$(filter -O%,$(CFLAGS))),)
HARDENING += -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2
endif
endif

SANITIZE_CFLAGS := $(if $(SANITIZE),-fsanitize=$(SANITIZE) \
    -fno-sanitize-recover=all -fno-omit-frame-pointer)
# Counters are in files from the start, not written at an orderly end, which
# most processes here do not come to.
PROFILES = $(abspath $(B))/profiles
COVERAGE_CFLAGS := $(if $(COVERAGE),-fprofile-instr-generate \
    -fcoverage-mapping -mllvm -runtime-counter-relocation)
INSTRUMENT := $(SANITIZE_CFLAGS) $(COVERAGE_CFLAGS)

BASE_CFLAGS = -std=gnu11 -D_GNU_SOURCE -I. -DPSD_VERSION='"$(VERSION)"' \
    -MMD -MP $(WARNINGS) $(PKG_CFLAGS)
OUR_CFLAGS = $(BASE_CFLAGS) $(HARDENING) $(INSTRUMENT)
OUR_LDFLAGS := -pie -Wl,-z,relro,-z,now -Wl,-z,noexecstack -Wl,--as-needed \
    $(SANITIZE_CFLAGS) $(filter -fprofile%,$(COVERAGE_CFLAGS))

compile = $(CC) $(OUR_CFLAGS) $(1) $(CPPFLAGS) $(CFLAGS)
link = $(CC) $(OUR_LDFLAGS) $(LDFLAGS)

# What runs confined, and the library in it, is never built with sanitizers:
# their runtime opens files and maps terabytes, and a helper's filter and
# limits are there to refuse just that.  Nor does it count, in files either.
compile-confined = $(CC) $(filter-out $(INSTRUMENT),$(OUR_CFLAGS)) \
    $(1) $(CPPFLAGS) $(CFLAGS)
link-confined = $(CC) $(filter-out $(INSTRUMENT),$(OUR_LDFLAGS)) \
    $(LDFLAGS)

# -- What there is -----------------------------------------------------------

objects = $(addprefix $(B)/$(1)/,$(addsuffix .o,$(basename $(2))))

SRC_common := $(wildcard common/*.c common/*.S)
SRC_policy := $(wildcard policy/*.c)
SRC_daemon := $(filter-out daemon/main.c,$(wildcard daemon/*.c))
SRC_ctl := $(filter-out daemon/ctl/main.c,$(wildcard daemon/ctl/*.c))
SRC_helper := $(wildcard helper/*.c)
SRC_support := $(wildcard tests/support/*.c tests/faults/*.c)
SRC_tests := $(wildcard tests/unit/test_*.c tests/op/test_*.c \
    tests/system/test_*.c)
SRC_bench := $(wildcard tests/bench/*.c)
SRC_fuzz := $(wildcard tests/fuzz/fuzz_*.c)
SRC_tiny := $(wildcard tests/helpers/tiny_*.c)
SRC_confined := $(filter-out $(SRC_tiny),$(wildcard tests/helpers/*.c))
# All linked into one helper, which makes one at a time.
SRC_attacks := $(wildcard tests/attacks/*.c)

HELPERS := $(sort $(patsubst helper/%/,%,$(dir $(wildcard helper/*/*.c))))
LEFT_OUT := $(foreach h,$(HELPERS),$(if $(call missing,$(PKG_$(h))),$(h)))
BUILT_HELPERS := $(addprefix $(B)/helpers/,$(filter-out $(LEFT_OUT),\
    $(HELPERS)))

LIBRARY := $(if $(SRC_helper),$(addprefix $(B)/libprivsep.,so.0 so a))
PROGRAMS := $(patsubst daemon/main.c,$(B)/privsepd,\
    $(wildcard daemon/main.c)) \
    $(patsubst daemon/ctl/main.c,$(B)/privsepctl,$(wildcard daemon/ctl/main.c))
# Archives for our own use; without their programs there is still a build.
ARCHIVES := $(foreach a,common policy daemon ctl,\
    $(if $(SRC_$(a)),$(B)/lib$(a).a))

TESTS := $(SRC_tests:%.c=$(B)/%)
SHELL_TESTS := $(wildcard tests/system/test_*.sh)
TEST_HELPERS := $(patsubst %.c,$(B)/%,$(SRC_confined) $(SRC_tiny))
# Loaded before a program's own libraries.
SRC_preload := $(wildcard tests/preload/*.c)
PRELOADS := $(SRC_preload:%.c=$(B)/%.so)
# One program of all files there.
BENCHES := $(if $(SRC_bench),$(B)/bench/bench)
UNCONFINED := $(if $(SANITIZE),$(patsubst $(B)/helpers/%,\
    $(B)/unconfined/%,$(BUILT_HELPERS)))
FUZZERS := $(SRC_fuzz:tests/fuzz/%.c=$(B)/fuzz/%)
SRC_msan := $(wildcard tests/msan/test_*.c)

# -- Targets -----------------------------------------------------------------

.PHONY: all
all: $(ARCHIVES) $(PROGRAMS) $(LIBRARY) $(BUILT_HELPERS)
	@$(foreach h,$(LEFT_OUT),echo "left out: helper $(h) (pkg-config does \
	not find $(call missing,$(PKG_$(h))); make deps installs it)";) :

.PHONY: tests
tests: all $(TESTS) $(TEST_HELPERS) $(PRELOADS) $(BENCHES) $(UNCONFINED)

.PHONY: help
help:
	@echo 'all           programs, library and helpers, below $(B) (default)'
	@echo 'deps          install what building and testing need (Debian)'
	@echo 'demo          build and show a page served by a confined helper'
	@echo 'check         all tests; CHECK_DEPS=no installs nothing'
	@echo 'check-asan    the same under sanitizers, in $(B)/asan'
	@echo 'check-tsan    the library under the thread sanitizer, in $(B)/tsan'
	@echo 'check-msan    replies under the memory sanitizer, in $(B)/msan'
	@echo 'check-valgrind  unit tests under valgrind'
	@echo 'soak          what takes hours: each failure, allocation and kill of a day'
	@echo 'check-unit    all of them inside the unit of systemd'
	@echo 'coverage      all tests, and what of the sources they reached'
	@echo 'lint          every static check'
	@echo 'fuzz, bench   FUZZ_TIME and BENCH_TIME seconds each'
	@echo '              (bench GROUP=NAME: one group; CHECK_DEPS=no as above)'
	@echo 'install, uninstall  PREFIX=$(PREFIX) DESTDIR=$(DESTDIR)'
	@echo 'dist          what is committed, as $(DIST).tar.gz in $(B)'
	@echo 'check-package  Debian packages: built twice, judged, installed'
	@echo 'format, clean'

# Objects of a changed command line are old: flags is rewritten only then.
.PHONY: FORCE
$(B)/flags: FORCE
	@mkdir -p $(@D)
	@printf '%s\n' '$(subst ','\'',$(call compile) :: $(link) :: \
	    $(call compile-confined))' >$@.new
	@if cmp -s $@.new $@; then rm $@.new; else mv $@.new $@; fi

# Says what is missing before a compiler complains of a header.
.PHONY: have-libraries have-test-libraries
have-libraries:
	@$(if $(MISSING),echo 'pkg-config does not find: $(MISSING);' \
	    'make deps installs what is needed' >&2; exit 1,:)
have-test-libraries:
	@$(if $(MISSING_tests),echo 'pkg-config does not find:' \
	    '$(MISSING_tests); make deps installs what is needed' >&2; \
	    exit 1,:)

$(call objects,obj,$(SRC_policy) $(wildcard daemon/*.c daemon/ctl/*.c)): \
    | have-libraries
$(call objects,obj,$(wildcard tests/*/*.c)): | have-test-libraries

# -- Objects and archives ----------------------------------------------------

define compile-c =
@mkdir -p $(@D)
@$(if $(Q),echo '  CC    $@')
$(Q)$(1) -c -o $@ $<
endef

$(B)/obj/%.o: %.c $(B)/flags
	$(call compile-c,$(call compile,-fPIE))
# Where programs of ours are is a default of Resolver=, and no flag of others.
$(B)/prefix: FORCE
	@mkdir -p $(@D)
	@printf '%s\n' '$(PREFIX)' >$@.new
	@if cmp -s $@.new $@; then rm $@.new; else mv $@.new $@; fi
$(B)/obj/daemon/config.o: $(B)/prefix
$(B)/obj/daemon/config.o: PKG_CFLAGS += \
    -DPSD_LIBEXEC='"$(PREFIX)/libexec/privsepd"'

$(B)/obj/%.o: %.S $(B)/flags
	$(call compile-c,$(call compile-confined,-fPIE))
$(B)/pic/%.o: %.c $(B)/flags
	$(call compile-c,$(call compile-confined,-fPIC))
$(B)/pic/%.o: %.S $(B)/flags
	$(call compile-c,$(call compile-confined,-fPIC))

define archive =
@mkdir -p $(@D)
@$(if $(Q),echo '  AR    $@')
@rm -f $@
$(Q)$(AR) rcs $@ $(filter %.o,$^)
endef

$(B)/libcommon.a: $(call objects,obj,$(SRC_common) \
    $(if $(COVERAGE),tests/coverage/runtime.c))
	$(archive)
$(call objects,obj,tests/coverage/runtime.c): PKG_CFLAGS += \
    -DTEST_PROFILES='"$(PROFILES)"'
$(B)/libpolicy.a: $(call objects,obj,$(SRC_policy))
	$(archive)
$(B)/libdaemon.a: $(call objects,obj,$(SRC_daemon))
	$(archive)
$(B)/libctl.a: $(call objects,obj,$(SRC_ctl))
	$(archive)
$(B)/libhelper.a: $(call objects,obj,$(SRC_helper))
	$(archive)
$(B)/libsupport.a: $(call objects,obj,$(SRC_support))
	$(archive)
$(B)/pic/libcommon.a: $(call objects,pic,$(SRC_common))
	$(archive)

# -- Programs ----------------------------------------------------------------

define link-program =
@mkdir -p $(@D)
@$(if $(Q),echo '  LINK  $@')
$(Q)$(or $(2),$(link)) -o $@ $(filter %.o,$^) -Wl,--start-group \
    $(filter %.a,$^) -Wl,--end-group $(1)
endef

$(B)/privsepd: $(call objects,obj,daemon/main.c) $(B)/libdaemon.a \
    $(B)/libpolicy.a $(B)/libcommon.a
	$(call link-program,$(LIBS_daemon))

$(B)/privsepctl: $(call objects,obj,daemon/ctl/main.c) $(B)/libctl.a \
    $(B)/libpolicy.a $(B)/libcommon.a
	$(call link-program,$(LIBS_ctl))

# -- libprivsep --------------------------------------------------------------

# What the library starts as a private monitor; the object that knows follows
# PREFIX.
$(B)/sbindir: FORCE
	@mkdir -p $(@D)
	@echo '$(PREFIX)/sbin' >$@.new
	@if cmp -s $@.new $@; then rm $@.new; else mv $@.new $@; fi

$(call objects,obj,helper/monitor.c) $(call objects,pic,helper/monitor.c): \
    PKG_CFLAGS += -DPSD_SBINDIR='"$(PREFIX)/sbin"'
$(call objects,obj,helper/monitor.c) $(call objects,pic,helper/monitor.c): \
    $(B)/sbindir

# Of common/ the linker takes what helper/ calls for.  The map exports
# privsep_* alone.
$(B)/libprivsep.so.0: $(call objects,pic,$(SRC_helper)) \
    $(B)/pic/libcommon.a helper/libprivsep.map
	@$(if $(Q),echo '  LINK  $@')
	$(Q)$(filter-out -pie,$(link-confined)) -shared -Wl,-z,defs \
	    -Wl,-soname,$(@F) \
	    -Wl,--version-script=helper/libprivsep.map -o $@ \
	    $(filter %.o %.a,$^)

$(B)/libprivsep.so: $(B)/libprivsep.so.0
	$(Q)ln -sf $(<F) $@

# One object whose only global names are privsep_*, so that a program's own
# names clash with nothing of ours.
$(B)/libprivsep.a: $(call objects,pic,$(SRC_helper)) $(B)/pic/libcommon.a
	@$(if $(Q),echo '  AR    $@')
	@rm -f $@
	$(Q)$(LD) -r -o $(B)/pic/privsep.o $(filter %.o %.a,$^)
	$(Q)$(OBJCOPY) --wildcard --keep-global-symbol='privsep_*' \
	    $(B)/pic/privsep.o
	$(Q)$(AR) rcs $@ $(B)/pic/privsep.o

# -- Helpers -----------------------------------------------------------------

define helper-rules =
$(B)/helpers/$(1): $$(call objects,pic,$$(wildcard helper/$(1)/*.c)) \
    $(B)/libprivsep.a $(B)/pic/libcommon.a
	$$(call link-program,$$(call pkg,--libs,$$(PKG_$(1))),$$(link-confined))
$$(call objects,pic,$$(wildcard helper/$(1)/*.c)): PKG_CFLAGS += \
    $$(call pkg,--cflags,$$(PKG_$(1)))
endef
$(foreach h,$(HELPERS),$(eval $(call helper-rules,$(h))))

# The same with the sanitizers, for tests that run it without a filter.
define unconfined-rules =
$(B)/unconfined/$(1): $$(call objects,obj,$$(wildcard helper/$(1)/*.c)) \
    $(B)/libhelper.a $(B)/libcommon.a
	$$(call link-program,$$(call pkg,--libs,$$(PKG_$(1))))
$$(call objects,obj,$$(wildcard helper/$(1)/*.c)): PKG_CFLAGS += \
    $$(call pkg,--cflags,$$(PKG_$(1)))
endef
$(foreach h,$(HELPERS),$(eval $(call unconfined-rules,$(h))))

# -- Tests -------------------------------------------------------------------

TEST_ARCHIVES := $(if $(SRC_support),$(B)/libsupport.a) $(ARCHIVES) \
    $(if $(SRC_helper),$(B)/libhelper.a)

.SECONDARY:
$(TESTS): $(B)/%: $(B)/obj/%.o $(TEST_ARCHIVES) | $(PRELOADS)
	$(call link-program,$(LIBS_tests))

$(BENCHES): $(call objects,obj,$(SRC_bench)) $(TEST_ARCHIVES)
	$(call link-program,$(LIBS_tests))

$(SRC_confined:%.c=$(B)/%): $(B)/%: $(B)/pic/%.o \
    $(if $(SRC_helper),$(B)/libprivsep.a) $(B)/pic/libcommon.a
	$(call link-program,,$(link-confined))

$(PRELOADS): $(B)/%.so: $(B)/pic/%.o
	@mkdir -p $(@D)
	@$(if $(Q),echo '  LINK  $@')
	$(Q)$(filter-out -pie,$(link-confined)) -shared -o $@ $^

$(B)/tests/helpers/attacker: $(call objects,pic,$(SRC_attacks))

# No libc, no loader: what such a program can do is all in its source.
$(SRC_tiny:%.c=$(B)/%): $(B)/%: %.c $(B)/flags
	@mkdir -p $(@D)
	@$(if $(Q),echo '  LINK  $@')
	$(Q)$(CC) $(BASE_CFLAGS) $(CPPFLAGS) $(CFLAGS) -U_FORTIFY_SOURCE \
	    -ffreestanding -fno-stack-protector -fno-pie -fno-builtin \
	    -static -nostdlib $(LDFLAGS) -o $@ $<

.PHONY: deps
deps:
	scripts/deps.sh build
	scripts/deps.sh check

# deps may install what pkg-config was asked for when this file was read, so
# what comes after it is a make of its own.
.PHONY: demo check check-run check-asan check-tsan check-valgrind
demo:
	scripts/deps.sh demo
	$(MAKE) all
	B='$(abspath $(B))' scripts/demo.sh

check:
	$(if $(filter no,$(CHECK_DEPS)),,$(MAKE) deps)
	$(MAKE) check-run

check-run: tests
	@B='$(abspath $(B))' TEST_TIMEOUT='$(TEST_TIMEOUT)' \
	    PSD_ASAN='$(if $(SANITIZE),1)' \
	    scripts/run-tests $(TESTS) $(SHELL_TESTS)

check-asan:
	$(MAKE) check B='$(B)/asan' SANITIZE=address,undefined \
	    CFLAGS='-O1 -g'

# What the library promises to threads.  Only these: the daemon has one.
THREAD_TESTS := $(addprefix $(B)/tests/unit/test_privsep_,ids threads timeout \
    loop)
.PHONY: check-threads
check-threads: $(THREAD_TESTS)
	@B='$(abspath $(B))' TEST_TIMEOUT='$(TEST_TIMEOUT)' \
	    scripts/run-tests $(THREAD_TESTS)

check-tsan:
	$(MAKE) check-threads B='$(B)/tsan' SANITIZE=thread CFLAGS='-O1 -g'

# All but those that boot a system themselves, inside the shipped unit; and but
# for four.  Three compare what the kernel does by a filter with what we think it
# does, and the unit's own filter answers there, too.  privsepctl learn is for a
# terminal: it observes programs by calls that the unit denies everybody.
NOT_INSIDE := $(addprefix $(B)/tests/unit/test_,bpf_kernel filter_kernel \
    own_filter) $(addprefix tests/system/test_,learn.sh systemd%)
.PHONY: check-unit
check-unit: tests
	@B='$(abspath $(B))' TEST_TIMEOUT='$(TEST_TIMEOUT)' \
	    INSIDE_TESTS='$(abspath $(filter-out $(NOT_INSIDE),$(TESTS) \
	    $(SHELL_TESTS)))' \
	    bash tests/system/test_systemd_inside.sh

# What takes hours: the programs of which make check runs a sample, by PSD_SOAK=1.
# Those that take longest come first, some in pieces, twice as many at once as there
# are processors, as they wait as long as they work; then the others, some of which
# measure, one after the other.
SOAK_JOBS ?= $(shell expr 2 \* $$(nproc))
SOAK_TIMEOUT ?= 86400
SOAK_SPLIT := $(addprefix $(B)/tests/system/test_,faults faults_launch kills)
SOAK_BESIDE := $(addprefix $(B)/tests/system/test_,allocations allocations_day \
    long)
SOAK_ALONE := $(filter-out $(SOAK_SPLIT) $(SOAK_BESIDE),$(patsubst %.c,$(B)/%,\
    $(shell grep -l PSD_SOAK $(SRC_tests) $(SHELL_TESTS))))
SOAK_TESTS = $(SOAK_BESIDE) $(foreach i,$(shell seq $(SOAK_JOBS)),\
    $(SOAK_SPLIT:%=%:$(i)/$(SOAK_JOBS)))
.PHONY: soak
soak: tests
	@rm -rf '$(B)/soak'
	@export B='$(abspath $(B))' TEST_LOG='$(abspath $(B))/soak/log' \
	    TEST_TIMEOUT='$(SOAK_TIMEOUT)' PSD_ASAN='$(if $(SANITIZE),1)' \
	    PSD_SOAK=1; status=0; \
	    TEST_JOBS='$(SOAK_JOBS)' scripts/run-tests $(SOAK_TESTS) || status=1; \
	    TEST_JOBS=1 scripts/run-tests $(SOAK_ALONE) || status=1; \
	    scripts/soak-list "$$TEST_LOG"/*.log; exit $$status

UNIT_TESTS := $(filter $(B)/tests/unit/%,$(TESTS))
check-valgrind: tests
	@B='$(abspath $(B))' TEST_TIMEOUT='$(TEST_TIMEOUT)' PSD_VALGRIND=1 \
	    scripts/run-tests --valgrind $(UNIT_TESTS)

# What the tests reach, counted by clang, in $(B)/coverage.  It fails below
# these hundredths of lines and branches, and when a test fails.  At each place
# that asks for memory there is none once, and each that makes a call sees it
# fail, which takes minutes.
COVERAGE_TIMEOUT ?= 3600
COVERED_LINES := 96
COVERED_BRANCHES := 90
.PHONY: coverage coverage-run
coverage:
	$(if $(filter no,$(CHECK_DEPS)),,scripts/deps.sh coverage)
	$(MAKE) coverage-run B='$(B)/coverage' COVERAGE=1 CC='$(FUZZ_CC)' \
	    CFLAGS='-O1 -g'

coverage-run: tests
	@rm -rf '$(PROFILES)'
	@mkdir -p -m 777 '$(PROFILES)'
	@export B='$(abspath $(B))'; status=0; \
	    TEST_TIMEOUT='$(COVERAGE_TIMEOUT)' PSD_FAULT_PLACES=1 \
	    scripts/run-tests $(TESTS) $(SHELL_TESTS) || status=$$?; \
	    scripts/coverage $(COVERED_LINES) $(COVERED_BRANCHES) && \
	    exit $$status

# GROUP=NAME measures that one alone, into a file of its own.
.PHONY: bench bench-run
bench:
	$(if $(filter no,$(CHECK_DEPS)),,scripts/deps.sh bench)
	$(MAKE) bench-run

bench-run: all $(BENCHES) $(TEST_HELPERS)
	@B='$(abspath $(B))' BENCH_TIME='$(BENCH_TIME)' $(B)/bench/bench \
	    --json '$(B)/bench$(addprefix -,$(GROUP)).json' $(GROUP)

# -- Fuzzing -----------------------------------------------------------------

FUZZ_CFLAGS := -std=gnu11 -D_GNU_SOURCE -I. -DPSD_VERSION='"$(VERSION)"' \
    -MMD -MP $(PKG_CFLAGS) -O1 -g -fno-omit-frame-pointer \
    -fno-sanitize-recover=all
# All that a fuzzer may want, the rigs of the tests among it.
FUZZ_OBJECTS := $(call objects,fuzz/obj,$(SRC_common) $(SRC_policy) \
    $(SRC_daemon) $(SRC_support) $(SRC_helper) \
    $(filter-out $(SRC_fuzz),$(wildcard tests/fuzz/*.c)))

$(B)/fuzz/obj/%.o: %.c $(B)/flags | have-libraries have-test-libraries
	$(call compile-c,$(FUZZ_CC) $(FUZZ_CFLAGS) \
	    -fsanitize=fuzzer-no-link$(,)address$(,)undefined)
$(B)/fuzz/obj/%.o: %.S $(B)/flags
	$(call compile-c,$(FUZZ_CC) $(FUZZ_CFLAGS))
$(B)/fuzz/libfuzzed.a: $(FUZZ_OBJECTS)
	$(archive)
$(FUZZERS): $(B)/fuzz/%: $(B)/fuzz/obj/tests/fuzz/%.o $(B)/fuzz/libfuzzed.a
	@$(if $(Q),echo '  LINK  $@')
	$(Q)$(FUZZ_CC) -fsanitize=fuzzer,address,undefined -o $@ $^ $(LIBS_tests)

.PHONY: fuzz fuzzers
fuzzers: $(FUZZERS)
fuzz: $(FUZZERS)
	@B='$(abspath $(B))' FUZZ_TIME='$(FUZZ_TIME)' \
	    scripts/run-fuzz $(FUZZERS)

# -- The memory sanitizer ----------------------------------------------------

# clang's alone.  Reports of it are asked for by the tests themselves, since the
# libraries are built without.
MSAN_CFLAGS := $(filter-out -O1 -g,$(FUZZ_CFLAGS)) -O0 -fsanitize=memory \
    -fsanitize-recover=memory
MSAN_TESTS := $(SRC_msan:%.c=$(B)/msan/%)

$(B)/msan/obj/%.o: %.c $(B)/flags | have-libraries have-test-libraries
	$(call compile-c,$(FUZZ_CC) $(MSAN_CFLAGS))
$(B)/msan/obj/%.o: %.S $(B)/flags
	$(call compile-c,$(FUZZ_CC) $(FUZZ_CFLAGS))
$(B)/msan/libtested.a: $(call objects,msan/obj,$(SRC_common) $(SRC_policy) \
    $(SRC_daemon) $(SRC_support) $(SRC_helper))
	$(archive)
$(MSAN_TESTS): $(B)/msan/%: $(B)/msan/obj/%.o $(B)/msan/libtested.a
	@mkdir -p $(@D)
	@$(if $(Q),echo '  LINK  $@')
	$(Q)$(FUZZ_CC) -fsanitize=memory -o $@ $^ $(LIBS_tests)

.PHONY: check-msan
check-msan:
	@if $(FUZZ_CC) --version >/dev/null 2>&1; then \
	    $(MAKE) check-msan-run; \
	else \
	    echo 'SKIP: $(FUZZ_CC), whose memory sanitizer this takes, is' \
		'not installed (make deps installs it)'; \
	fi

.PHONY: check-msan-run
check-msan-run: $(MSAN_TESTS)
	@B='$(abspath $(B))' TEST_TIMEOUT='$(TEST_TIMEOUT)' \
	    scripts/run-tests $(MSAN_TESTS)

# -- Lint and format ---------------------------------------------------------

.PHONY: lint format
lint:
	@B='$(abspath $(B))/lint' CC='$(CC)' MAKE='$(MAKE)' scripts/lint

format:
	clang-format -i $(wildcard common/*.[ch] policy/*.[ch] daemon/*.[ch] \
	    daemon/ctl/*.[ch] helper/*.[ch] helper/*/*.[ch] tests/*/*.[ch])

# -- Installation ------------------------------------------------------------

LIBDIR ?= $(PREFIX)/lib
MANDIR ?= $(PREFIX)/share/man
EXAMPLEDIR ?= $(PREFIX)/share/doc/privsepd/examples
# systemd looks below /usr/lib and /usr/local/lib for these.
UNITDIR ?= $(PREFIX)/lib/systemd/system
SYSUSERSDIR ?= $(PREFIX)/lib/sysusers.d
TMPFILESDIR ?= $(PREFIX)/lib/tmpfiles.d
CATALOGDIR ?= $(PREFIX)/lib/systemd/catalog
PRESETDIR ?= $(PREFIX)/lib/systemd/system-preset
# For the administrator to link into /etc/systemd/system/privsepd.service.d.
DROPINDIR ?= $(PREFIX)/share/privsepd/drop-ins

INSTALL ?= install
PUT = $(INSTALL) -D -m
UNITS := $(wildcard systemd/*.service systemd/*.socket)
SYSUSERS := $(wildcard systemd/sysusers.d/*.conf)
TMPFILES := $(wildcard systemd/tmpfiles.d/*.conf)
CATALOGUES := $(wildcard systemd/*.catalog)
PRESETS := $(wildcard systemd/system-preset/*.preset)
DROPINS := $(wildcard systemd/drop-ins/*.conf)
MANUALS := $(wildcard man/*.[1-8])
EXAMPLES := $(wildcard policy/examples/*.policy)
manual-path = $(MANDIR)/man$(subst .,,$(suffix $(1)))/$(notdir $(1))

# Where each file goes: what is installed and uninstalled, one list.
COMPLETIONS := share/bash-completion/completions/privsepctl \
    share/zsh/site-functions/_privsepctl
INSTALLED := $(addprefix $(PREFIX)/,$(COMPLETIONS)) \
    $(EXAMPLES:policy/examples/%=$(EXAMPLEDIR)/%) \
    $(if $(filter %/privsepd,$(PROGRAMS)),$(PREFIX)/sbin/privsepd) \
    $(if $(filter %/privsepctl,$(PROGRAMS)),$(PREFIX)/bin/privsepctl) \
    $(BUILT_HELPERS:$(B)/helpers/%=$(PREFIX)/libexec/privsepd/%) \
    $(PREFIX)/include/privsep.h $(LIBRARY:$(B)/%=$(LIBDIR)/%) \
    $(LIBDIR)/pkgconfig/privsep.pc \
    $(foreach m,$(MANUALS),$(call manual-path,$(m))) \
    $(UNITS:systemd/%=$(UNITDIR)/%) \
    $(SYSUSERS:systemd/sysusers.d/%=$(SYSUSERSDIR)/%) \
    $(TMPFILES:systemd/tmpfiles.d/%=$(TMPFILESDIR)/%) \
    $(CATALOGUES:systemd/%=$(CATALOGDIR)/%) \
    $(PRESETS:systemd/system-preset/%=$(PRESETDIR)/%) \
    $(DROPINS:systemd/drop-ins/%=$(DROPINDIR)/%)

$(B)/privsep.pc: helper/privsep.pc.in helper/privsep.h Makefile FORCE
	@mkdir -p $(@D)
	$(Q)sed -e 's|@PREFIX@|$(PREFIX)|' -e 's|@LIBDIR@|$(LIBDIR)|' \
	    -e 's|@VERSION@|$(VERSION)|' $< >$@

define install-unit =
@mkdir -p $(B)/systemd
sed 's|@PREFIX@|$(PREFIX)|g' $(1) >$(B)/systemd/$(notdir $(1))
$(PUT) 644 $(B)/systemd/$(notdir $(1)) $(DESTDIR)$(2)/$(notdir $(1))

endef

# Examples and pages say where our helpers are: below PREFIX.
define install-placed =
@mkdir -p $(B)/placed
sed 's|/usr/local/libexec/privsepd/|$(PREFIX)/libexec/privsepd/|g' $(1) \
    >$(B)/placed/$(notdir $(1))
$(PUT) 644 $(B)/placed/$(notdir $(1)) $(DESTDIR)$(2)

endef

.PHONY: install uninstall clean
install: all $(B)/privsep.pc
	$(if $(filter %/privsepd,$(PROGRAMS)),$(PUT) 755 $(B)/privsepd \
	    $(DESTDIR)$(PREFIX)/sbin/privsepd)
	$(if $(filter %/privsepctl,$(PROGRAMS)),$(PUT) 755 \
	    $(B)/privsepctl $(DESTDIR)$(PREFIX)/bin/privsepctl)
	$(foreach h,$(BUILT_HELPERS),$(PUT) 755 $(h) \
	    $(DESTDIR)$(PREFIX)/libexec/privsepd/$(notdir $(h));)
	$(PUT) 644 helper/privsep.h $(DESTDIR)$(PREFIX)/include/privsep.h
	$(PUT) 644 $(B)/libprivsep.so.0 $(DESTDIR)$(LIBDIR)/libprivsep.so.0
	ln -sf libprivsep.so.0 $(DESTDIR)$(LIBDIR)/libprivsep.so
	$(PUT) 644 $(B)/libprivsep.a $(DESTDIR)$(LIBDIR)/libprivsep.a
	$(PUT) 644 $(B)/privsep.pc \
	    $(DESTDIR)$(LIBDIR)/pkgconfig/privsep.pc
	$(foreach m,$(MANUALS),$(call install-placed,$(m),$(call \
	    manual-path,$(m))))
	$(PUT) 644 scripts/completion/privsepctl.bash \
	    $(DESTDIR)$(PREFIX)/$(word 1,$(COMPLETIONS))
	$(PUT) 644 scripts/completion/_privsepctl \
	    $(DESTDIR)$(PREFIX)/$(word 2,$(COMPLETIONS))
	$(foreach e,$(EXAMPLES),$(call \
	    install-placed,$(e),$(EXAMPLEDIR)/$(notdir $(e))))
	$(foreach u,$(UNITS),$(call install-unit,$(u),$(UNITDIR)))
	$(foreach u,$(SYSUSERS),$(call install-unit,$(u),$(SYSUSERSDIR)))
	$(foreach u,$(TMPFILES),$(call install-unit,$(u),$(TMPFILESDIR)))
	$(foreach u,$(PRESETS),$(call install-unit,$(u),$(PRESETDIR)))
	$(foreach u,$(DROPINS),$(call install-unit,$(u),$(DROPINDIR)))
	$(foreach c,$(CATALOGUES),$(PUT) 644 $(c) \
	    $(DESTDIR)$(CATALOGDIR)/$(notdir $(c));)

uninstall:
	rm -f $(addprefix $(DESTDIR),$(INSTALLED))
	rmdir $(DESTDIR)$(PREFIX)/libexec/privsepd 2>/dev/null || :

clean:
	rm -rf $(B)

# -- Distribution ------------------------------------------------------------

# What is committed and nothing else, the same to the byte whoever makes it.
DIST := privsepd-$(VERSION)

.PHONY: dist check-package
dist:
	@mkdir -p $(B)
	@test -z "$$(git status --porcelain)" || \
	    echo 'dist: what is not committed is left out' >&2
	$(Q)git archive --format=tar --prefix=$(DIST)/ HEAD | \
	    gzip -9n >$(B)/$(DIST).tar.gz
	@echo '$(B)/$(DIST).tar.gz'

check-package:
	@B='$(abspath $(B))' TEST_TIMEOUT=900 \
	    scripts/run-tests tests/package/test_package.sh

, := ,
-include $(shell find $(B) -name '*.d' 2>/dev/null)
