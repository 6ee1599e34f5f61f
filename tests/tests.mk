# Tests. Unit and contract tests are cmocka programs, one per file:
# tests/unit/NAME_test.c and tests/contract/NAME_test.c.

UNIT     := $(sort $(wildcard tests/unit/*_test.c) $(wildcard tests/contract/*_test.c))
UNITBIN  := $(UNIT:%.c=$(BUILD)/%)
HELPERS  := $(sort $(wildcard tests/support/*.c))
HELPOBJ  := $(HELPERS:%.c=$(BUILD)/%.o)

$(BUILD)/tests/%_test: $(BUILD)/tests/%_test.o $(HELPOBJ) $(LIB)
	$(CC) $(OPT) $(SAN) $(LDFLAGS) -o $@ $^ $(LIBS) -lcmocka

unit: $(UNITBIN)
	@for t in $(UNITBIN); do echo "== $$t"; $$t || exit 1; done

.PHONY: unit
