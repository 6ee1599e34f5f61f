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

# What is installed, and where; DESTDIR is put before it, for packagers.
INSTALL    := install
BINDIR     := $(PREFIX)/bin
PLUGINDIR  := $(PREFIX)/lib/hotseat/plugins
SHAREDIR   := $(PREFIX)/share
QUESTDIR   := $(SHAREDIR)/hotseat/questions
PACKS      := $(shell find questions -type f 2>/dev/null | sort)

define PKGCONFIG
prefix=$(PREFIX)
includedir=$${prefix}/include
plugindir=$${prefix}/lib/hotseat/plugins
questiondir=$${prefix}/share/hotseat/questions

Name: hotseat
Description: Headers for plugins of the interview practice bot hotseat
Version: $(VERSION)
Cflags: -I$${includedir}
endef
export PKGCONFIG

install: all
	$(INSTALL) -d '$(DESTDIR)$(BINDIR)' '$(DESTDIR)$(PLUGINDIR)' '$(DESTDIR)$(PREFIX)/include/hotseat' \
	    '$(DESTDIR)$(PREFIX)/lib/pkgconfig' '$(DESTDIR)$(SHAREDIR)/man/man1' \
	    '$(DESTDIR)$(SHAREDIR)/doc/hotseat' '$(DESTDIR)$(SHAREDIR)/bash-completion/completions'
	$(INSTALL) -m 755 $(BUILD)/hotseat '$(DESTDIR)$(BINDIR)/hotseat'
	$(INSTALL) -m 755 $(PLUGSO) '$(DESTDIR)$(PLUGINDIR)'
	$(INSTALL) -m 644 include/hotseat/*.h '$(DESTDIR)$(PREFIX)/include/hotseat'
	printf '%s\n' "$$PKGCONFIG" >'$(DESTDIR)$(PREFIX)/lib/pkgconfig/hotseat.pc'
	chmod 644 '$(DESTDIR)$(PREFIX)/lib/pkgconfig/hotseat.pc'
	for pack in $(PACKS); do $(INSTALL) -D -m 644 $$pack '$(DESTDIR)$(SHAREDIR)/hotseat/'$$pack || exit 1; done
	$(INSTALL) -m 644 docs/hotseat.1 '$(DESTDIR)$(SHAREDIR)/man/man1'
	$(INSTALL) -m 644 docs/hotseat.bash '$(DESTDIR)$(SHAREDIR)/bash-completion/completions/hotseat'
	$(INSTALL) -m 644 README.md LICENSE config.example plugins/hello/hello.c '$(DESTDIR)$(SHAREDIR)/doc/hotseat'

# Plugins and questions of one's own stay.
uninstall:
	rm -f '$(DESTDIR)$(BINDIR)/hotseat' $(PLUGSO:$(BUILD)/plugins/%='$(DESTDIR)$(PLUGINDIR)/%') \
	    $(PACKS:questions/%='$(DESTDIR)$(QUESTDIR)/%') '$(DESTDIR)$(PREFIX)/lib/pkgconfig/hotseat.pc' \
	    '$(DESTDIR)$(SHAREDIR)/man/man1/hotseat.1' \
	    '$(DESTDIR)$(SHAREDIR)/bash-completion/completions/hotseat'
	rm -rf '$(DESTDIR)$(PREFIX)/include/hotseat' '$(DESTDIR)$(SHAREDIR)/doc/hotseat'
	for dir in '$(DESTDIR)$(SHAREDIR)/hotseat' '$(DESTDIR)$(PREFIX)/lib/hotseat'; do \
	    [ ! -d "$$dir" ] || find "$$dir" -depth -type d -empty -delete; done

clean:
	rm -rf $(BUILD)

.PHONY: all objects deps deps-test run install uninstall clean
.SECONDARY:
