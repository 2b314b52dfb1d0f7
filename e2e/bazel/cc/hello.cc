// SPDX-License-Identifier: Apache-2.0

#include <iostream>

#include "cc/greeting.h"

int main() { std::cout << Greeting("world") << std::endl; }
