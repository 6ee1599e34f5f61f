# Tests. C tests are cmocka programs, one per file, named *_test.c; Python tests are *_test.py and
# drive the real program; scenarios are *.chat. tests/README.md says what lives where.

CTEST    := $(sort $(shell find tests -name '*_test.c'))
CTESTBIN := $(CTEST:%.c=$(BUILD)/%)
HELPERS  := $(sort $(wildcard tests/support/*.c))
HELPOBJ  := $(HELPERS:%.c=$(BUILD)/%.o)
$(BUILD)/tests/%.o: CPPFLAGS += -Itests/support
quick     = $(filter $(BUILD)/tests/unit/% $(BUILD)/tests/contract/%,$(CTESTBIN)) $(wildcard tests/scenarios/*.chat)
slow      = $(filter $(BUILD)/tests/torture/%,$(CTESTBIN)) $(sort $(shell find tests -name '*_test.py'))
RUN       = python3 tests/run --build $(BUILD) --only '$(ONLY)'

# Plugins with one thing wrong each, for the tests of the plugin host.
BADSO    := $(patsubst tests/data/plugins/%.c,$(BUILD)/tests/plugins/%.so,$(sort $(wildcard tests/data/plugins/*.c)))

$(BUILD)/tests/plugins/%.so: tests/data/plugins/%.c tests/data/plugins/base.h include/hotseat/plugin.h
	$(build_plugin)

# What the quick and the slow tests need to be built.
tests-built: all $(CTESTBIN) $(BADSO)

$(BUILD)/tests/%_test: $(BUILD)/tests/%_test.o $(HELPOBJ) $(LIB)
	@echo "  LD   $@"
	@$(CC) $(OPT) $(SAN) $(LDFLAGS) -o $@ $(filter-out $(LIB),$^) $(LIB) $(LIBS) -lcmocka

# The allocations of our own code go through the test, which fails them one by one.
$(BUILD)/tests/torture/alloc_test $(BUILD)/tests/torture/matrix_alloc_test: LDFLAGS += $(addprefix -Wl$(comma)--wrap=,malloc calloc realloc reallocarray strdup strndup)
comma := ,

# These live through days in seconds: the clock stands still until they move it.
warped = $(addprefix $(BUILD)/tests/support/warp/,$(addsuffix .o,warp wire $(1)))
$(addprefix $(BUILD)/tests/unit/transport/irc/,irc_away_test irc_lookup_test irc_lookup_services_test irc_hostile_test irc_hostile_life_test irc_nick_test): $(call warped,irc_stand)
$(BUILD)/tests/torture/irc_life_test: $(call warped,names life_net life_bot life_play life_day)

# And these move it on.
SKIPPING := $(addprefix $(BUILD)/tests/unit/transport/irc/,irc_login_test irc_connect_test irc_link_test irc_services_test)
$(SKIPPING): $(BUILD)/tests/support/skip/skip.o

# One part: `make suite ONLY=store` runs the tests whose path has that word.
suite: tests-built
	@$(RUN) $(slow) $(quick)

# Under a minute, no network.
check: tests-built lint
	@$(RUN) $(quick)

test: deps-test
	@$(MAKE) --no-print-directory -j$$(nproc) tests-built fuzz-built
	@$(RUN) $(slow) $(quick) $(FUZZRUN)

ASAN := -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
asan: deps-test
	@$(MAKE) --no-print-directory -j$$(nproc) BUILD=$(BUILD)/asan OPT='-O1 -g' SAN='$(ASAN)' suite

tsan: deps-test
	@$(MAKE) --no-print-directory -j$$(nproc) BUILD=$(BUILD)/tsan OPT='-O1 -g' SAN=-fsanitize=thread suite ONLY=contract

# Fuzz targets: tests/fuzz/NAME_fuzz.c for clang's libFuzzer, with sanitizers, over a library of
# their own. `make test` runs each for FUZZ_RUNS inputs, but no longer than FUZZ_TEST_SECONDS;
# `make fuzz` for FUZZ_SECONDS; irc_link_fuzz, which prints how many lines it has run, for two
# times as long: a million lines, also on a busy machine.
FUZZ         := $(sort $(wildcard tests/fuzz/*_fuzz.c))
FUZZBIN      := $(FUZZ:%.c=$(BUILD)/fuzz/%)
FUZZRUN       = $(FUZZ:%.c=$(BUILD)/fuzz/%.run)
FUZZ_RUNS    ?= 20000
FUZZ_SECONDS ?= 60
FUZZ_TEST_SECONDS ?= 15

fuzz-built:
ifneq ($(FUZZ),)
	@$(MAKE) --no-print-directory BUILD=$(BUILD)/fuzz CC=clang OPT='-O1 -g' WERROR= \
	    SAN='-fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=undefined' fuzz-programs
endif

fuzz-programs: $(FUZZ:%.c=$(BUILD)/%) $(FUZZ:%.c=$(BUILD)/%.run)

$(BUILD)/tests/fuzz/%_fuzz: $(BUILD)/tests/fuzz/%_fuzz.o $(LIB)
	@echo "  LD   $@"
	@clang -fsanitize=fuzzer,address,undefined $(LDFLAGS) -o $@ $^ $(LIBS)

$(BUILD)/tests/fuzz/matrix_render_fuzz: $(BUILD)/tests/support/matrix_look.o
$(BUILD)/tests/fuzz/irc_link_fuzz: $(BUILD)/tests/fuzz/irc_grammar.o $(BUILD)/tests/support/warp/warp.o

# A test for the runner: the corpus in tests/fuzz/corpus/NAME/ and FUZZ_RUNS inputs made from it.
$(BUILD)/tests/fuzz/%.run: $(BUILD)/tests/fuzz/%
	@printf '#!/bin/sh\necho 1..1\nmkdir -p $@.corpus\n$(abspath $<) -runs=$${FUZZ_RUNS:-$(FUZZ_RUNS)} -max_total_time=$(FUZZ_TEST_SECONDS) -seed=1 -max_len=65536 -verbosity=0 -artifact_prefix=$@. $@.corpus $$(ls -d tests/fuzz/corpus/$* 2>/dev/null) && echo "ok 1 - $*" || echo "not ok 1 - $*"\n' >$@
	@chmod +x $@

fuzz: deps-test
	@$(MAKE) --no-print-directory -j$$(nproc) fuzz-built
	@for f in $(FUZZBIN); do n=$$(basename $$f); mkdir -p $$f.corpus; echo "== $$n"; \
	    times=1; [ $$n != irc_link_fuzz ] || times=2; \
	    $$f -max_total_time=$$(($(FUZZ_SECONDS) * times)) -artifact_prefix=$$f. $$f.corpus $$(ls -d tests/fuzz/corpus/$$n 2>/dev/null) || exit 1; done

# Speed, as ratios against a baseline measured in the same run: tests/bench/NAME_bench.c and
# NAME_bench.py. tests/bench/bots/ has what the latter runs beside the bot.
BENCH    := $(sort $(wildcard tests/bench/*_bench.c))
BENCHBIN := $(BENCH:%.c=$(BUILD)/%)
BENCHPY  := $(sort $(wildcard tests/bench/*_bench.py))
BENCHBOT := $(BUILD)/tests/bench/bots/voters $(BUILD)/tests/bench/bots/bare_bot

$(BUILD)/tests/%_bench: $(BUILD)/tests/%_bench.o $(BUILD)/tests/support/bench.o $(LIB)
	@echo "  LD   $@"
	@$(CC) $(OPT) $(SAN) $(LDFLAGS) -o $@ $^ $(LIBS)

$(BENCHBOT): %: %.o $(BUILD)/tests/support/bench.o $(LIB)
	@echo "  LD   $@"
	@$(CC) $(OPT) $(SAN) $(LDFLAGS) -o $@ $^ $(LIBS)

bench-built: all $(BENCHBIN) $(BENCHBOT)

bench: deps
	@.ci/deps bench
	@$(MAKE) --no-print-directory -j$$(nproc) bench-built
	@for b in $(BENCHBIN); do $$b || exit 1; done
	@for b in $(BENCHPY); do PYTHONPATH=tests/support:tests/bench/bots HOTSEAT_BUILD=$(BUILD) python3 $$b || exit 1; done

lint:
	@BUILD=$(BUILD) tests/lint/run

.PHONY: tests-built suite check test asan tsan fuzz fuzz-built fuzz-programs bench bench-built lint
