// What must be so at the end, when nothing is left to do.
#pragma once

#include "tests/simulation/clients.h"
#include "tests/simulation/oracle.h"
#include "tests/simulation/server.h"
#include "tests/simulation/shared.h"

namespace daybook::simulation {

// Says what is wrong to the verdict.
void verify(Shared& shared, Server& server, Disk& disk, Oracle& oracle, const Clients& clients);

}  // namespace daybook::simulation
