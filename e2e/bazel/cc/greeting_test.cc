// SPDX-License-Identifier: Apache-2.0

#include <iostream>

#include "cc/greeting.h"

int main() {
  const std::string actual = Greeting("test");
  if (actual == "hello, test") return 0;
  std::cerr << "unexpected greeting: " << actual << std::endl;
  return 1;
}
