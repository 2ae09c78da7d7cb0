#include "base/uuid.h"

#include <uuid/uuid.h>

namespace mayfly {

std::string NewUuidV7() {
  uuid_t id;
  uuid_generate_time_v7(id);
  char text[UUID_STR_LEN];
  uuid_unparse_lower(id, text);
  return text;
}

}  // namespace mayfly
