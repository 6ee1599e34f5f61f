# hotseat. `make run` plays a round in this terminal; `make test` runs every test.
# Plain `make` builds build/hotseat and build/plugins/*.so.

VERSION  := 0.1.0
BUILD    ?= build
PREFIX   ?= /usr/local
CC       ?= cc
PKGS     := libuv libconfuse jansson sqlite3 libcurl libcrypto libedit
OPT      ?= -O2 -g
SAN      ?=
WARN     := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wmissing-prototypes
WERROR   ?=
CPPFLAGS += -D_GNU_SOURCE -DHOTSEAT_VERSION='"$(VERSION)"' -DHOTSEAT_PREFIX='"$(PREFIX)"' -Iinclude -Ibot
LIBS      = $(shell pkg-config --libs $(PKGS)) -lmd4c -lircclient -ldl -lm
PKGFLAGS  = $(shell pkg-config --cflags $(PKGS))
ALLFLAGS  = -std=c17 $(OPT) $(WARN) $(WERROR) -fPIC -fstack-protector-strong $(SAN) $(CPPFLAGS) $(PKGFLAGS) $(CFLAGS) -MMD -MP

SRC      := $(shell find bot -name '*.c' ! -path bot/main.c | sort)
OBJ      := $(SRC:%.c=$(BUILD)/%.o)
LIB      := $(BUILD)/libhotseat.a
PLUGINS  := $(patsubst plugins/%/,%,$(sort $(dir $(wildcard plugins/*/*.c))))
# hello is a template for authors: built, so that it stays right, but not loaded.
PLUGSO   := $(patsubst %,$(BUILD)/plugins/%.so,$(filter-out hello,$(PLUGINS)))
HELLO    := $(BUILD)/examples/hello.so

all: $(BUILD)/hotseat $(PLUGSO) $(HELLO)

$(BUILD)/hotseat: $(BUILD)/bot/main.o $(LIB)
	@echo "  LD   $@"
	@$(CC) $(OPT) $(SAN) $(LDFLAGS) -o $@ $^ $(LIBS)

$(LIB): $(OBJ)
	@rm -f $@ && ar rcs $@ $^

$(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	@echo "  CC   $<"
	@$(CC) $(ALLFLAGS) -c -o $@ $<

# Everything compiled, nothing linked: what `make lint` does with each compiler.
objects: $(OBJ) $(BUILD)/bot/main.o $(PLUGSO) $(HELLO) $(patsubst %.c,$(BUILD)/%.o,$(shell find tests -name '*.c'))

# A plugin sees include/ only.
define build_plugin
	@mkdir -p $(@D)
	@echo "  SO   $@"
	@$(CC) -std=c17 -D_GNU_SOURCE $(OPT) $(WARN) $(WERROR) -fPIC -shared -fvisibility=hidden $(SAN) -Iinclude $(CFLAGS) -o $@ $(filter %.c,$^)
endef

$(BUILD)/plugins/%.so: plugins/%/*.c include/hotseat/*.h
	$(build_plugin)

$(BUILD)/examples/%.so: plugins/%/*.c include/hotseat/*.h
	$(build_plugin)

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)

deps:
	@.ci/deps build

deps-test:
	@.ci/deps test

# The embedded default: the terminal room, the shipped questions, a SQLite file.
run: deps
	@$(MAKE) --no-print-directory -j$$(nproc) all
	@$(BUILD)/hotseat console

include tests/tests.mk

clean:
	rm -rf $(BUILD)

.PHONY: all objects deps deps-test run clean
.SECONDARY:
