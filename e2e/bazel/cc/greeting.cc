// SPDX-License-Identifier: Apache-2.0

#include "cc/greeting.h"

std::string Greeting(const std::string& name) { return "hello, " + name; }
