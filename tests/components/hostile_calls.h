// System calls by which a child could reach the server or the machine.
#pragma once

#include <string>

// Tries each against that process; {"name": "ok" or the error's name, …} in the order of names.
std::string try_calls(long server);
