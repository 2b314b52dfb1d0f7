// SPDX-License-Identifier: Apache-2.0

#ifndef CC_GREETING_H_
#define CC_GREETING_H_

#include <string>

std::string Greeting(const std::string& name);

#endif  // CC_GREETING_H_
