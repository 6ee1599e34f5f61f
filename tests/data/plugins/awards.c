/* Pays everybody. */
#define ON_RESULT for (uint32_t i = 0; i < round->seat_count; i++) if (host->award(effects, i, 2, "luck") != HS_OK) return HS_EFAILED; return HS_OK;
#include "base.h"
