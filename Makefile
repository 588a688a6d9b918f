# conncheck: the extension by PGXS, the program by CMake. `make help` lists the targets.

PG_CONFIG ?= pg_config
BUILD_DIR ?= build
FUZZ_SECONDS ?= 300
JOBS ?= $(shell nproc)

EXTENSION = extension/conncheck
MODULE_big = conncheck
DATA = $(wildcard extension/conncheck--*.sql)
OBJS = $(patsubst %.cpp,%.o,$(sort $(wildcard extension/rules/*.cpp extension/server/*.cpp extension/functions/*.cpp)))
REGRESS = $(sort $(basename $(notdir $(wildcard sql/*.sql))))

# The server's headers come as system headers (-isystem): they use `register` and are not free of warnings in C++.
# Postgres's own flags are those of the compiler it was built with; clang does not know all of gcc's.
PG_CXXFLAGS = -std=c++20 -fvisibility=hidden -Wall -Wextra -Wno-register $(if $(WERROR),-Werror) \
	$(if $(findstring clang,$(CXX)),-Wno-unknown-warning-option) -I$(CURDIR) \
	-isystem $(shell $(PG_CONFIG) --includedir-server 2>/dev/null)
SHLIB_LINK = -lstdc++
EXTRA_CLEAN = results regression.diffs regression.out $(BUILD_STAMP)

MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := everything
.PHONY: everything agent demo demo-psql test test-mutations test-matrix bench deps format help
.PHONY: test-differential test-regression-database test-stress test-fuzz fuzz nightly
everything: all agent

agent:
	cmake -S . -B $(BUILD_DIR) $(CMAKE_FLAGS)
	cmake --build $(BUILD_DIR) --target conncheck --parallel $(JOBS)

# These work on a machine that has nothing but make and git yet: the packages come first, and a make started from
# the script then finds pg_config. An explicit PG_CONFIG is handed on; the default is left for the script to find.
SCRIPT_ENVIRONMENT = env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL \
	$(if $(filter file,$(origin PG_CONFIG)),-u PG_CONFIG,PG_CONFIG='$(PG_CONFIG)') \
	MAKE='$(MAKE)' BUILD_DIR='$(BUILD_DIR)' JOBS='$(JOBS)' CMAKE_FLAGS='$(CMAKE_FLAGS)'

deps:
	@$(SCRIPT_ENVIRONMENT) scripts/install-packages

demo: deps
	@$(SCRIPT_ENVIRONMENT) demo/run

demo-psql: deps
	@$(SCRIPT_ENVIRONMENT) demo/run --psql

test: deps
	@$(SCRIPT_ENVIRONMENT) tests/run $(TEST_FLAGS)

test-mutations: deps
	@$(SCRIPT_ENVIRONMENT) tests/mutations/run

test-differential: deps
	@$(MAKE) agent
	@$(SCRIPT_ENVIRONMENT) CONNCHECK=$(BUILD_DIR)/conncheck tests/differential/run

test-regression-database: deps
	@$(MAKE) agent
	@$(SCRIPT_ENVIRONMENT) CONNCHECK=$(BUILD_DIR)/conncheck tests/regression-database/run

test-stress: deps
	@$(SCRIPT_ENVIRONMENT) tests/stress/run

test-fuzz:
	@$(SCRIPT_ENVIRONMENT) scripts/install-packages clang libclang-rt-dev llvm
	@$(SCRIPT_ENVIRONMENT) tests/fuzzing/run replay

fuzz:
	@$(SCRIPT_ENVIRONMENT) scripts/install-packages clang libclang-rt-dev llvm
	@$(SCRIPT_ENVIRONMENT) FUZZ_SECONDS='$(FUZZ_SECONDS)' tests/fuzzing/run fuzz $(TARGETS)

test-matrix:
	@$(SCRIPT_ENVIRONMENT) scripts/install-packages mmdebstrap wget
	@$(SCRIPT_ENVIRONMENT) tests/matrix/run $(VERSIONS)

nightly: deps
	@$(SCRIPT_ENVIRONMENT) tests/nightly

bench: deps
	@$(SCRIPT_ENVIRONMENT) bench/run
	@$(SCRIPT_ENVIRONMENT) bench/connections
	@$(SCRIPT_ENVIRONMENT) bench/history

format:
	find extension agent tests bench -name '*.[ch]pp' -exec clang-format -i {} +

help:
	@echo 'make               build the extension and the program (build/conncheck)'
	@echo 'make install       install the extension into the Postgres of pg_config'
	@echo 'make installcheck  pg_regress against a running server (PGHOST, PGPORT, ...)'
	@echo 'make agent         build the program only'
	@echo 'make demo          see it: a sample shop database and four connections, one of them healthy'
	@echo 'make demo-psql     psql in that database'
	@echo 'make test          run every test, on a throwaway server (TEST_FLAGS=--first-of-each=file: few of them)'
	@echo 'make test-mutations  make the rules wrong, one at a time, and see a test fail each time'
	@echo 'make test-differential  compare extension, catalog query and server on random catalogs'
	@echo 'make test-regression-database  the same on the regression database of Postgres, in a server with assertions'
	@echo 'make test-stress   call every function while other sessions change the catalogs'
	@echo 'make test-matrix   PostgreSQL 13, 15, 17 and 18, each in a chroot of its Debian; as root (VERSIONS="13 18")'
	@echo 'make test-fuzz     replay the stored inputs of all parsers, and report which lines they run'
	@echo 'make fuzz          look for new ones, FUZZ_SECONDS=300 for each of TARGETS="configuration redact ..."'
	@echo 'make nightly       all that takes hours: sanitizers, mutations, a thousand random catalogs, ...'
	@echo 'make bench         compare its speed with has_table_privilege and information_schema, with pgbench and psql'
	@echo 'make deps          install the Debian packages that are missing (the targets above do it too)'
	@echo 'make format        clang-format'
	@echo 'make clean         remove what was built'
	@echo 'PG_CONFIG=/path/to/pg_config chooses another Postgres, WERROR=yes makes warnings errors.'

clean: clean-build
.PHONY: clean clean-build
clean-build:
	rm -rf $(BUILD_DIR)

# PGXS compiles bitcode without PG_CXXFLAGS; JIT inlining has nothing to win in a set-returning function.
override with_llvm := no
PGXS := $(shell $(PG_CONFIG) --pgxs 2>/dev/null)
# libpq-dev alone brings a pg_config too, which names a PGXS that is not there.
ifneq ($(wildcard $(PGXS)),)
include $(PGXS)

# Objects are made for one Postgres and one compiler: another one makes them anew.
BUILD_STAMP = extension/.built-for
BUILT_FOR := $(shell $(PG_CONFIG) --version) $(CXX) $(filter-out -Werror,$(CXXFLAGS))
.PHONY: always
$(BUILD_STAMP): always
	@echo '$(BUILT_FOR)' | cmp -s - $@ || echo '$(BUILT_FOR)' >$@
$(OBJS): $(wildcard extension/*/*.hpp) $(BUILD_STAMP)
else
.PHONY: all install installcheck uninstall
all install installcheck uninstall:
	@echo 'No pg_config with PGXS found: run "make deps", or set PG_CONFIG=/path/to/pg_config.' >&2; exit 1
endif
